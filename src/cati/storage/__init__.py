"""What is kept: the database, opened, made, backed up and checked."""

from cati.storage.backup import backup, remove
from cati.storage.pulse import Pulse
from cati.storage.schema import init_database
from cati.storage.store import Store, open_store
from cati.storage.verify import verify

__all__ = ["Pulse", "Store", "backup", "init_database", "open_store", "remove", "verify"]
