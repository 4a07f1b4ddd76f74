"""The paper questionnaire: every item, base, word, option, jump and decision, for a researcher or a client to sign off.

`outline` says what stands in the document, `flow` who goes where; the writers only how it looks.
"""

from __future__ import annotations

from collections.abc import Callable

from cati.errors import InputError
from cati.questionnaire import model
from cati.reports.paper.html import as_html
from cati.reports.paper.markdown import as_markdown
from cati.reports.paper.outline import Paper, outline
from cati.reports.paper.text import as_text

WRITERS: dict[str, Callable[[Paper], str]] = {"text": as_text, "markdown": as_markdown, "html": as_html}


def paper(questionnaire: model.Questionnaire, mode: model.Mode | None, form: str, content_hash: str = "") -> str:
    """The questionnaire on paper, both modes side by side (None) or one of them, as text, markdown or html.

    `content_hash` stands on the title page. Raises InputError for a format that there is not.
    """
    if form not in WRITERS:
        raise InputError(f"there is no format {form}; the questionnaire can be shown as text, markdown or html.")
    return WRITERS[form](outline(questionnaire, mode, content_hash))


__all__ = ["Paper", "outline", "paper"]
