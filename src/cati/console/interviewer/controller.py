"""The interviewer's screen without a screen: a key in, a new state and perhaps one effect out.

Pure: no Textual, no SQL, no file, no clock (the time comes with each key). While an effect is out no key may be
pressed: the driver keeps them in order. The questionnaire's own modules load with the study, after the first frame;
so the states that need them are imported where a case comes in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cati.console.entry_state import MEND, MEND_FIRST
from cati.console.interviewer import facts, overlays
from cati.console.interviewer.card import Card
from cati.console.interviewer.effects import Effect, Failure, Leave, Refresh, Reply, SaveAnswer, SignedIn
from cati.console.interviewer.page import Page, Para
from cati.console.interviewer.shift import Leaving, Ready, SigningIn

if TYPE_CHECKING:
    from cati.console.interviewer.draft import Draft
    from cati.console.interviewer.state import State
    from cati.desk import CaseCard, Closed, Day, Delivery, Heard, HeldCase, Interviewer, OpenCall, PhoneNumber, Result
    from cati.interview.interview import Interview
    from cati.studies import Study

Then = Callable[[Any], None]
Failed = Callable[[str], None]


@dataclass(slots=True)
class Waiting:
    """What becomes of the reply to the effect that is out."""

    then: Then
    undone: Callable[[], None] | None
    failed: Failed | None


@dataclass(slots=True)
class Logged:
    """The outcome logged last, for a moment of undoing it."""

    closed: Closed
    draft: Draft
    dialled: PhoneNumber | None


class Controller:
    """One interviewer at one console. `state` is where she is, `effect` what the world is asked to do now."""

    def __init__(self, now: datetime, user: str = "") -> None:
        self.now = now
        self.effect: Effect | None = None
        self.screen_pages = 1
        self.mend, self.mend_first = MEND, MEND_FIRST
        self._waiting: Waiting | None = None
        self._who: Interviewer | None = None
        self._study: Study | None = None
        self.day: Day | None = None
        self.since = now
        self.warnings: tuple[str, ...] = ()
        self.held: tuple[HeldCase, ...] = ()
        self.delivery: Delivery | None = None
        self.dialled: PhoneNumber | None = None
        self._call: OpenCall | None = None
        self._interview: Interview | None = None
        self.telephone_alone: set[str] = set()
        self.seq = 0
        self.draft: Draft | None = None
        self.logged: Logged | None = None
        self._told = 0
        self.alert = ""
        self._side: tuple[Para, ...] | None = None
        signing_in = SigningIn(self)
        self.state: State = signing_in
        if user.strip():
            signing_in.ask_for(user.strip())

    # --- keys in, effects out

    def press(self, key: str, now: datetime) -> None:
        """One key. No effect may be out."""
        if self.effect is not None:
            raise RuntimeError("a key was pressed while an effect was out")
        self.now = now
        before = self.state
        before.page_at = min(before.page_at, self.screen_pages - 1)
        before.press(key, now)

    def resume(self, reply: Reply, now: datetime) -> None:
        """The reply to the effect that is out, or a Failure."""
        waiting, self.effect, self._waiting = self._waiting, None, None
        assert waiting is not None
        self.now = now
        if not isinstance(reply, Failure):
            waiting.then(reply)
            return
        if waiting.undone is not None:
            waiting.undone()
        if reply.kind == "lost":
            self.lost(reply.why)
        elif waiting.failed is not None:
            waiting.failed(reply.why)
        elif reply.kind == "outside":
            self.state.failed(f"NOT SAVED: {reply.why} Enter to try again.")
        else:
            self.state.refuse(reply.why)

    def run(
        self,
        effect: Effect,
        then: Then,
        *,
        undone: Callable[[], None] | None = None,
        failed: Failed | None = None,
    ) -> None:
        """Leaves an effect. `then` gets its reply; `undone` is called first if it failed.

        Without `failed` the line stops with what stands on it: what has to do with the world is tried again by Enter,
        what was not possible is to be mended. So only Enter may leave an effect without it.
        """
        if self.effect is not None:
            raise RuntimeError("one effect at a time")
        self.effect = effect
        self._waiting = Waiting(then, undone, failed)

    def lost(self, why: str) -> None:
        """The case is no longer ours."""
        self.leave_case(why)

    # --- who and what

    @property
    def who(self) -> Interviewer:
        """Who is signed in."""
        assert self._who is not None
        return self._who

    @property
    def study(self) -> Study:
        """The study of this database."""
        assert self._study is not None
        return self._study

    @property
    def interview(self) -> Interview:
        """The interview of the call that is open."""
        assert self._interview is not None
        return self._interview

    @property
    def call(self) -> OpenCall:
        """The call that is open."""
        assert self._call is not None
        return self._call

    @property
    def in_call(self) -> bool:
        """Whether a call is open: dialled and not coded."""
        return self._call is not None

    @property
    def case(self) -> Delivery:
        """The case at hand."""
        assert self.delivery is not None
        return self.delivery

    def signed_in(self, reply: SignedIn) -> None:
        """The shift begins."""
        self._who, self._study, self.day = reply.who, reply.study, reply.day
        self.warnings, self.held = reply.warnings, reply.held
        self.since = self.now
        self.state = Ready(self)

    def leaving(self) -> Leave:
        """What is to be done as she leaves: a case that nobody dialled goes back to the others. An open call is left to
        be taken up again."""
        hold = self.delivery.hold if self.delivery is not None and not self.in_call else None
        return Leave(hold, self._who)

    # --- a case

    def to_ready(self, message: str = "") -> None:
        """Between two cases, with the day as it stands now."""
        ready = Ready(self)
        ready.tell(message)
        self.state = ready
        self.run(Refresh(self.who), ready.refreshed, failed=ready.tell)

    def refresh(self, day: Day, now: datetime) -> bool:
        """The day as the heartbeat found it; is there anything in it that she should hear of? No key and no state has
        to do with it."""
        before, self.day, self.now = self.day, day, now
        return before is not None and isinstance(self.state, Ready) and self.state.hear_news(before, day)

    def leave_case(self, message: str) -> None:
        """The case is dealt with, or gone."""
        self.delivery = self.dialled = self._call = self._interview = self.draft = None
        self._side = None
        self.alert = ""
        self.to_ready(message)

    def take_case(self, delivery: Delivery) -> None:
        """A case has come in."""
        self.delivery = delivery
        self.held = tuple(each for each in self.held if each.serial != delivery.card.serial)
        self.logged = None
        self._side = None
        self._know(delivery.card.heard)
        self.state = Card(self)

    def begin_call(self, call: OpenCall, number: PhoneNumber | None, told: int) -> None:
        """The number is dialled: the questionnaire from its first question without an answer. `told`: the event of the
        case that she knew of as she dialled."""
        from cati.console.interviewer import asking

        self.dialled = number
        dropped = self._open(call)
        heard = self.card.heard
        self.alert = self._alert(heard) if heard is not None and heard.event != told else ""
        self.draft = None
        asking.go_on(self)
        self._say_dropped(dropped)

    def _open(self, call: OpenCall) -> list[str]:
        """Takes up the interview; gives the items whose kept answers the questionnaire can no longer take."""
        from cati.interview.impossible import never_asked
        from cati.interview.interview import Interview

        self.telephone_alone = never_asked(self.study.questionnaire, "online")
        sample = {**self.case.card.sample, "interviewer_name": self.who.name}
        self._interview, dropped = Interview.resume(self.study.program("telephone"), sample, call.answers)
        self._call, self.seq = call, call.seq
        return dropped

    def _say_dropped(self, dropped: list[str]) -> None:
        if dropped:
            self.state.ask(
                "The questionnaire has changed since this interview was begun. Answers that no longer fit it are left "
                f"out, and asked again where they still are a question: {', '.join(dropped)}"
            )

    def undone(self, delivery: Delivery, logged: Logged) -> None:
        """The outcome logged last is taken back: the case as it was before it was confirmed."""
        from cati.console.interviewer import ending

        assert delivery.call is not None
        self.delivery, self._side, self.logged = delivery, None, None
        dropped = self._open(delivery.call)
        self.draft, self.dialled = logged.draft, logged.dialled
        heard = delivery.card.heard
        self._know(heard)
        if heard is not None and heard.closes:
            self.alert = self._alert(heard)
        ending.confirm_again(self)
        self._say_dropped(dropped)

    def save(
        self, item: str, value: Any, then: Then, *, undone: Callable[[], None], failed: Failed | None = None
    ) -> None:
        """Saves one answer and goes on once it is on the disk."""

        def saved(reply: Reply) -> None:
            self.seq += 1
            then(reply)

        self.run(SaveAnswer(self.case.hold, self.call, item, value, self.seq), saved, undone=undone, failed=failed)

    def closed(self, closed: Closed, result: Result) -> None:
        """The call is coded."""
        from cati.desk import UNDO_TIME

        assert self.draft is not None
        self.logged = Logged(closed, self.draft, self.dialled)
        label = self.study.scheme.outcomes[result.outcome].label
        became = self.study.scheme.outcomes[closed.case_outcome].label
        also = "" if closed.case_outcome == result.outcome else f" The case stands as {became}: {closed.why}"
        # for whoever typed ahead, and did not see it before
        doubt = f" Booked all the same: {self.draft.against[0]}" if self.draft.against else ""
        self.leave_case(f"Logged: {label}, case {closed.serial}. F8 to undo ({UNDO_TIME.seconds} s).{also}{doubt}")

    def noted(self, card: CaseCard) -> None:
        """A note was taken: the card has it too."""
        if self.delivery is not None:
            self.delivery = replace(self.delivery, card=replace(self.delivery.card, notes=card.notes))
            self._side = None

    # --- what is heard of the case meanwhile

    def hear(self, heard: Heard) -> bool:
        """What the online survey or the office says of the case at hand; False if there is nothing new in it.

        Said at once and above whatever is on the screen, until the case is left; no key and no state has to do with it.
        """
        if self.delivery is None or self.delivery.card.serial != heard.serial or heard.event == self._told:
            return False
        self.learn(heard)
        self.alert = self._alert(heard)
        return True

    def learn(self, heard: Heard) -> None:
        """Puts what was heard on the card, without saying it."""
        self.delivery = replace(self.case, card=replace(self.card, heard=heard))
        self._side = None
        self._know(heard)

    def _know(self, heard: Heard | None) -> None:
        self._told = heard.event if heard is not None else 0

    def _alert(self, heard: Heard) -> str:
        zone, now = self.study.timezone, self.now
        if not self.in_call:
            return facts.heard_before(heard, zone, now)
        return facts.heard_while_talking(heard, zone, now)

    # --- overlays

    def help(self) -> None:
        """Help for where she is."""
        self.state = overlays.Help(self)

    def show_facts(self) -> None:
        """All that is known of the case."""
        self.state = overlays.Facts(self)

    def take_note(self) -> None:
        """A note on the case."""
        self.state = overlays.NoteTaking(self)

    def ask_to_leave(self) -> None:
        """Sign out, asking first where a case would be left."""
        self.state = Leaving(self)

    # --- what is seen

    @property
    def card(self) -> CaseCard:
        """The card of the case at hand."""
        return self.case.card

    def header(self) -> tuple[str, str, str]:
        """The top line, left and right, and the line under it."""
        who = self._who.name if self._who is not None else ""
        if self.delivery is None:
            return "cati", who, self._study.title if self._study is not None else ""
        card = self.delivery.card
        dialled = f"dialled {self.dialled.number}" if self.dialled is not None else "not dialled yet"
        return f"Case {card.serial}  {card.name}", who, f"{card.la}   {dialled}"

    def side(self) -> tuple[Para, ...]:
        """The case's facts, for the panel of a wide screen."""
        if self.delivery is None:
            return ()
        if self._side is None:
            self._side = facts.of_card(self.delivery.card, self.study.timezone, self.now)
        return self._side

    def page(self) -> Page:
        """All that is to be seen now."""
        return self.state.page()
