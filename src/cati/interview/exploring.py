"""Respondents who go where few have been, so that a rehearsal meets what chance alone would take very long to meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

from cati.interview.interview import Interview
from cati.interview.rehearsing import random_answer
from cati.questionnaire.answers import Key
from cati.questionnaire.program import Step

# An end has to be met as well, but whoever takes it meets nothing after it.
_ENDING_SHARE = 0.1


class Explorer:
    """Answers with the code that was given least often so far, in this rehearsal, at this question."""

    def __init__(self) -> None:
        self._given: Counter[tuple[int, int | Key | None]] = Counter()

    def __call__(self, interview: Interview, item_id: str, rng: Random) -> Any:
        """An answer that the question offers on this route, as plain data."""
        step = interview.step(item_id)
        if step.kind in ("single", "multi"):
            return self._code(interview, step, rng)
        # None stands for a number or words, whichever they are
        chosen = self._rarest(step, [None, *(Key(each.special.key) for each in step.specials)], rng)
        return {"key": chosen.name} if isinstance(chosen, Key) else random_answer(interview, item_id, rng)

    def _code(self, interview: Interview, step: Step, rng: Random) -> int | list[int]:
        offered = [each.option for each in step.offered(interview.live, interview.sample) if each.option.again is None]
        if step.item.per_call and rng.random() >= _ENDING_SHARE:  # the screener: the rest lies behind its first code
            offered = offered[:1]
        chosen = self._rarest(step, [option.code for option in offered], rng)
        assert isinstance(chosen, int)
        if step.kind == "single":
            return chosen
        others = [option.code for option in offered if not option.exclusive and option.code != chosen]
        if chosen in step.exclusive or not others:
            return [chosen]
        return [chosen, *rng.sample(others, min(rng.randint(0, 2), len(others)))]

    def _rarest(self, step: Step, codes: Sequence[int | Key | None], rng: Random) -> int | Key | None:
        going_on = [code for code in codes if code not in step.ends]
        if going_on and rng.random() >= _ENDING_SHARE:
            codes = going_on
        fewest = min(self._given[step.slot, code] for code in codes)
        chosen = rng.choice([code for code in codes if self._given[step.slot, code] == fewest])
        self._given[step.slot, chosen] += 1
        return chosen
