"""An interview under way: the answers given so far, and the route they lead along.

The route is worked out anew from the place that changed; there is no other state. Answers that a change leaves
behind stay in `given` and are offered again if the route comes back to them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from cati.interview.answer_words import AnswerWords
from cati.questionnaire.answers import Answer, AnswerRefused, Key
from cati.questionnaire.judging import blank_boxes, judge, judge_step
from cati.questionnaire.program import Program, Step


class Interview:
    """The interview of one respondent in one mode.

    `sample` holds the sample variables, `interviewer_name` among them; `answers` what was answered before, by id, as
    `answers.to_json` writes it: each is judged again, and one that the questionnaire can no longer take raises
    AnswerRefused.
    """

    def __init__(self, program: Program, sample: Mapping[str, str], answers: Mapping[str, Any] | None = None) -> None:
        self.program = program
        self.sample = sample
        self.given: list[Any] = [None] * program.slots
        self.live: list[Any] = [None] * program.slots
        self._route: list[int] = []
        self._waiting: int | None = None
        self.end: str | None = None
        self.end_slot: int | None = None
        self.end_code: int | Key | None = None
        for item_id, value in (answers or {}).items():
            self.given[self._slot(item_id, value)] = judge(program, item_id, value)
        self._walk_from(0)

    @classmethod
    def resume(
        cls, program: Program, sample: Mapping[str, str], answers: Mapping[str, Any]
    ) -> tuple[Interview, list[str]]:
        """An interview taken up again, perhaps under a newer version of its questionnaire than it was begun under.

        Gives with it the ids, as they stand in `answers`, of what the questionnaire can no longer take; it is left
        out. Where an id comes in two spellings, the questionnaire's own is the one that counts.
        """
        taken: dict[str, Any] = {}
        dropped: list[str] = []
        for item_id, value in answers.items():
            own = program.spelling(item_id)
            if own is not None and own != item_id and own in answers:
                continue
            try:
                judge(program, item_id, value)
            except AnswerRefused:
                dropped.append(item_id)
            else:
                taken[item_id] = value
        return cls(program, sample, taken), dropped

    def _slot(self, item_id: str, value: Any) -> int:
        slot = self.program.by_id.get(item_id.lower())
        if slot is None:
            raise AnswerRefused(item_id, value, "there is no such item in the questionnaire")
        return slot

    def _walk_from(self, slot: int) -> None:
        """Walk again from `slot`, which is on the route or begins it."""
        if slot != self._waiting:
            # Beyond the place that changed nothing is known any more, the words of earlier codes excepted.
            del self._route[bisect_left(self._route, slot) :]
            self.live[slot:] = [None] * (len(self.live) - slot)
            for at in self._route:
                step = self.program.steps[at]
                if step.write_ins:
                    self.program.take_write_ins(step, self.live[at], self.given, self.live)
        elif self._route:
            self._route.pop()
        reached = self.program.advance(self.given, self.live, self.sample, self._route, slot)
        self._waiting, self.end = reached.waiting, reached.end
        self.end_slot, self.end_code = reached.end_slot, reached.end_code

    @property
    def route(self) -> list[str]:
        """The ids of every question reached, in order, grid rows one by one; the last may wait for its answer."""
        return [self.program.steps[slot].id for slot in self._route]

    @property
    def next(self) -> str | None:
        """The question that waits for an answer; None once the interview, or this call, has ended."""
        return None if self._waiting is None else self.program.steps[self._waiting].id

    def answer_to(self, item_id: str) -> Answer | None:
        """What was last given to a question or write-in, on the route or not."""
        answer: Answer | None = self.given[self._slot(item_id, None)]
        return answer

    def give(self, item_id: str, value: Any) -> Answer | None:
        """Answer a question or a write-in, and walk on along the route that follows.

        `value` is as in `answers.to_json`; None takes the answer back. Gives back the answer as held. Raises
        AnswerRefused if the item can never take it, or if it is a code that is not offered on this route.
        """
        slot = self._slot(item_id, value)
        if slot >= len(self.program.steps):
            answer = judge(self.program, item_id, value)
        else:
            step = self.program.steps[slot]
            answer = judge_step(step, value)
            if answer is None and step.kind == "contact" and value:
                raise AnswerRefused(item_id, value, f"still to be filled in: {', '.join(blank_boxes(step, value))}")
            if answer is not None and step.conditional:
                answer = self._offered_part(step, answer, value)
        self._hold(slot, item_id, answer)
        return answer

    def hold(self, item_id: str, answer: Answer | None) -> None:
        """Hold an answer that was judged elsewhere, offered here or not, and walk on.

        A code that is not offered on this route counts as not given: the question goes on waiting.
        """
        self._hold(self._slot(item_id, answer), item_id, answer)

    def _hold(self, slot: int, item_id: str, answer: Answer | None) -> None:
        self.given[slot] = answer
        if slot == self._waiting or self._on_route(slot):
            self._walk_from(slot)
        elif slot >= len(self.program.steps):
            self._refresh_write_in(item_id)

    def _offered_part(self, step: Step, answer: Answer, value: Any) -> Answer:
        part = step.only_offered(answer, self.live, self.sample)
        if part != answer:
            codes = ", ".join(str(option.option.code) for option in step.offered(self.live, self.sample))
            raise AnswerRefused(step.id, value, f"not offered here; the codes offered are {codes}")
        return answer

    def _on_route(self, slot: int) -> bool:
        at = bisect_left(self._route, slot)
        return at < len(self._route) and self._route[at] == slot

    def _refresh_write_in(self, item_id: str) -> None:
        write_in = self.program.write_ins[item_id.lower()]
        for slot in self._route:
            step = self.program.steps[slot]
            if write_in in step.write_ins and self.live[slot] is not None:
                self._walk_from(slot)
                return

    def step(self, item_id: str) -> Step:
        """The question called `item_id`. Raises AnswerRefused where there is none."""
        slot = self._slot(item_id, None)
        if slot >= len(self.program.steps):
            raise AnswerRefused(item_id, None, "a write-in is asked with its question")
        return self.program.steps[slot]

    def before(self, item_id: str) -> str | None:
        """The question before this one on the route, or None."""
        return self.before_slot(self.step(item_id).slot)

    def before_slot(self, slot: int) -> str | None:
        """The last question on the route before a step of the program, or None."""
        at = bisect_left(self._route, slot)
        return self.program.steps[self._route[at - 1]].id if at > 0 else None

    def after(self, item_id: str) -> str | None:
        """The question after this one on the route; None after the last."""
        at = bisect_left(self._route, self.step(item_id).slot + 1)
        return self.program.steps[self._route[at]].id if at < len(self._route) else None

    def messages_before(self, slot: int) -> list[Step]:
        """The messages between the question before on the route and a step that the route comes to."""
        before = self.before_slot(slot)
        step = None if before is None else self.step(before)
        return self.program.messages_between(step, slot, self.live, self.sample)

    def contradictions(self, item_id: str) -> tuple[str, ...]:
        """What the soft checks of a question on the route ask about its answer now, in words for the interviewer.

        A grid is asked about once its last row is answered.
        """
        step = self.step(item_id)
        if not step.checks or self.live[step.slot] is None:
            return ()
        if self._waiting is not None and self.program.steps[self._waiting].item is step.item:
            return ()
        words = AnswerWords(self.program)
        return tuple(
            check.template.render(self.live, self.sample, words)
            for check in step.checks
            if check.test(self.live, self.sample)
        )

    def missing(self) -> list[str]:
        """The write-ins that codes on the route ask for and that were not given, in order."""
        return [
            write_in.id
            for slot in self._route
            for write_in in self.program.steps[slot].write_ins
            if self._chosen(slot, write_in.code) and self.given[write_in.slot] is None
        ]

    def _chosen(self, slot: int, code: int) -> bool:
        answer = self.live[slot]
        return code in answer if isinstance(answer, tuple) else answer == code

    def off_route(self) -> list[str]:
        """The questions that were answered and are not on the route now, in order of the questionnaire."""
        on_route = set(self._route)
        return [
            step.id for step in self.program.steps if self.given[step.slot] is not None and step.slot not in on_route
        ]
