"""Online and telephone interviews merged into one file, with a report of everything that does not agree."""

from __future__ import annotations

from .findings import Conflict, Difference, Duplicate, Findings, RouteViolation
from .merged import Merged, Wanted
from .running import merge
from .writing import check_apart, check_is_merge, write_merged

__all__ = [
    "Conflict",
    "Difference",
    "Duplicate",
    "Findings",
    "Merged",
    "RouteViolation",
    "Wanted",
    "check_apart",
    "check_is_merge",
    "merge",
    "write_merged",
]
