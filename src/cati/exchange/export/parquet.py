"""Parquet, with the codebook in the file's own metadata under the key `cati.codebook`."""

from __future__ import annotations

import json
from pathlib import Path

from cati.exchange.export.frame import frame_of
from cati.exchange.export.table import Table, Trouble

EXTRA = "parquet"
KEY = "cati.codebook"


def write_parquet(table: Table, path: Path) -> list[Trouble]:
    """Writes the file. Raises InputError where the package that writes it is missing."""
    book = json.dumps(table.codebook.to_json(), ensure_ascii=False)
    frame_of(table, EXTRA, "parquet").write_parquet(path, metadata={KEY: book})
    return []
