"""What a console holds in memory that it does not need. What it holds altogether is measured by scripts/bench."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
from cati.console.interviewer import app
from cati.console.interviewer.session import Work
work = Work(sys.argv[1])
work.open()
print(*sorted(sys.modules))
work.close()
"""


def test_a_console_on_sqlite_imports_nothing_of_postgresql_nor_what_only_other_commands_need(database: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(database)], capture_output=True, text=True, timeout=60, check=True
    )
    loaded = done.stdout.split()
    assert "sqlalchemy.dialects.sqlite" in loaded
    unneeded = ("sqlalchemy.dialects.postgresql", "sqlalchemy.orm", "alembic", "holidays", "phonenumbers", "openpyxl")
    assert [name for name in loaded if name in unneeded] == []
