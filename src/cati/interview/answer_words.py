"""Answers as words, for fills in other sentences."""

from __future__ import annotations

from cati.questionnaire.answers import Contact, Key
from cati.questionnaire.generate import Live, Sample
from cati.questionnaire.program import Program


class AnswerWords:
    """The answer in a slot as words: a label, a text, a number."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def __call__(self, slot: int, live: Live, sample: Sample) -> str:
        answer = live[slot]
        if answer is None:
            return ""
        if slot >= len(self._program.steps) or isinstance(answer, (str, Contact)):
            return "" if isinstance(answer, (Key, Contact)) else str(answer)
        step = self._program.steps[slot]
        if isinstance(answer, Key):
            return next(
                (each.label.render(live, sample, self) for each in step.specials if each.special.key == answer.name), ""
            )
        if step.kind == "number":
            return str(answer)
        codes = answer if isinstance(answer, tuple) else (answer,)
        return ", ".join(
            option.fill.render(live, sample, self) for option in step.options if option.option.code in codes
        )
