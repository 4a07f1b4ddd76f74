"""Carries out the controller's effects: one call of the desk each, on the one thread that the database lives on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from cati.console.desk_thread import Session as Session
from cati.console.interviewer.effects import (
    CheckBooking,
    CloseCall,
    Effect,
    Failure,
    Foresee,
    HeardFirst,
    Leave,
    LogEmail,
    LookHeld,
    MarkRead,
    NeedsPin,
    NextCase,
    Refresh,
    Release,
    Reply,
    SaveAnswer,
    SaveNote,
    SignedIn,
    SignIn,
    StartCall,
    TakeUp,
    UndoClose,
    UnknownName,
)
from cati.errors import CatiError, OutsideError

if TYPE_CHECKING:
    from cati.desk import Actor, CaseCard, Day, Foreseen, Heard, Hold, Interviewer, OpenCall
    from cati.storage import Store
    from cati.studies import Study

HEARTBEAT = 20.0
"""Seconds between two signs of life of whoever is signed in."""

Clock = Callable[[], datetime]


class Work:
    """The desk, as the controller's effects need it. Everything here runs on one thread."""

    def __init__(
        self,
        database: str | None,
        clock_in: Callable[[ZoneInfo], Clock | None] | None = None,
        secret: str | None = None,
    ) -> None:
        self._database = database
        self._secret = secret
        self._clock_in = clock_in
        self._clock: Clock | None = None
        self._store: Store | None = None
        self._study: Study | None = None
        self._per_call: frozenset[str] = frozenset()
        self.who: Interviewer | None = None
        self.hold: Hold | None = None

    def open(self) -> None:
        """Opens the database and reads its study. Raises CatiError where that is not possible.

        Everything heavy is imported here, after the first frame: SQLAlchemy, pydantic, the questionnaire.
        """
        from cati.console.interviewer import breaking, contact, email, lookup, route  # noqa: F401  ready when needed
        from cati.desk import open_study
        from cati.storage import open_store

        self._store = open_store(self._database)
        study = open_study(self._store)
        if self._clock_in is not None:
            self._clock = self._store.clock = self._clock_in(study.timezone)
        self._per_call = study.program("telephone").per_call
        self._study = study

    def now(self) -> datetime:
        """The time, for what is said on the screen. Any thread may ask."""
        return self._clock() if self._clock is not None else datetime.now(UTC)

    @property
    def store(self) -> Store:
        """The open database."""
        assert self._store is not None
        return self._store

    @property
    def study(self) -> Study:
        """Its study."""
        assert self._study is not None
        return self._study

    def close(self) -> None:
        """Closes the database."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def reply_to(self, effect: Effect) -> Reply:
        """Carries out an effect; what was refused or failed comes back as a Failure."""
        from cati.desk import LostHold

        try:
            return self.perform(effect)
        except LostHold as lost:
            self.hold = None
            return Failure("lost", str(lost))
        except OutsideError as error:
            return Failure("outside", str(error))
        except CatiError as error:
            return Failure("refused", str(error))

    def perform(self, effect: Effect) -> Reply:
        """Carries out an effect. Raises CatiError where that is not possible."""
        from cati import desk

        match effect:
            case SaveAnswer(hold, call, item, value, seq):
                return desk.save_answer(self.store, hold, call, item, value, seq)
            case SignIn():
                return self._sign_in(effect)
            case MarkRead(who, messages):
                desk.mark_read(self.store, who, messages)
                return desk.day(self.store, self.study, who)
            case Refresh(who):
                return desk.day(self.store, self.study, who)
            case NextCase(who):
                return self._held(desk.next_case(self.store, self.study, who))
            case LookHeld(who):
                return desk.held_by(self.store, who)
            case TakeUp(who):
                return self._held(desk.resume_held(self.store, self.study, who))
            case Release(hold):
                return self._release(hold)
            case StartCall():
                return self._start_call(effect)
            case SaveNote():
                return self._note(effect)
            case LogEmail(hold, call, address, kind):
                return desk.log_email_request(self.store, hold, call, address, kind)
            case CheckBooking(hold, start, end, kind):
                return desk.check_booking(self.store, self.study, hold, start, end, kind)
            case Foresee():
                return self._foresee(effect)
            case CloseCall(hold, call, result):
                closed = desk.close_call(self.store, self.study, hold, call, result)
                self.hold = None
                return closed
            case UndoClose(who, closed):
                return self._held(desk.undo_close(self.store, self.study, who, closed, per_call=self._per_call))
            case Leave(hold, who):
                return self._leave(hold, who)

    def _start_call(self, effect: StartCall) -> OpenCall | HeardFirst:
        from cati import desk

        try:
            return desk.start_call(
                self.store, self.study, effect.hold, effect.number_id, per_call=self._per_call, told=effect.told
            )
        except desk.HeardFirst as first:
            return HeardFirst(first.heard)

    def _release(self, hold: Hold | None) -> None:
        from cati import desk

        if hold is not None:
            desk.release(self.store, hold)
        self.hold = None

    def _leave(self, hold: Hold | None, who: Interviewer | None) -> None:
        from cati import desk

        self.who = None  # a heartbeat that comes after this one finds nobody
        self._release(hold)
        if who is not None:
            desk.sign_out(self.store, who)

    def _note(self, effect: SaveNote) -> CaseCard:
        from cati import desk

        desk.add_note(self.store, effect.hold, effect.text, effect.call)
        return desk.case_card(self.store, self.study, effect.hold.serial)

    def _foresee(self, effect: Foresee) -> Foreseen | None:
        from cati import desk

        try:
            return desk.foresee(self.store, self.study, effect.hold, effect.call, effect.result)
        except desk.LostHold:
            return None  # told when it is logged: only then is the result kept for the supervisor

    def _held(self, delivery: Any) -> Any:
        self.hold = delivery.hold if delivery is not None else None
        return delivery

    def _sign_in(self, effect: SignIn) -> SignedIn | UnknownName | NeedsPin:
        from cati import desk

        proof: Actor | None = None
        if desk.is_locked(self.store):
            # one that was handed in is tried once: after that it is asked for
            secret, self._secret = effect.secret or self._secret, None
            if secret is None:
                return NeedsPin(desk.find_interviewer(self.store, effect.name).name)
            with desk.own_clock(self.store) as own:
                proof = desk.sign_in_as(own, effect.name, secret)
        elif not effect.add and not desk.known_interviewer(self.store, effect.name):
            return UnknownName(effect.name)
        self.who = who = desk.sign_in(self.store, effect.name, proof)
        held = tuple(desk.held_by(self.store, who))
        return SignedIn(who, self.study, desk.day(self.store, self.study, who), self._warnings(), held)

    def _warnings(self) -> tuple[str, ...]:
        """What speaks against calling now."""
        from cati.fieldwork import check_time, within_fieldwork

        now, rules = self.store.time(), self.study.rules
        if within_fieldwork(rules, now):
            return ()
        return tuple(check_time(rules, now, now))

    def renew(self) -> Failure | Heard | Day | None:
        """The heartbeat of whoever is signed in: that her case is no longer ours, or what was heard of it, newly or
        before; between two cases how the day stands. None where there is nothing to tell. A database out of reach is
        no loss."""
        from cati import desk

        who, hold = self.who, self.hold
        if who is None:
            return None
        try:
            desk.present(self.store, who)
            if hold is None:
                return desk.day(self.store, self.study, who)
            beat = desk.heartbeat(self.store, self.study, hold)
        except OutsideError:
            return None  # the next answer will say so, where she can see it
        if beat.held:
            return beat.heard
        self.hold = None
        return Failure("lost", str(desk.LostHold(hold.serial)))
