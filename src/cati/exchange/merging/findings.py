"""What a merge finds: what blocks it, what is told of it, and what became of rows that are not in the merged file."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Severity = Literal["serious", "warning", "note"]
"""serious: somebody must look before the file is used · warning: should be looked at · note: good to know."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """What the two files do not have alike, so that no one file can hold both: it blocks the merge.

    `variable`: empty where it is of the file as a whole; `kind`: one word; `online`, `telephone`: what each says.
    """

    variable: str
    kind: str
    online: str
    telephone: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What the two files do not have alike, and can be merged all the same."""

    variable: str
    kind: str
    severity: Severity
    online: str
    telephone: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A person with more than one interview. `kept`: the mode of the interview that is in the merged file; `why`: the
    first rule that told them apart."""

    serial: str
    kept: str
    why: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that is not in the merged file: a loser of `duplicates`, a screen-out, a test … `row`: of the online file,
    0 for an interview held by telephone."""

    serial: str
    mode: str
    row: int
    why: str


@dataclass(frozen=True, slots=True)
class RouteViolation:
    """Where the answers of a merged interview are not those of the route that they lead along."""

    serial: str
    item: str
    why: str


@dataclass(frozen=True, slots=True)
class ByMode:
    """How a variable was answered in each mode: valid answers, don't know or refused, not given."""

    variable: str
    telephone: tuple[int, int, int]
    online: tuple[int, int, int]


@dataclass
class Findings:
    """All that a merge finds. `counts`: rows of each file, merged and left out."""

    conflicts: list[Conflict] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    duplicates: list[Duplicate] = field(default_factory=list)
    continued: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    route_violations: list[RouteViolation] = field(default_factory=list)
    by_mode: list[ByMode] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    _told: set[Conflict | Difference] = field(default_factory=set, repr=False, compare=False)

    def conflict(self, variable: str, kind: str, online: object, telephone: object) -> None:
        """Takes down what blocks the merge, once."""
        found = Conflict(variable, kind, str(online), str(telephone))
        if found not in self._told:
            self._told.add(found)
            self.conflicts.append(found)

    def differ(self, variable: str, kind: str, severity: Severity, online: object, telephone: object) -> None:
        """Takes down what does not block it, once."""
        found = Difference(variable, kind, severity, str(online), str(telephone))
        if found not in self._told:
            self._told.add(found)
            self.differences.append(found)

    def to_json(self) -> dict[str, Any]:
        """The report as `cati merge --json` prints it."""
        return {
            "rows": self.rows,
            "duplicates": [asdict(each) for each in self.duplicates],
            "conflicts": [asdict(each) for each in self.conflicts],
            "route_violations": [asdict(each) for each in self.route_violations],
            "differences": [asdict(each) for each in self.differences],
            "continued": self.continued,
            "left_out": [asdict(each) for each in self.left_out],
            "counts": self.counts,
            "by_mode": [
                {
                    "variable": each.variable,
                    **{
                        mode: dict(zip(("valid", "dont_know", "not_given"), counts, strict=True))
                        for mode, counts in (("telephone", each.telephone), ("online", each.online))
                    },
                }
                for each in self.by_mode
            ],
        }
