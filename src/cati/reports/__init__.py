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
    render_rates_by,
    render_sample_counts,
)
from cati.reports.sample_document import brief_grid, held_json, issued_grids, issued_json

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
    "brief_grid",
    "held_json",
    "issued_grids",
    "issued_json",
    "rates_report",
    "render_document",
    "render_group_rates",
    "render_outcome_table",
    "render_outcome_tables",
    "render_rates",
    "render_rates_by",
    "render_sample_counts",
    "scheme_json",
    "visible",
]
