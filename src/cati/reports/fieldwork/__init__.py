"""Reports of fieldwork: calls, interviewers, lengths, appointments, progress. Definitions:
docs/fieldwork_reports.md."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from cati.reports.document import Document
from cati.reports.fieldwork.appointments import appointments_document, appointments_report_json
from cati.reports.fieldwork.calls import calls_document, calls_json
from cati.reports.fieldwork.interviewers import interviewers_document, interviewers_json
from cati.reports.fieldwork.lengths import lengths_document, lengths_json
from cati.reports.fieldwork.progress import progress_document, progress_json
from cati.reports.fieldwork.shared import Heading
from cati.reports.render import Format, render_document

__all__ = [
    "Heading",
    "appointments_document",
    "appointments_report_json",
    "calls_document",
    "calls_json",
    "interviewers_document",
    "interviewers_json",
    "lengths_document",
    "lengths_json",
    "progress_document",
    "progress_json",
    "rendered",
]


def rendered(
    document: Callable[[], Document], data: Callable[[], Mapping[str, Any]], form: Format, width: int
) -> str | bytes:
    """A report in a format: its data as JSON, else its document; bytes for a workbook."""
    if form == "json":
        return json.dumps(data(), ensure_ascii=False, indent=2) + "\n"
    return render_document(document(), form, width=width)
