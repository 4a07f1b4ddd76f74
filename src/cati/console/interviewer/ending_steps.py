"""What every step between a known outcome and its confirmation has in common, and those answered by a number."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cati.console.interviewer import asking
from cati.console.interviewer.draft import Draft
from cati.console.interviewer.effects import Reply
from cati.console.interviewer.page import Choice, Para
from cati.console.interviewer.state import State
from cati.interview.presenting import closing_blocks

if TYPE_CHECKING:
    from cati.console.interviewer.controller import Controller
    from cati.outcomes import Outcome


class Step(State):
    """One of the things asked once the outcome is known."""

    def __init__(self, console: Controller) -> None:
        super().__init__(console)
        assert console.draft is not None
        self.draft: Draft = console.draft

    @property
    def outcome(self) -> Outcome:
        """The outcome that is being coded."""
        return self.console.study.scheme.outcomes[self.draft.outcome]

    def header(self) -> tuple[str, str, str]:
        left, who, under = self.console.header()
        return left, f"{self.outcome.label}  {who}", under

    def done(self) -> None:
        """The next step."""
        self.draft.at += 1
        step = self.draft.steps[self.draft.at](self.console)
        self.console.state = step
        step.come_to()

    def come_to(self) -> None:
        """The step has just come up."""

    def back(self, now: datetime) -> None:
        del now
        if self.draft.at > 0:
            self.draft.at -= 1
            self.console.state = self.draft.steps[self.draft.at](self.console)
        else:
            reopen(self)

    def closing(self) -> list[Para | Choice]:
        """What is said to the respondent at the end."""
        if self.draft.stopped_at is None:
            return list(asking.paras(closing_blocks(self.console.interview)))
        said = self.console.interview.program.questionnaire.closings.get(self.draft.outcome)
        return [Para("read", said.text)] if said is not None else []


class Chosen(Step):
    """A step answered by a number."""

    question = ""
    answers: dict[str, str] = {}  # noqa: RUF012  filled in by each step

    def enter(self, typed_text: str, now: datetime) -> None:
        del now
        if typed_text in self.answers:
            self.take(typed_text)
            self.done()
        elif not typed_text and self.held():
            self.done()
        elif not typed_text:
            self.tell(f"Type {' or '.join(self.answers)} and press Enter.")
        else:
            self.refuse(f"{typed_text}: type {' or '.join(self.answers)}.")

    def take(self, code: str) -> None:
        """The answer."""
        raise NotImplementedError

    def held(self) -> str:
        """The code held, if any."""
        return ""

    def body(self) -> tuple[Para | Choice, ...]:
        choices = (Choice(code, label, held=code == self.held()) for code, label in self.answers.items())
        return (*self.closing(), Para("heading", self.question), *choices)

    def prompt(self) -> str:
        return "Code"


def reopen(step: Step) -> None:
    """Back from the first step to the question: a code that ended the call is taken back, to be coded again."""
    console, draft = step.console, step.draft
    interview = console.interview
    if draft.stopped_at is not None:
        console.draft = None
        asking.show(console, draft.stopped_at)
        return
    item = interview.route[-1]
    if not interview.step(item).ends:
        console.draft = None
        asking.show(console, item)
        return
    old = interview.answer_to(item)
    interview.hold(item, None)

    def taken_back(reply: Reply) -> None:
        del reply
        console.draft = None
        asking.show(console, item)
        console.state.tell(f"{item} is taken back: code it again.")

    console.save(
        item,
        None,
        taken_back,
        undone=lambda: interview.hold(item, old),
        failed=lambda why: step.tell(f"NOT SAVED: {why} Go back once more to try again."),
    )
