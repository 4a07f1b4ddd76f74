"""Carries out the controller's looks and effects: one call of the desk each, on the one thread of the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from cati.console.supervisor import looks
from cati.console.supervisor.effects import (
    Ask,
    Changed,
    CheckedBack,
    Do,
    Effect,
    Failure,
    HandOver,
    Leave,
    Listened,
    Preview,
    Repair,
    Reply,
    Sent,
    Tell,
)
from cati.errors import CatiError, OutsideError

if TYPE_CHECKING:
    from cati.desk import Actor, Leaf, Page
    from cati.desk.figures import Period
    from cati.desk.repairing import Repaired
    from cati.storage import Pulse, Store
    from cati.studies import Study

Clock = Callable[[], datetime]
T = TypeVar("T")

NOTES_OF = timedelta(days=7)
"""How far back the notes of shifts are shown."""


class Work:
    """The desk, as the supervisor's screen needs it. Everything but `now` runs on one thread.

    `database` is opened again, by itself, after it was gone.
    """

    def __init__(self, database: str | None, study: Study, who: Actor, clock: Clock | None = None) -> None:
        self._database = database
        self.study = study
        self.who = who
        self._clock = clock
        self._store: Store | None = None
        self._pulse: Pulse | None = None
        self._morning: tuple[date, dict[str, Any]] | None = None

    def now(self) -> datetime:
        """The time, for what is said on the screen. Any thread may ask."""
        return self._clock() if self._clock is not None else datetime.now(UTC)

    @property
    def store(self) -> Store:
        """The open database, opened now where it is not."""
        if self._store is None:
            from cati.storage import Pulse, open_store

            try:
                self._store = open_store(self._database, clock=self._clock)
            except CatiError as error:
                raise OutsideError(str(error)) from error  # it was there: what is missing now may come back
            self._pulse = Pulse(self._store)
        return self._store

    def close(self) -> None:
        """Closes the database."""
        store, self._store = self._store, None
        pulse, self._pulse = self._pulse, None
        if pulse is not None:
            pulse.close()
        if store is not None:
            store.close()

    def another(self) -> Work:
        """The same database once more, for another thread."""
        return Work(self._database, self.study, self.who, self._clock)

    # --- is anything new?

    def feel(self) -> str | Failure:
        """The pulse of the database; where it cannot be felt, it is closed, to be opened anew the next time."""
        try:
            store = self.store
            assert self._pulse is not None
            return f"{id(store)}:{self._pulse()}"
        except CatiError as error:
            self._give_up()
            return Failure("outside", str(error))

    def _give_up(self) -> None:
        try:
            self.close()
        except CatiError:
            self._store = self._pulse = None  # closing what is gone may fail like anything else

    # --- looks

    def look_alone(self, look: looks.Look) -> Any:
        """What there is of a look, where nobody feels the pulse: what was gone or replaced is opened anew."""
        felt = self.feel()
        return felt if isinstance(felt, Failure) else self.look(look)

    def look(self, look: looks.Look) -> Any:
        """What there is of a look, or a Failure."""
        try:
            return self._look(look)
        except OutsideError as error:
            return Failure("outside", str(error))
        except CatiError as error:
            return Failure("refused", str(error))

    def _look(self, look: looks.Look) -> Any:
        from cati import desk

        match look:
            case looks.LookShift(leaf, sort):
                return self._shift(leaf, sort)
            case looks.LookQueue(wanted, leaf, sort):
                page = desk.call_back_page(self.store, self.study, wanted, leaf, sort)
                return looks.QueueSeen(page, desk.call_back_counts(self.store, self.study, wanted))
            case looks.LookCases(text, leaf, sort, outcome):
                return desk.find_cases(self.store, text, leaf, sort, outcome)
            case looks.LookCase(serial):
                return desk.whole_case(self.store, self.study, serial)
            case looks.LookUnchanged(serial):
                return desk.as_seen(self.store, serial)
            case looks.LookProgress(by):
                return self._progress(by)
            case looks.LookBehind(outcomes, by, value, leaf):
                group = value if by else None
                behind = desk.cases_behind(self.store, self.study, outcomes, by=by or None, group=group)
                return looks.BehindSeen(window(behind, leaf), len(behind))
            case looks.LookInterviewers(leaf, span, sort):
                return self._interviewers(leaf, span, sort)
            case looks.LookQuality(leaf, span):
                return self._quality(leaf, span)
            case looks.LookHeard(leaf):
                return desk.listenings(self.store, leaf)
            case looks.LookCalls(interviewer):
                return desk.calls_to_hear(self.store, self.study, interviewer)
            case looks.LookPeople():
                return tuple(user.name for user in desk.list_users(self.store) if user.disabled_at is None)
            case looks.LookMessages():
                return self._messages()

    def _shift(self, leaf: Leaf, sort: looks.ShiftSort) -> looks.ShiftSeen:
        from cati import desk

        seats = list(desk.shift_now(self.store, self.study))
        if sort != "name":
            pressing = {"stuck": 0, "lost": 0, "idle": 1, "": 2}
            long_ago = datetime.min.replace(tzinfo=UTC)
            left = sort == "attention"
            seats.sort(
                key=lambda seat: (
                    pressing[seat.concern] if left else 0,
                    seat.doing == "left",
                    (seat.since or long_ago) if not left or seat.concern else long_ago,
                )
            )
        shown = window(seats, leaf)
        detailed = desk.in_detail(self.store, self.study, shown.rows)
        return looks.ShiftSeen(
            desk.Page(detailed, shown.keys, shown.before, shown.behind),
            Counter(seat.doing for seat in seats),
            {concern: sum(seat.concern == concern for seat in seats) for concern in ("stuck", "lost", "idle")},
        )

    def _progress(self, by: str) -> looks.ProgressSeen:
        from cati import desk
        from cati.outcomes import outcome_table

        store, scheme = self.store, self.study.scheme
        counts, morning = desk.outcome_counts(store), self._as_of_morning(None)
        groups, then = desk.outcome_counts(store, by), self._as_of_morning(by)
        tables = {value: outcome_table(scheme, group) for value, group in groups.items()}
        before = {value: outcome_table(scheme, group) for value, group in then.items()}
        now = outcome_table(scheme, counts)
        done, sample = now.rates[0].numerator, now.rates[0].denominator
        wanted = self.study.targets.get(by, {})
        shares = tuple(
            looks.Share(
                value,
                each.rates[0].denominator,
                each.rates[0].numerator,
                before[value].rates[0].numerator if value in before else 0,
                float(wanted.get(value, 0)) if wanted else done * each.rates[0].denominator / max(sample, 1),
            )
            for value, each in tables.items()
        )
        hours = desk.hours_today(store, self.study)
        return looks.ProgressSeen(now, outcome_table(scheme, morning), shares, hours, bool(wanted))

    def _as_of_morning(self, by: str | None) -> Any:
        """The counts as of midnight, looked up once a day: what is past does not change."""
        from cati import desk

        since = desk.midnight(self.store.time(), self.study)
        day = since.date()
        if self._morning is None or self._morning[0] != day:
            self._morning = (day, {})
        known = self._morning[1]
        key = by or ""
        if key not in known:
            at = since - timedelta(microseconds=1)
            known[key] = desk.outcome_counts(self.store, by, at=at) if by else desk.outcome_counts(self.store, at=at)
        return known[key]

    def _period(self, span: looks.Span) -> Period:
        from cati.desk.figures import Period

        today = self.store.time().astimezone(self.study.timezone).date()
        first = {"today": today, "week": today - timedelta(days=today.weekday()), "all": None}[span]
        return Period(self.study.timezone, first)

    def _interviewers(self, leaf: Leaf, span: looks.Span, sort: looks.FigureSort) -> looks.InterviewersSeen:
        from cati.desk.figures import interviewer_figures

        each, total = interviewer_figures(self.store, self.study, self._period(span))
        found = list(each)
        if sort == "calls":
            found.sort(key=lambda figures: -figures.count.calls)
        elif sort == "completes":
            found.sort(key=lambda figures: -figures.count.completes)
        elif sort == "ratio":
            found.sort(key=lambda figures: figures.ratio if figures.ratio is not None else float("inf"))
        return looks.InterviewersSeen(window(found, leaf), total)

    def _quality(self, leaf: Leaf, span: looks.Span) -> looks.QualitySeen:
        from cati import desk
        from cati.desk.figures import length_figures

        period = self._period(span)
        found = sorted(desk.quality_now(self.store, self.study, period), key=lambda each: each.is_met)
        speeders = length_figures(self.store, self.study, period).speeders
        return looks.QualitySeen(window(found, leaf), sum(not each.is_met for each in found), speeders)

    def _messages(self) -> looks.MessagesSeen:
        from cati import desk

        waiting = [each for each in desk.list_outbox(self.store, self.study) if each.state in ("waiting", "exported")]
        notes = desk.shift_notes(self.store, self.store.time() - NOTES_OF)
        return looks.MessagesSeen(notes, desk.list_messages(self.store), tuple(waiting))

    # --- effects

    def reply_to(self, effect: Effect) -> Reply:
        """Carries out an effect; what was refused or failed comes back as a Failure."""
        from cati.desk import Overtaken

        try:
            return self._perform(effect)
        except Overtaken as overtaken:
            return Changed(str(overtaken))
        except OutsideError as error:
            return Failure("outside", str(error))
        except CatiError as error:
            return Failure("refused", str(error))

    def _perform(self, effect: Effect) -> Reply:
        from cati import desk

        match effect:
            case Preview(repair):
                return desk.preview(self.store, repair.serial, lambda store: self._repair(store, repair))
            case Do(repair, seen):
                return desk.do_as_previewed(self.store, repair.serial, seen, lambda store: self._repair(store, repair))
            case Ask(look):
                return self._look(look)
            case Listened(call, seconds, share, result, note):
                return desk.record_listening(self.store, self.who, call, seconds, share, result, note)
            case CheckedBack(serial, result, note):
                return desk.record_back_check(self.store, self.study, self.who, serial, result, note)
            case Tell(to, text):
                return desk.send_message(self.store, self.who, to or None, text)
            case HandOver(text):
                return desk.leave_note(self.store, self.who, text)
            case Sent(promise):
                return desk.mark_sent(self.store, self.study, self.who, [promise])
            case Leave():
                return None

    def _repair(self, store: Store, repair: Repair) -> Repaired:
        """One repair of the desk. On a store on which nothing is kept, what it would do."""
        from cati import desk

        study, who, serial, why = self.study, self.who, repair.serial, repair.why
        match repair.kind:
            case "release":
                return desk.release_case(store, study, who, serial, why)
            case "give":
                return desk.reassign_case(store, study, who, serial, repair.to, why)
            case "recode":
                assert repair.result is not None
                return desk.recode_call(store, study, who, serial, repair.result, why, repair.call)
            case "reopen":
                return desk.reopen_case(store, study, who, serial, why, repair.outcome or None)
            case "opt_out":
                return desk.opt_out_case(store, study, who, serial, why, repair.outcome or None)
            case "add_number":
                return desk.add_number(store, study, who, serial, repair.number, why)
            case "correct_number":
                return desk.correct_number(store, study, who, serial, repair.number, repair.instead, why)
            case "mark_number":
                return desk.mark_number(store, study, who, serial, repair.number, repair.outcome, why)
            case "move":
                assert repair.booking is not None
                return desk.move_appointment(store, study, who, serial, repair.booking, why)
            case "cancel":
                return desk.cancel_appointment(store, study, who, serial, why)
            case "undo":
                return desk.undo_repair(store, study, who, serial, why)


def window(rows: Sequence[T], leaf: Leaf) -> Page[T]:
    """A page of rows that are all at hand; the key of a row is its place."""
    from cati.desk import Page

    if leaf.back:
        end = len(rows) if leaf.key is None else min(leaf.key[0], len(rows))
        first = max(end - leaf.size, 0)
    else:
        first = 0 if leaf.key is None else leaf.key[0] + 1
        end = min(first + leaf.size, len(rows))
    return Page(tuple(rows[first:end]), tuple((at,) for at in range(first, end)), first > 0, end < len(rows))
