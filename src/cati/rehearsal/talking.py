"""What is typed in a call: the screener's codes that lead to an outcome, or the questionnaire as far as it goes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any

from cati.errors import InputError
from cati.interview.interview import Interview
from cati.interview.rehearsing import random_answer
from cati.questionnaire.answers import AnswerRefused

if TYPE_CHECKING:
    from cati.outcomes import Outcome
    from cati.studies import Study

_TRIES = 200
_SAMPLE = {"link": "individual"}


def _completed(study: Study) -> str:
    for key, outcome in study.scheme.outcomes.items():
        if outcome.ends_questionnaire:
            return key
    raise InputError(
        f"{study.source}: no outcome is that of a whole interview, so that nothing can be rehearsed. Give one of them "
        "`ends_questionnaire: true`."
    )


class Script:
    """How each outcome of a study is reached on its real questionnaire, by telephone."""

    def __init__(self, study: Study) -> None:
        self.program = study.program("telephone")
        self._scheme = study.scheme
        self.completed = _completed(study)
        self._ways = {key: list(self._leading_to(outcome)) for key, outcome in study.scheme.outcomes.items()}

    def _leading_to(self, outcome: Outcome) -> Iterator[dict[str, Any]]:
        for listed in outcome.answers:
            for codes in product(*listed.values()):
                way = {item: self._given(item, code) for item, code in zip(listed, codes, strict=True)}
                try:
                    end = Interview(self.program, _SAMPLE, way).end
                except AnswerRefused:
                    continue
                if end == outcome.key or (outcome.ends_questionnaire and end is None):
                    yield way

    def _given(self, item: str, code: int | str) -> Any:
        if isinstance(code, str):
            return {"key": code}
        return [code] if self.program.steps[self.program.by_id[item.lower()]].kind == "multi" else code

    def answers(self, interview: Interview, outcome: str, rng: Random, new_number: str) -> Iterator[tuple[str, Any]]:
        """Gives the interview answer after answer until it comes to the outcome, and yields each as it is to be saved.

        An interview that is broken off goes on as if to its end: whoever asks for the answers stops. An outcome that
        no codes lead to gets none, or those given so far. Raises InputError where an interview cannot come to its end.
        """
        aim = self.completed if self._scheme.outcomes[outcome].breaks_off else outcome
        # what was answered in an earlier call is not asked again, and cannot be answered otherwise now
        ways = [
            way
            for way in self._ways[aim]
            if all(interview.answer_to(item) in (None, value) for item, value in way.items())
        ]
        if not ways:
            return
        way = ways[int(rng.random() * len(ways))]
        while (item := interview.next) is not None:
            value = way.get(item)
            if value is None:
                value = self._something(interview, item, aim, rng)
                if value is None:
                    return
            else:
                interview.give(item, value)
            yield item, value
            for name in interview.missing():
                said = self._written(name, rng, new_number)
                interview.give(name, said)
                yield name, said

    def _something(self, interview: Interview, item: str, aim: str, rng: Random) -> Any:
        """An answer of a random respondent, given, that does not end the call otherwise than aimed at; or None."""
        for _ in range(_TRIES):
            value = random_answer(interview, item, rng)
            interview.give(item, value)
            if interview.end in (None, aim):
                return value
        if aim == self.completed:
            raise InputError(
                f"No answer to {item} was found that leads on to the end of the interview ({aim}). See what "
                "respondents reach with: cati questionnaire rehearse STUDY"
            )
        interview.give(item, None)
        return None

    def _written(self, name: str, rng: Random, new_number: str) -> Any:
        write_in = self.program.write_ins[name.lower()].write_in
        if write_in.use == "referral_number":
            return new_number
        return rng.randint(1, 9) if write_in.type == "number" else f"words {rng.randint(1, 99)}"
