"""What people read: the tables and rates, as text, CSV, JSON, Markdown, HTML and Excel workbooks."""

from cati.reports.callbacks_document import CallBackList
from cati.reports.cases_document import CaseList
from cati.reports.compare_document import Compared
from cati.reports.document import Column, Document, Grid, GridRow, Percent, Provenance, visible
from cati.reports.outcome_document import scheme_json
from cati.reports.rates_document import RatesReport, rates_report
from cati.reports.render import (
    FORMATS,
    Format,
    render_call_backs,
    render_cases,
    render_comparison,
    render_document,
    render_group_rates,
    render_kinds,
    render_margin,
    render_outcome_table,
    render_outcome_tables,
    render_rates,
    render_rates_by,
    render_response,
    render_sample_counts,
    render_sensitivity,
)
from cati.reports.response_document import ResponsePart, ResponseReport, count_labels, laid_out
from cati.reports.sample_document import brief_grid, held_json, issued_grids, issued_json
from cati.reports.sensitivity_document import sensitivity

__all__ = [
    "FORMATS",
    "CallBackList",
    "CaseList",
    "Column",
    "Compared",
    "Document",
    "Format",
    "Grid",
    "GridRow",
    "Percent",
    "Provenance",
    "RatesReport",
    "ResponsePart",
    "ResponseReport",
    "brief_grid",
    "count_labels",
    "held_json",
    "issued_grids",
    "issued_json",
    "laid_out",
    "rates_report",
    "render_call_backs",
    "render_cases",
    "render_comparison",
    "render_document",
    "render_group_rates",
    "render_kinds",
    "render_margin",
    "render_outcome_table",
    "render_outcome_tables",
    "render_rates",
    "render_rates_by",
    "render_response",
    "render_sample_counts",
    "render_sensitivity",
    "scheme_json",
    "sensitivity",
    "visible",
]
