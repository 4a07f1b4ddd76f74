"""What people read: the tables and rates, as text, CSV, JSON, Markdown, HTML and Excel workbooks."""

from cati.reports.document import Column, Document, Grid, GridRow, Percent, Provenance, visible
from cati.reports.outcome_document import scheme_json
from cati.reports.rates_document import RatesReport, rates_report
from cati.reports.render import (
    FORMATS,
    Format,
    render_document,
    render_group_rates,
    render_outcome_table,
    render_outcome_tables,
    render_rates,
)

__all__ = [
    "FORMATS",
    "Column",
    "Document",
    "Format",
    "Grid",
    "GridRow",
    "Percent",
    "Provenance",
    "RatesReport",
    "rates_report",
    "render_document",
    "render_group_rates",
    "render_outcome_table",
    "render_outcome_tables",
    "render_rates",
    "scheme_json",
    "visible",
]
