"""The reports in every format."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

from cati.errors import InputError
from cati.outcomes import Rates, Table
from cati.reports.document import Document, Provenance
from cati.reports.outcome_document import outcome_document, outcome_documents, outcome_json, outcomes_json
from cati.reports.rates_by_document import rates_by_document, rates_by_json
from cati.reports.rates_document import RatesReport, group_rates_document, rates_document, rates_json
from cati.reports.sample_document import counts_document, counts_json

if TYPE_CHECKING:
    from cati.desk import SampleCount
    from cati.desk.by_hand import Way

Format = Literal["text", "csv", "json", "markdown", "html", "xlsx"]
FORMATS: tuple[Format, ...] = get_args(Format)


def render_outcome_table(
    table: Table,
    format: Format,
    *,
    provenance: Provenance,
    title: str | None = None,
    footer: tuple[str, ...] = (),
    width: int = 100,
) -> str | bytes:
    """The telephone outcome table; bytes for `xlsx`, else text. `title` replaces the scheme's; `footer` adds lines.

    Raises InputError for an unknown format, and for `xlsx` where openpyxl is not installed.
    """
    if format == "json":
        return _json(outcome_json(table, provenance, footer))
    return render_document(outcome_document(table, provenance, title, footer), format, width=width)


def render_outcome_tables(
    variable: str,
    total: Table,
    tables: Mapping[str, Table],
    format: Format,
    *,
    provenance: Provenance,
    title: str | None = None,
    footer: tuple[str, ...] = (),
    width: int = 100,
) -> str | bytes:
    """The outcome table of all cases (`total`) and of each value of `variable` (value to table, in order)."""
    if format == "json":
        return _json(outcomes_json(variable, total, tables, provenance, footer))
    return render_document(outcome_documents(variable, total, tables, provenance, title, footer), format, width=width)


def render_rates(
    report: RatesReport,
    format: Format,
    *,
    provenance: Provenance,
    footer: tuple[str, ...] = (),
    width: int = 100,
) -> str | bytes:
    """The telephone response rates and the AAPOR rates of a study, with their definitions."""
    if format == "json":
        return _json(rates_json(report, provenance))
    return render_document(rates_document(report, provenance, footer), format, width=width)


def render_rates_by(
    variable: str,
    total: RatesReport,
    groups: Mapping[str, RatesReport],
    format: Format,
    *,
    provenance: Provenance,
    width: int = 100,
) -> str | bytes:
    """The same rates of all cases (`total`) and of each value of `variable` (value to rates, in order)."""
    if format == "json":
        return _json(rates_by_json(variable, total, groups, provenance))
    document = rates_by_document(variable, total, groups, provenance, one_grid=format == "csv")
    return render_document(document, format, width=width)


def render_group_rates(
    found: Rates,
    format: Format,
    *,
    width: int = 100,
) -> str | bytes:
    """The AAPOR rates of given group counts; as JSON, the rates and e and nothing else."""
    if format == "json":
        return _json(found.as_floats())
    return render_document(group_rates_document(found), format, width=width)


def render_sample_counts(
    variable: str,
    counts: Sequence[SampleCount],
    way: Way,
    format: Format,
    *,
    provenance: Provenance,
    width: int = 100,
) -> str | bytes:
    """How many cases of each value of a variable are held, issued, called and done; `way`: how new ones are issued."""
    if format == "json":
        return _json(counts_json(variable, counts, way, provenance))
    return render_document(counts_document(variable, counts, way, provenance), format, width=width)


def render_document(document: Document, format: Format, *, width: int = 100) -> str | bytes:
    """Any report in any format but JSON, which each report defines for itself."""
    if format == "text":
        from cati.reports.as_text import to_text

        return to_text(document, width)
    if format == "csv":
        from cati.reports.as_csv import to_csv

        return to_csv(document)
    if format == "markdown":
        from cati.reports.as_markdown import to_markdown

        return to_markdown(document)
    if format == "html":
        from cati.reports.as_html import to_html

        return to_html(document)
    if format == "xlsx":
        from cati.reports.as_xlsx import to_xlsx

        return to_xlsx(document)
    raise InputError(f"{format!r} is not a format of this report; use one of: {', '.join(FORMATS)}")


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
