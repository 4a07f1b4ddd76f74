"""The cases behind a number of a table, as a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cati.outcomes import Scheme
from cati.reports.document import Column, Document, Grid, GridRow, Provenance
from cati.reports.outcome_document import scheme_json, scheme_lines, table_facts

if TYPE_CHECKING:
    from cati.desk import CaseBehind


@dataclass(frozen=True, slots=True)
class CaseList:
    """Cases behind a number: `row` is what was asked for, `called` what people call it; `change`: of a comparison,
    whether each came in or left, by serial."""

    row: str
    called: str
    cases: Sequence[CaseBehind]
    change: dict[str, str] | None = None


def cases_document(found: CaseList, scheme: Scheme, provenance: Provenance) -> Document:
    """A row a case: serial, outcome, since when, what decided, and why."""
    changes = found.change is not None
    columns = (
        Column("serial", "Serial", numeric=False),
        *((Column("change", "Change", numeric=False),) if changes else ()),
        Column("outcome", "Outcome", numeric=False, data_only=True),
        Column("label", "Outcome", numeric=False),
        Column("when", "When", numeric=False),
        Column("deciding", "Deciding", numeric=False, data_only=True),
        Column("decided_by", "Decided by", numeric=False),
        Column("why", "Why", numeric=False),
    )
    rows = tuple(
        GridRow(
            (
                case.serial,
                *(((found.change or {}).get(case.serial, ""),) if changes else ()),
                case.outcome,
                case.label,
                _short(case, provenance),
                case.deciding or "",
                case.decided_by or None,
                case.why,
            )
        )
        for case in found.cases
    )
    n = len(found.cases)
    return Document(
        f"{found.called}: {n:,} case{'' if n == 1 else 's'}",
        (Grid("", columns, rows),),
        scheme_lines(scheme, provenance),
        table_facts(scheme, provenance),
    )


def cases_json(found: CaseList, scheme: Scheme, provenance: Provenance) -> dict[str, Any]:
    """The same as JSON data; times in the study's zone."""
    return {
        "row": found.row,
        "label": found.called,
        "n": len(found.cases),
        "cases": [
            {
                "serial": case.serial,
                **({} if found.change is None else {"change": found.change.get(case.serial, "")}),
                "outcome": case.outcome,
                "label": case.label,
                "since": provenance.local(case.since).isoformat(),
                "deciding": case.deciding,
                "decided_by": case.decided_by or None,
                "decided_at": None if case.decided_at is None else provenance.local(case.decided_at).isoformat(),
                "why": case.why,
            }
            for case in found.cases
        ],
        **provenance.json(),
        "scheme": scheme_json(scheme),
    }


def _short(case: CaseBehind, provenance: Provenance) -> str:
    return f"{provenance.local(case.decided_at or case.since):%Y-%m-%d %H:%M}"
