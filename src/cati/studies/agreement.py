"""Do the files of a study agree? Each may be in order by itself, and a call still come to nothing.

What is found here would else show in fieldwork: a call that cannot be coded, a case that comes back at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

from cati.interview.interview import Interview
from cati.nearest import did_you_mean
from cati.questionnaire.answers import AnswerRefused
from cati.questionnaire.problems import Problem
from cati.questionnaire.yaml_source import Document, Path, read_yaml

if TYPE_CHECKING:
    from cati.outcomes import Outcome
    from cati.studies.study import Study

_LINKS = ("individual", "open")


def disagreements(study: Study) -> list[Problem]:
    """What does not fit between questionnaire, outcome scheme and calling rules, as the problems of one file.

    Each file has to be readable by itself: raises InputError where it is not.
    """
    outcomes, calling = _File(study, "outcomes"), _File(study, "calling")
    return [
        *_delays(study, calling),
        *_stopping(study, outcomes),
        *_ends(study, outcomes),
        *_listed_answers(study, outcomes),
    ]


class _File:
    """A file of a study, to say where in it something is wrong."""

    def __init__(self, study: Study, kind: str) -> None:
        name = study.files[kind]
        self.name = f"{study.source}/{name}"
        self._document: Document = read_yaml(study.texts[name], self.name)

    def says(self, severity: Literal["error", "warning"], path: Path, what: str, remedy: str) -> Problem:
        """A problem at a place in the file."""
        return Problem(severity, "agreement", self.name, self._document.line(path), "", what, remedy)


def _delays(study: Study, calling: _File) -> Iterator[Problem]:
    """Every delay belongs to an outcome, and every outcome that is called again has a delay."""
    known = study.scheme.outcomes
    for key in study.rules.call_again:
        if key not in known:
            yield calling.says(
                "error",
                ("call_again", key),
                f"`{key}` is not an outcome of {study.files['outcomes']}",
                did_you_mean(key, known),
            )
    for key, outcome in known.items():
        if outcome.kind == "call_back" and "call" in outcome.found_by and key not in study.rules.call_again:
            yield calling.says(
                "warning",
                ("call_again",),
                f"{key} has no delay, so that its cases are called again at once",
                f"Add for example `{key}: {{after: [60]}}`.",
            )
    reopenable = {key for rank in study.scheme.precedence if rank.reopenable for key in rank.outcomes}
    for key in sorted(study.rules.conversion.outcomes) if study.rules.conversion is not None else ():
        if key not in reopenable:
            yield calling.says(
                "error",
                ("refusal_conversion", "outcomes"),
                f"`{key}` is in no class of {study.files['outcomes']} that can be reopened: it is no refusal there",
                did_you_mean(key, reopenable),
            )


def _stopping(study: Study, outcomes: _File) -> Iterator[Problem]:
    """An interview can be broken off for good and for later: the console's key for it takes its outcomes from here."""
    breaks = [each for each in study.scheme.outcomes.values() if each.breaks_off]
    if not any(each.is_final for each in breaks):
        yield outcomes.says(
            "error",
            ("outcomes",),
            "no outcome is for an interview broken off for good",
            "Give one `kind: final` and `breaks_off: true`.",
        )
    if not any(not each.is_final for each in breaks):
        yield outcomes.says(
            "error",
            ("outcomes",),
            "no outcome is for an interview broken off that will go on",
            "Give one `kind: call_back`, `appointment: either` and `breaks_off: true`.",
        )
    for each in breaks:
        if not each.is_final and each.appointment != "either":
            yield outcomes.says(
                "error",
                ("outcomes", each.key),
                f"{each.key} breaks off an interview that will go on, but takes no time for that",
                "Add `appointment: either`.",
            )


def _ends(study: Study, outcomes: _File) -> Iterator[Problem]:
    """A call can come to every outcome that ends it on the telephone, with all that the outcome asks for."""
    questionnaire = study.questionnaire
    last = questionnaire.sections[-1].items[-1]
    for key in {last.outcome} if last.type == "end" else ():
        outcome = study.scheme.outcomes.get(key)
        if outcome is not None and not outcome.ends_questionnaire:
            yield outcomes.says(
                "error",
                ("outcomes", key),
                f"the questionnaire ends with {key}, which is not the outcome of a whole interview",
                "Add `ends_questionnaire: true`.",
            )
    numbers = any(
        write_in.write_in.use == "referral_number" for write_in in study.program("telephone").write_ins.values()
    )
    for key in sorted(set(_telephone_ends(study))):
        outcome = study.scheme.outcomes.get(key)
        if outcome is None:
            continue  # the questionnaire's own check tells it
        if "call" not in outcome.found_by:
            yield outcomes.says(
                "error",
                ("outcomes", key, "found_by"),
                f"a call ends with {key} in the questionnaire, but cannot come to it here",
                "Add `call` to `found_by`.",
            )
        if "number" in outcome.asks_for and not numbers:
            yield outcomes.says(
                "error",
                ("outcomes", key, "asks_for"),
                f"{key} asks for another number, and the questionnaire has nowhere to type it",
                "Give the option that leads to it `specify: {use: referral_number}`.",
            )


def _telephone_ends(study: Study) -> Iterator[str]:
    program = study.program("telephone")
    for _, item in study.questionnaire.each_item():
        if "mode=online" in item.ask.replace(" ", ""):
            continue
        if item.type == "end":
            yield item.outcome
    for step in program.steps:
        if "mode=online" not in step.item.ask.replace(" ", ""):
            for cases in step.ends.values():
                yield from (outcome for _, outcome in cases)


def _listed_answers(study: Study, outcomes: _File) -> Iterator[Problem]:
    """The answers listed for an outcome are answers of the questionnaire, and lead to it."""
    asked = [step.id for step in study.program("telephone").steps if step.kind not in ("message", "end")]
    items = {item.lower() for item in asked}
    for key, outcome in study.scheme.outcomes.items():
        for at, answers in enumerate(outcome.answers):
            path = ("outcomes", key, "answers", at)
            unknown = [item for item in answers if item.lower() not in items]
            if unknown:
                yield outcomes.says(
                    "error", path, f"{key}: there is no item {unknown[0]}", did_you_mean(unknown[0], asked)
                )
                continue
            yield from (outcomes.says(*said) for said in _untrue(study, outcome, answers, path))


def _untrue(
    study: Study, outcome: Outcome, listed: Mapping[str, tuple[int | str, ...]], path: Path
) -> Iterator[tuple[Literal["error", "warning"], Path, str, str]]:
    for codes in product(*listed.values()):
        answers = {item: _given(study, item, code) for item, code in zip(listed, codes, strict=True)}
        shown = ", ".join(f"{item}={code}" for item, code in zip(listed, codes, strict=True))
        try:
            if not any(_leads_to(study, outcome, answers, link) for link in _LINKS):
                what = f"on the telephone {shown} does not lead to {outcome.key}"
                yield "warning", path, what, "Correct the answers listed, or the questionnaire."
        except AnswerRefused as refused:
            yield "error", path, f"{outcome.key}: {refused.item}: {refused.why}", "List answers that the item has."


def _given(study: Study, item: str, code: int | str) -> Any:
    if isinstance(code, str):
        return {"key": code}
    program = study.program("telephone")
    return [code] if program.steps[program.by_id[item.lower()]].kind == "multi" else code


def _leads_to(study: Study, outcome: Outcome, answers: dict[str, Any], link: str) -> bool:
    interview = Interview(study.program("telephone"), {"link": link}, answers)
    return interview.end in (None, outcome.key) if outcome.ends_questionnaire else interview.end == outcome.key
