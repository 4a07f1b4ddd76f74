"""A question on the screen: typed answers, moving along the route, words for a code."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from cati.console.interviewer import overlays, typed
from cati.console.interviewer.page import Choice, Para
from cati.console.interviewer.state import State
from cati.interview.presenting import Block, Presented, present, text_blocks
from cati.questionnaire.answers import AnswerRefused, Contact, Key, to_json

if TYPE_CHECKING:
    from cati.console.interviewer.controller import Controller
    from cati.interview.interview import Interview
    from cati.questionnaire.answers import Answer
    from cati.questionnaire.program import Step

SPECIAL_WORDS = {"dk": "Don't know", "refused": "Refused"}


def paras(blocks: tuple[Block, ...]) -> tuple[Para, ...]:
    """Wording as paragraphs."""
    return tuple(Para(block.kind, block.text) for block in blocks)


def show(console: Controller, item: str) -> None:
    """Goes to a question."""
    from cati.console.interviewer.contact import ContactBlock
    from cati.console.interviewer.lookup import Lookup

    shown = present(console.interview, item)
    kinds: dict[str, type[Asking]] = {"lookup": Lookup, "contact": ContactBlock}
    console.state = kinds.get(shown.kind, Question)(console, shown)


def go_on(console: Controller) -> None:
    """Goes to the first question without an answer; without one, the call ends."""
    from cati.console.interviewer import ending

    waiting = console.interview.next
    if waiting is not None:
        show(console, waiting)
    else:
        ending.begin(console)


def onward(console: Controller, item: str) -> None:
    """From an answered question to the one after it; the screener of a new call, and all that is asked by telephone
    alone, lead to where the last call stopped, or the online survey."""
    interview = console.interview
    screened = interview.step(item).item.per_call or item.lower() in console.telephone_alone
    after = interview.next if screened else interview.after(item)
    if after is not None:
        show(console, after)
    else:
        go_on(console)


def onward_asking(console: Controller, item: str) -> None:
    """From a question just answered to the next one, where the interviewer is asked about a contradiction, if the
    study wants that: a line above the entry, which nothing that is typed waits for."""
    doubts = console.interview.contradictions(item) if console.study.soft_checks else ()
    onward(console, item)
    if doubts:
        console.state.ask(f"{item}: {' '.join(doubts)} F2 or /back goes back; going on keeps both answers.")


def begun(interview: Interview) -> bool:
    """Whether the interview proper has begun: a question that is not asked anew in every call has its answer."""
    waiting = interview.next
    return any(item != waiting and not interview.step(item).item.per_call for item in interview.route)


def progress(interview: Interview, item: str) -> str:
    """`12/≈40`: the place on the route, and about how long it will be.

    Of the questions still ahead as many are expected to be asked as of those passed, two in three at first.
    """
    route = interview.route
    last = interview.step(route[-1]).slot
    questions = [step.slot for step in interview.program.steps if step.kind not in ("message", "end")]
    passed = sum(slot <= last for slot in questions)
    share = (len(route) + 6) / (passed + 9)
    expected = len(route) + round(share * (len(questions) - passed))
    return f"{route.index(item) + 1 if item in route else len(route)}/≈{expected}"


def words_of(answer: Answer | None, shown: Presented) -> str:
    """An answer in words, for the interviewer."""
    if answer is None:
        return ""
    if isinstance(answer, Key):
        return next((each.label for each in shown.specials if each.key == answer.name), answer.name)
    if isinstance(answer, Contact):
        return ", ".join(f"{name}: {value.name if isinstance(value, Key) else value}" for name, value in answer.fields)
    if shown.kind in ("single", "multi"):
        codes = answer if isinstance(answer, tuple) else (answer,)
        labels = {option.code: option.label for option in shown.options}
        return ", ".join(f"{code} {labels.get(code, '')}".strip() for code in codes if isinstance(code, int))
    return str(answer)


class Asking(State):
    """What all questions have in common."""

    pinned = True

    def __init__(self, console: Controller, shown: Presented) -> None:
        super().__init__(console)
        self.shown = shown
        self.item = shown.id
        self.answered = shown.answer is not None and console.interview.next != shown.id
        self.progress = progress(console.interview, shown.id)

    @property
    def step(self) -> Step:
        """The question itself."""
        return self.console.interview.step(self.item)

    def header(self) -> tuple[str, str, str]:
        left, who, _ = self.console.header()
        number = self.console.dialled
        dialled = f"   dialled {number.number}" if number is not None else ""
        return left, f"{self.item}  {self.progress}  {who}", f"{self.shown.section}{dialled}"

    # --- moving

    def back(self, now: datetime) -> None:
        del now
        before = self.console.interview.before(self.item)
        if before is None:
            self.tell("This is the first question. F7 or /stop ends the interview, F10 signs out.")
        else:
            show(self.console, before)

    def do(self, name: str, now: datetime) -> None:
        from cati.console.interviewer import breaking, route

        console = self.console
        if name == "forward":
            self._forward()
        elif name == "first":
            show(console, console.interview.route[0])
        elif name == "last":
            go_on(console)
        elif name == "list":
            console.state = route.RouteList(console, self.item)
        elif name == "appointment":
            breaking.want_appointment(self)
        elif name == "break_off":
            breaking.want_to_stop(self)
        elif name == "texts":
            console.state = route.Texts(console)
        del now

    def _forward(self) -> None:
        if self.answered:
            self.keep()
        else:
            self.tell("This question has no answer yet.")

    def keep(self) -> None:
        """Goes on with the answer that is held."""
        if not self.ask_for_words(self.shown.answer):
            onward(self.console, self.item)

    # --- answering

    def special(self, word: str, now: datetime) -> bool:
        del now
        value = self.special_value(word)
        if value is not None:
            self.give(value)
        return value is not None

    def special_value(self, word: str) -> Any:
        """What /word stands for here, or None."""
        if word in {each.key for each in self.shown.specials}:
            return {"key": word}
        offered = {option.code for option in self.shown.options}
        for option in self.step.options:
            if option.option.key == word and option.option.code in offered:
                return [option.option.code] if self.shown.kind == "multi" else option.option.code
        return None

    def give(self, value: Any) -> None:
        """Gives an answer; goes on once it is saved."""
        interview = self.console.interview
        old = interview.answer_to(self.item)
        try:
            answer = interview.give(self.item, value)
        except AnswerRefused as refused:
            self.refuse(f"{refused.why[:1].upper()}{refused.why[1:]}.")
            return
        if answer is None:
            interview.hold(self.item, old)
            self.tell(self.wanted())
            return
        self.console.save(
            self.item, to_json(answer), lambda _: self._given(answer), undone=lambda: interview.hold(self.item, old)
        )

    def _given(self, answer: Answer) -> None:
        if not self.ask_for_words(answer, anew=True):
            onward_asking(self.console, self.item)

    def ask_for_words(self, answer: Answer | None, *, anew: bool = False) -> bool:
        """Asks for the words of the codes that want some: all of them, or those that are missing."""
        codes = answer if isinstance(answer, tuple) else (answer,)
        interview = self.console.interview
        wanting = [
            each
            for each in self.step.write_ins
            if each.code in codes and (anew or interview.answer_to(each.id) is None)
        ]
        if wanting:
            from cati.console.interviewer import writing_in

            self.console.state = writing_in.WriteIn(self.console, self.shown, wanting)
        return bool(wanting)

    def wanted(self) -> str:
        """What is to be typed here."""
        return "Type the answer and press Enter."

    # --- what is seen

    def wording(self) -> list[Para | Choice]:
        """What is read out and what goes with it."""
        shown = self.shown
        body: list[Para | Choice] = [*paras(shown.before), *paras(shown.wording)]
        if shown.row is not None:
            body.append(Para("row", f"{shown.row}  ({shown.row_at} of {shown.rows})"))
        return body

    def specials(self) -> list[Para | Choice]:
        """The special answers of a number or text."""
        held = self.shown.answer if self.answered else None
        return [
            Choice(f"/{each.key}", each.label, "" if each.read_out else "(do not read out)", held == Key(each.key))
            for each in self.shown.specials
        ]

    def held(self) -> list[Para | Choice]:
        """The answer held, where it is no code on the screen."""
        answer = self.shown.answer
        if not self.answered or isinstance(answer, Key):
            return []
        return [Para("fact", f"Answer now: {words_of(answer, self.shown)}   Enter alone keeps it.")]


class Question(Asking):
    """A single, a multi, a number or a text."""

    name = "question"

    def enter(self, typed_text: str, now: datetime) -> None:
        del now
        if not typed_text:
            if self.answered:
                self.keep()
            else:
                self.tell(self.wanted())
            return
        try:
            value = typed.value_of(self.shown, typed_text)
        except typed.NotTakenError as why:
            self.refuse(str(why))
            return
        if not self._again(value):
            self.give(value)

    def _again(self, value: Any) -> bool:
        """A code that shows a text or takes an e-mail address, and comes back here."""
        from cati.console.interviewer import email

        option = next((each for each in typed.chosen(self.shown, value) if each.again), None)
        if option is None or option.again is None:
            return False
        self.entry.set("")
        if option.again == "take_email":
            self.console.state = email.TakeEmail(self.console)
        else:
            texts = paras(text_blocks(self.console.interview, option.again))
            self.console.state = overlays.ShownText(self.console, option.label, texts)
        return True

    def wanted(self) -> str:
        return {
            "single": "Type the code of the answer and press Enter.",
            "multi": "Type the codes, with spaces between them, and press Enter.",
        }.get(self.shown.kind, "Type the answer and press Enter.")

    def body(self) -> tuple[Para | Choice, ...]:
        shown = self.shown
        body = self.wording()
        answer = shown.answer if self.answered else None
        held = answer if isinstance(answer, tuple) else (answer,)
        for option in shown.options:
            alone = "(alone)" if option.exclusive and shown.kind == "multi" else ""
            silent = "" if option.read_out else "(do not read out)"
            remark = " ".join(part for part in (alone, silent) if part)
            body.append(Choice(str(option.code), option.label, remark, option.code in held))
        body += self.specials()
        if not shown.options:
            body += self.held()
        return tuple(body)

    def prompt(self) -> str:
        shown = self.shown
        if shown.kind == "number":
            low, high = shown.minimum, shown.maximum
            limits = f" {low} to {high}" if high is not None else f" from {low}" if low is not None else ""
            return f"Number{limits}"
        return {"single": "Code", "multi": "Codes, spaces between"}.get(shown.kind, "In words")
