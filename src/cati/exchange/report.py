"""What became of the rows of a sample file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cati.desk import BatchLoad

_LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not taken in, and the first cell that speaks against it.

    `row` counts as a person does who opens the file: the header is row 1. `column` is empty where the row as a whole
    is at fault. `value` is the cell as read (data: show it literally), cut after 200 characters.
    """

    row: int
    column: str
    value: str
    why: str

    @classmethod
    def of(cls, row: int, column: str, value: str, why: str) -> Refusal:
        """A refusal with its value cut to a length that a report can show."""
        return cls(row, column, value if len(value) <= _LONGEST_VALUE else value[:_LONGEST_VALUE] + "…", why)


@dataclass(slots=True)
class LoadReport:
    """Rows read, and what became of each: `read == loaded + updated + len(refused)`. Blank rows are not counted.

    `updated` counts every row whose serial the database already held, `unchanged` those of them that said nothing new;
    `held` those of the loaded ones that wait until they are issued; `opted_out` the serials of those that are not
    called, because they are on the opt-out list; `batches` the same by batch. `columns`: those that the file has.
    """

    read: int = 0
    loaded: int = 0
    updated: int = 0
    unchanged: int = 0
    held: int = 0
    opted_out: tuple[str, ...] = ()
    batches: tuple[BatchLoad, ...] = ()
    refused: list[Refusal] = field(default_factory=list)
    columns: frozenset[str] = frozenset()

    def to_json(self) -> dict[str, Any]:
        """The report as `cati sample load --json` prints it."""
        return {
            "read": self.read,
            "loaded": self.loaded,
            "updated": self.updated,
            "held": self.held,
            "opted_out": list(self.opted_out),
            "batches": [
                {"batch": one.batch, "loaded": one.loaded, "updated": one.updated + one.unchanged, "held": one.held}
                for one in self.batches
            ],
            "refused": [
                {"row": one.row, "column": one.column, "value": one.value, "why": one.why} for one in self.refused
            ],
        }
