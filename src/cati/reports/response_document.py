"""Who responded online, by telephone and in all; and what became of those who did not: as reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cati.outcomes import ResponseLayout, Scheme
from cati.outcomes.table import whole_percent
from cati.reports.document import Cell, Column, Document, Grid, GridRow, Percent, Provenance
from cati.reports.outcome_document import HALVES_UP, scheme_json, scheme_lines, table_facts

if TYPE_CHECKING:
    from cati.desk import ResponseCount

NONE = "(none)"
OVERALL = "Overall"
_PARTS = (
    ("online", "online_base", "Online"),
    ("telephone", "telephone_base", "Telephone"),
    ("total", "sample", "Total"),
)
_KNOWN_OF_OPEN = ("region", "ofsted")  # what is known of who came by the open link
_KINDS: Mapping[str, str] = {
    "loaded": "All cases loaded",
    "total": "Responded",
    "non_responders": "Did not respond",
    "not_agreed": "Did not agree to be contacted again",
    "not_engaged": "Did not engage",
    "started": "Started but did not complete",
    "gave_refusal": "Refused",
}
_MEANINGS = {
    "online": "Online: completed online, as % of those approached online: who have an e-mail address, or came all "
    "the same; where the sample holds no address, of all the sample.",
    "telephone": "Telephone: completed by telephone, as % of those approached by telephone: issued to it. Whoever "
    "completed both ways counts by telephone.",
    "total": "Total: in either way, as % of the starting sample: all cases loaded but those who did not agree to be "
    "contacted again.",
}
_OPEN = (
    "Open link: completed online by the open link; they are of no sample, so there is no rate. All: total and open "
    "link together."
)
_KIND_NOTES = (
    "Each case is of one kind, the first that holds: responded; did not agree to be contacted again; refused (AAPOR "
    "group R but for breaking off); started (broke an interview off, or left the online questionnaire part-complete); "
    "did not engage.",
)
_AS_OF = "Outcomes and issues are those of that moment; the facts of the sample those of now."


@dataclass(frozen=True, slots=True)
class ResponsePart:
    """The response by one variable (`label` for people), value by value; `open_link`: completes by the open link of a
    value, where they are known by this variable."""

    variable: str
    label: str
    counts: Sequence[ResponseCount]
    open_link: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ResponseReport:
    """The response of all, and by each of some variables; `shows_open`: with columns for the open link."""

    overall: ResponseCount
    open_link: int
    parts: Sequence[ResponsePart]
    shows_open: bool


def laid_out(counts: Sequence[ResponseCount], values: Sequence[str], others: Sequence[str]) -> list[ResponseCount]:
    """The counts in the order of a layout's `values`, each of which is there, with 0 if nobody is; then any more
    that count somebody of the sample, and the `others`."""
    from cati.desk import ResponseCount  # whoever has counts has the desk

    known = {count.value: count for count in counts if count.sample or count.value in {*values, *others}}
    order = dict.fromkeys([*values, *sorted({*known, *others} - {""}), *([""] if "" in {*known, *others} else [])])
    return [known.get(value) or ResponseCount(value) for value in order]


def response_document(
    scheme: Scheme, report: ResponseReport, provenance: Provenance, *, data: bool = False
) -> Document:
    """The table: overall, and a row a value of each variable, below a row that names it; with `data`, for a program,
    each row names its variable itself."""
    columns = [Column("variable", "", numeric=False, data_only=True), Column("value", "", numeric=False)]
    for name, base, label in _PARTS:
        columns += [
            Column(name, f"{label} n"),
            Column(f"{name}_pct", f"{label} %"),
            Column(f"{name}_of", base, data_only=True),
        ]
    if report.shows_open:
        columns += [Column("open_link", "Open link n"), Column("with_open_link", "All n")]
    rows = [GridRow((OVERALL, OVERALL, *_cells(report.overall, report.open_link, report.shows_open)))]
    for part in report.parts:
        if not data:
            rows.append(GridRow((part.variable, part.label, *[""] * (len(columns) - 2)), depth=1))
        for count in part.counts:
            open_link = part.open_link.get(count.value, 0) if part.variable in _KNOWN_OF_OPEN else None
            cells = (part.variable, count.value or NONE, *_cells(count, open_link, report.shows_open))
            rows.append(GridRow(cells, depth=2))
    notes = [*_MEANINGS.values(), *([_OPEN] if report.shows_open else [])]
    return Document(
        _title(scheme),
        (Grid("", tuple(columns), tuple(rows)),),
        (HALVES_UP, *notes, *_stood(provenance), *scheme_lines(scheme, provenance)),
        table_facts(scheme, provenance),
    )


def response_json(scheme: Scheme, report: ResponseReport, provenance: Provenance) -> dict[str, Any]:
    """The table as JSON data; `variable` and `value` are null overall, `value` "" for none, `open_link` null where it
    is not known."""
    rows = [_json_row(None, None, report.overall, report.open_link)]
    for part in report.parts:
        known = part.variable in _KNOWN_OF_OPEN
        rows += [
            _json_row(part.variable, count.value, count, part.open_link.get(count.value, 0) if known else None)
            for count in part.counts
        ]
    return {
        "title": _title(scheme),
        "rows": rows,
        "definitions": {**_MEANINGS, "open_link": _OPEN},
        **provenance.json(),
        "scheme": scheme_json(scheme),
    }


def kinds_document(
    scheme: Scheme, overall: ResponseCount, by: str | None, counts: Sequence[ResponseCount], provenance: Provenance
) -> Document:
    """Responders and non-responders by kind: of all, and a grid a value of a variable."""
    layout = scheme.response
    share = layout.share if layout is not None and layout.share else "As % of all cases loaded"
    grids = [_kinds_grid(scheme, overall, "Total" if by else "", share, (by, "") if by else None)]
    grids += [_kinds_grid(scheme, count, count.value or NONE, share, (by or "", count.value)) for count in counts]
    title = layout.kinds_title if layout is not None and layout.kinds_title else _default_title(scheme)
    return Document(
        title + (f", by {by}" if by else ""),
        tuple(grids),
        (HALVES_UP, *_KIND_NOTES, *_stood(provenance), *scheme_lines(scheme, provenance)),
        table_facts(scheme, provenance),
    )


def kinds_json(
    scheme: Scheme, overall: ResponseCount, by: str | None, counts: Sequence[ResponseCount], provenance: Provenance
) -> dict[str, Any]:
    """The same as JSON data."""
    groups = {count.value or NONE: {"rows": _kind_rows(scheme, count)} for count in counts}
    return {
        "rows": _kind_rows(scheme, overall),
        **({"by": {"variable": by, "tables": groups}} if by else {}),
        "definitions": list(_KIND_NOTES),
        **provenance.json(),
        "scheme": scheme_json(scheme),
    }


def kind_labels(layout: ResponseLayout | None) -> dict[str, str]:
    """What the rows of the table of kinds are called."""
    return {**_KINDS, **(layout.labels if layout is not None else {})}


def count_labels(layout: ResponseLayout | None) -> dict[str, str]:
    """What people call each number that opens down to its cases."""
    labels = {name: label for name, _, label in _PARTS}
    bases = {"sample": "Starting sample", "online_base": "Approached online"}
    return {**kind_labels(layout), **labels, **bases, "telephone_base": "Approached by telephone"}


def _kinds_grid(scheme: Scheme, count: ResponseCount, name: str, share: str, by: tuple[str, str] | None) -> Grid:
    columns = (
        *((Column(by[0], by[0], numeric=False, data_only=True),) if by else ()),
        Column("key", "Key", numeric=False, data_only=True),
        Column("label", "", numeric=False),
        Column("n", "Respondents (n)"),
        Column("pct", share),
    )
    depth = {"loaded": 0, "total": 1, "non_responders": 1}
    rows = tuple(
        GridRow(
            (
                *((by[1],) if by else ()),
                row["key"],
                row["label"],
                row["n"],
                Percent(None if row["pct"] is None else Fraction(row["pct"], 100)),
            ),
            depth.get(row["key"], 2),
        )
        for row in _kind_rows(scheme, count)
    )
    return Grid(name, columns, rows)


def _kind_rows(scheme: Scheme, count: ResponseCount) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "label": label,
            "n": getattr(count, key),
            "pct": whole_percent(getattr(count, key), count.loaded),
        }
        for key, label in kind_labels(scheme.response).items()
    ]


def _cells(count: ResponseCount, open_link: int | None, shows_open: bool) -> Iterator[Cell]:
    for name, base, _ in _PARTS:
        n, of = getattr(count, name), getattr(count, base)
        whole = whole_percent(n, of)
        yield n
        yield Percent(None if whole is None else Fraction(whole, 100))
        yield of
    if shows_open:
        yield open_link
        yield None if open_link is None else count.total + open_link


def _json_row(variable: str | None, value: str | None, count: ResponseCount, open_link: int | None) -> dict[str, Any]:
    row: dict[str, Any] = {"variable": variable, "value": value}
    for name, base, _ in _PARTS:
        n, of = getattr(count, name), getattr(count, base)
        row |= {name: n, f"{name}_of": of, f"{name}_pct": whole_percent(n, of)}
    with_open = None if open_link is None else count.total + open_link
    return {**row, "open_link": open_link, "with_open_link": with_open}


def _title(scheme: Scheme) -> str:
    return scheme.response.title if scheme.response is not None else f"Response – {scheme.title}"


def _default_title(scheme: Scheme) -> str:
    return f"Responders and non-responders – {scheme.title}"


def _stood(provenance: Provenance) -> tuple[str, ...]:
    return (_AS_OF,) if provenance.as_of is not None else ()
