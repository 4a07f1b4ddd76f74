"""The copy of somebody's data as text that they can read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_TITLES = {
    "sample": "What the sample says of you",
    "sample_variables": "What else the sample says",
    "numbers": "Telephone numbers",
    "interviews": "Interviews",
    "online": "What the online survey, or the office, recorded",
    "outcome": "What came of contacting you",
    "calls": "Calls",
    "appointments": "Appointments",
    "notes": "Notes",
    "emails_promised": "E-mails promised",
    "listened_to": "Calls that a supervisor listened to",
    "back_checks": "Called back to check the interview",
    "mentioned": "Messages between those who work on the survey that mention you",
    "outcome_history": "Earlier outcomes",
    "issued_and_held": "When the case was given out for calling, and held back",
    "changes": "Changes by hand",
    "requests": "What you asked about your data",
    "survey_ids": "Under which numbers your answers stand in research files, without your name",
}


def copy_lines(found: dict[str, Any]) -> Iterator[str]:
    """The copy, section by section; sections with nothing in them say so."""
    from cati.reports.document import visible

    yield f"Copy of all that is held on case {visible(found['serial'])}"
    yield f"{visible(found['study'])}. Made {found['made_at']}."
    for name, title in _TITLES.items():
        yield ""
        yield title.upper()
        section = found[name]
        if not section:
            yield "  (nothing)"
        elif name in ("interviews", "online"):
            for each in section:
                yield from _answered(each)
        elif isinstance(section, dict):
            yield from _facts(section, "  ")
        else:
            for each in section:
                yield f"  - {_line(each)}"


def _answered(each: dict[str, Any]) -> Iterator[str]:
    """An interview or an online event: its facts, then each answer under its question."""
    from cati.reports.document import visible

    apart = ("answers", "as_given", "late", "not_understood")
    yield f"  - {_line({name: value for name, value in each.items() if name not in apart})}"
    for given in each["answers"]:
        silent = "" if given["counts"] else "  [does not count: not on the route]"
        question = " ".join(given["question"].split())
        yield f"      {given['item']}  {visible(question)}"
        yield f"          {visible(' '.join(str(given['answer']).split()))}{silent}"
    newest = {given["item"]: given["value"] for given in each["answers"]}
    earlier = [one for one in each.get("as_given", ()) if one["value"] != newest.get(one["item"])]
    if earlier:
        yield "      Earlier answers, corrected since:"
        for one in earlier:
            yield f"        {_line(one)}"
    if each.get("late"):
        yield "      Came in after the interview had gone to another station, and not used:"
        for one in each["late"]:
            yield f"        {_line(one)}"
    if each.get("not_understood"):
        yield "      As it stood in the file, understood by no question:"
        yield from _facts(each["not_understood"], "        ")


def _facts(facts: dict[str, Any], indent: str) -> Iterator[str]:
    from cati.reports.document import visible

    for name, value in facts.items():
        if value not in ("", None):
            yield f"{indent}{visible(name.replace('_', ' '))}: {visible(_plain(value))}"


def _line(facts: dict[str, Any]) -> str:
    from cati.reports.document import visible

    parts = [
        f"{visible(name.replace('_', ' '))}: {visible(_plain(value))}"
        for name, value in facts.items()
        if value not in ("", None, [])
    ]
    return "; ".join(parts)


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(each)}" for name, each in value.items() if each not in ("", None))
    if isinstance(value, list):
        return " | ".join(_plain(each) for each in value)
    return " ".join(str(value).split())
