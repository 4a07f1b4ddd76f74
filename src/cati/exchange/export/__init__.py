"""Interviews out: the data in every format from one codebook, who agreed to be contacted apart from it, a manifest."""

from __future__ import annotations

from .formats import DEFAULT, FORMATS, chosen_formats
from .reviewing import Reviewed, read_reviewed
from .running import Exported, Wanted, export
from .table import Table, Trouble

__all__ = [
    "DEFAULT",
    "FORMATS",
    "Exported",
    "Reviewed",
    "Table",
    "Trouble",
    "Wanted",
    "chosen_formats",
    "export",
    "read_reviewed",
]
