"""The reports in every format."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, get_args

from cati.errors import InputError
from cati.outcomes import Margin, Rates, Scheme, Table
from cati.reports.callbacks_document import CallBackList, call_backs_document, call_backs_json
from cati.reports.cases_document import CaseList, cases_document, cases_json
from cati.reports.compare_document import Compared, compare_document, compare_json
from cati.reports.document import Document, Provenance
from cati.reports.margin_document import margin_document, margin_json
from cati.reports.outcome_document import Breakdown, outcome_document, outcome_documents, outcome_json, outcomes_json
from cati.reports.rates_by_document import rates_by_document, rates_by_json
from cati.reports.rates_document import RatesReport, group_rates_document, rates_document, rates_json
from cati.reports.response_document import (
    ResponseReport,
    kinds_document,
    kinds_json,
    response_document,
    response_json,
)
from cati.reports.sample_document import counts_document, counts_json
from cati.reports.sensitivity_document import Choice, sensitivity_document, sensitivity_json

if TYPE_CHECKING:
    from cati.desk import ResponseCount, SampleCount
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
    document = outcome_document(table, provenance, title, footer, rates=format == "xlsx")
    return render_document(document, format, width=width)


def render_outcome_tables(
    variable: str,
    total: Table,
    tables: Mapping[str, Table],
    format: Format,
    *,
    provenance: Provenance,
    headings: Mapping[str, str] | None = None,
    title: str | None = None,
    footer: tuple[str, ...] = (),
    width: int = 100,
) -> str | bytes:
    """The outcome table of all cases (`total`) and of each value of `variable` (value to table, in order), with their
    rates side by side. `headings`: what people call a table, where not by its value."""
    broken_down = Breakdown(variable, tables, headings)
    if format == "json":
        return _json(outcomes_json(total, broken_down, provenance, footer))
    document = outcome_documents(total, broken_down, provenance, title, footer, brief=format != "csv")
    return render_document(document, format, width=width)


def render_comparison(
    total: Compared,
    groups: Mapping[str, Compared],
    variable: str | None,
    moments: tuple[datetime, datetime],
    format: Format,
    *,
    provenance: Provenance,
    width: int = 100,
) -> str | bytes:
    """The outcome table at two moments (then, now): of all cases, and of each value of `variable`."""
    if format == "json":
        return _json(compare_json(total, groups, variable, *moments, provenance))
    return render_document(compare_document(total, groups, variable, *moments, provenance), format, width=width)


def render_cases(
    found: CaseList, scheme: Scheme, format: Format, *, provenance: Provenance, width: int = 100
) -> str | bytes:
    """The cases behind a number of a table."""
    if format == "json":
        return _json(cases_json(found, scheme, provenance))
    return render_document(cases_document(found, scheme, provenance), format, width=width)


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


def render_response(
    scheme: Scheme, report: ResponseReport, format: Format, *, provenance: Provenance, width: int = 100
) -> str | bytes:
    """Online, telephone and total response: overall, and by each of the report's variables."""
    if format == "json":
        return _json(response_json(scheme, report, provenance))
    document = response_document(scheme, report, provenance, data=format == "csv")
    return render_document(document, format, width=width)


def render_kinds(
    scheme: Scheme,
    overall: ResponseCount,
    by: str | None,
    counts: Sequence[ResponseCount],
    format: Format,
    *,
    provenance: Provenance,
    width: int = 100,
) -> str | bytes:
    """Responders and non-responders by kind: of all, and of each value of the variable `by`."""
    if format == "json":
        return _json(kinds_json(scheme, overall, by, counts, provenance))
    return render_document(kinds_document(scheme, overall, by, counts, provenance), format, width=width)


def render_sensitivity(
    scheme: Scheme, choices: tuple[Choice, ...], format: Format, *, provenance: Provenance, width: int = 100
) -> str | bytes:
    """The rates under every choice of the settings, in one table."""
    if format == "json":
        return _json(sensitivity_json(scheme, choices, provenance))
    document = sensitivity_document(scheme, choices, provenance, data=format in ("csv", "xlsx"))
    return render_document(document, format, width=width)


def render_margin(found: Margin, format: Format, *, width: int = 100) -> str | bytes:
    """A margin of error, with what it is made of."""
    if format == "json":
        return _json(margin_json(found))
    return render_document(margin_document(found), format, width=width)


def render_group_rates(
    found: Rates,
    format: Format,
    *,
    provenance: Provenance,
    width: int = 100,
) -> str | bytes:
    """The AAPOR rates of given group counts; as JSON, the rates and e and nothing else."""
    if format == "json":
        return _json(found.as_floats())
    return render_document(group_rates_document(found, provenance), format, width=width)


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


def render_call_backs(listed: CallBackList, format: Format, *, provenance: Provenance, width: int = 100) -> str | bytes:
    """The call-back queue: how many in each state, and the cases."""
    if format == "json":
        return _json(call_backs_json(listed, provenance))
    return render_document(call_backs_document(listed, provenance, one_grid=format == "csv"), format, width=width)


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
