"""How much of the sample is out, held, called and done, as a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cati.reports.document import Column, Document, Grid, GridRow, Provenance

if TYPE_CHECKING:
    from cati.desk import Held, Issued, SampleCount
    from cati.desk.by_hand import Way

NONE = "(none)"
_LABELS = {
    "loaded": "Loaded",
    "not_agreed": "Not agreed",
    "settled": "Closed unissued",
    "held": "Held",
    "issued": "Issued",
    "uncalled": "Not called",
    "live": "Live",
    "final": "Final",
    "called": "Called",
    "interviews": "Completed",
    "no_number": "No number",
}
_IN_BRIEF = ("loaded", "held", "issued", "called", "interviews")
# Seen by people only where they count somebody; called is as good as live and final together.
_MAY_BE_LEFT_OUT = ("not_agreed", "settled", "no_number")
_DATA_ONLY = ("called",)
_MEANINGS = {
    "not_agreed": "Not agreed: did not agree to be contacted again.",
    "settled": "Closed unissued: final or on the opt-out list before they were issued, such as by completing online.",
    "held": "Held: not issued; not called until it is (cati sample issue).",
    "issued": "Issued = not called + live (called, not final) + final; completed is part of final.",
    "no_number": "No number: of the held and the issued without a final outcome, those with no number to call.",
}


_WAYS: Mapping[Way, str] = {
    "on loading": "New cases are issued when they are loaded.",
    "by hand": "New cases are held when they are loaded, until cati sample issue.",
    "taking back": "An issue stopped half way, or goes on: cases issued on loading are being held again. "
    "cati sample issue goes on with it.",
}


def counts_document(variable: str, counts: Sequence[SampleCount], way: Way, provenance: Provenance) -> Document:
    """The counts for each value of a variable, and in all; and how new sample is issued."""
    total = _total(counts)
    hidden = {name for name in _MAY_BE_LEFT_OUT if not getattr(total, name)} | set(_DATA_ONLY)
    meanings = tuple(text for name, text in _MEANINGS.items() if name not in hidden)
    grid = _grid(variable, counts, hidden, meanings)
    facts = {"at": provenance.time.isoformat()}
    if provenance.database_text:
        facts["database"] = provenance.database_text
    return Document(f"Sample by {variable}", (grid,), (_WAYS[way], *provenance.lines()), facts)


def counts_json(variable: str, counts: Sequence[SampleCount], way: Way, provenance: Provenance) -> dict[str, Any]:
    """The counts as JSON data; the value "" stands for none."""
    return {
        "variable": variable,
        "rows": [asdict(count) for count in counts],
        "total": _without_value(_total(counts)),
        "issuing": way,
        "at": provenance.time.isoformat(),
        "database": provenance.database_text,
    }


def brief_grid(counts: Sequence[SampleCount]) -> Grid:
    """How much of each batch is out, after it was changed."""
    return _grid("batch", counts, set(_LABELS) - set(_IN_BRIEF), ())


def _grid(variable: str, counts: Sequence[SampleCount], hidden: set[str], notes: tuple[str, ...]) -> Grid:
    """The total and a row a value."""
    columns = [Column(variable, _capital(variable), numeric=False)]
    columns += [Column(name, label, data_only=name in hidden) for name, label in _LABELS.items()]
    rows = [GridRow(("Total", *_without_value(_total(counts)).values()))]
    rows += [GridRow((count.value or NONE, *_without_value(count).values()), depth=1) for count in counts]
    return Grid("", tuple(columns), tuple(rows), notes)


def issued_grids(issued: Issued) -> tuple[Grid, ...]:
    """The strata of a draw, if it had any, and how all batches stand after it."""
    batches = brief_grid(issued.batches)
    if not issued.by:
        return (batches,)
    numbers = (("eligible", "Agreed"), ("held", "Were held"), ("issued", "Now issued"))
    columns = [Column(name, _capital(name), numeric=False) for name in issued.by]
    columns += [Column(f"n_{name}", label) for name, label in numbers]
    rows = [
        GridRow((*(value or NONE for value in each.values), each.eligible, each.held, each.issued))
        for each in issued.strata
    ]
    return Grid(f"Drawn by {', '.join(issued.by)}", tuple(columns), tuple(rows)), batches


def issued_json(issued: Issued) -> dict[str, Any]:
    """What an issue did, as JSON data."""
    return {
        "issued": issued.issued,
        "held": issued.total.held,
        "taken_back": issued.taken_back,
        "kept": issued.kept,
        "no_number": issued.no_number,
        "wanted": issued.wanted,
        "eligible": issued.eligible,
        "seed": issued.seed,
        "dry_run": issued.dry_run,
        "strata": [
            {
                "stratum": dict(zip(issued.by, each.values, strict=True)),
                "eligible": each.eligible,
                "held": each.held,
                "issued": each.issued,
            }
            for each in issued.strata
        ],
        "batches": batches_json(issued.batches),
    }


def held_json(held: Held) -> dict[str, Any]:
    """What holding back did, as JSON data."""
    return {
        "taken_back": held.taken_back,
        "kept": {"called": held.called, "in_hand": held.in_hand, "final": held.final},
        "held": held.total.held,
        "issued": held.total.issued,
        "batches": batches_json(held.batches),
    }


def batches_json(counts: Sequence[SampleCount]) -> list[dict[str, Any]]:
    """The counts by batch as JSON data; the batch "" stands for none."""
    return [{"batch": count.value, **_without_value(count)} for count in counts]


def _total(counts: Sequence[SampleCount]) -> SampleCount:
    from cati.desk import in_all  # whoever has counts has the desk; a message on the screen needs none

    return in_all(counts)


def _without_value(count: SampleCount) -> dict[str, int]:
    return {name: getattr(count, name) for name in _LABELS}


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
