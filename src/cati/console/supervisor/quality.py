"""The tab of quality: who was listened to and who is still to be, speeders, back-checks; and recording both."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from cati.console.interviewer.page import Drawn, Para, Part
from cati.console.interviewer.typed import whole
from cati.console.supervisor import words
from cati.console.supervisor.asking import Asked, Chosen, NotTaken
from cati.console.supervisor.calls_of import choose_call, open_call_of
from cati.console.supervisor.effects import Ask, CheckedBack, Listened
from cati.console.supervisor.interviewers import SPAN_SAID, SPANS
from cati.console.supervisor.looks import LookHeard, LookQuality, QualitySeen, Span
from cati.console.supervisor.state import Read
from cati.console.supervisor.table_state import TableState, summary
from cati.console.supervisor.tables import Column, Row, line

if TYPE_CHECKING:
    from cati.console.supervisor.controller import Controller
    from cati.desk import CallToHear, Page
    from cati.desk import Quality as Quota

MOST_SPEEDERS = 3
MOST_HEARD = 100


class Quality(TableState):
    """The quota of everybody."""

    name = "quality"
    tab = "quality"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Interviewer", 14, grows=True),
        Column("interviews", 10, right=True),
        Column("listened", 8, right=True),
        Column("needed", 6, right=True),
        Column("partly", 6, right=True, wide=60),
        Column("last", 16, wide=72),
        Column("results", 18, grows=True, wide=76),
        Column("back-checks", 18, grows=True, wide=100),
    )
    nothing = "No interview was completed. F3 shows another period."

    def __init__(self, console: Controller) -> None:
        super().__init__(console)
        self.span: Span = "all"

    def look(self) -> LookQuality:
        return LookQuality(self.leaf(), self.span)

    def rows_seen(self) -> Page[Quota]:
        seen: QualitySeen = self.seen
        return seen.page

    @property
    def below_it(self) -> int:
        return 1 + MOST_SPEEDERS

    def identity(self, row: Quota) -> int:
        return row.id

    def row(self, each: Quota) -> Row:
        zone, now = self.console.study.timezone, self.console.now
        cells = (
            each.name,
            f"{each.interviews:,}",
            f"{each.listened:,}",
            f"{each.needed:,}",
            f"{each.partly:,}" if each.partly else "",
            words.moment(each.last, now, zone),
            _counted(each.results),
            _counted(each.back_checks),
        )
        return Row(cells, "label" if each.is_met else "warning", " " if each.is_met else "!")

    def above(self, across: int) -> tuple[Part, ...]:
        del across
        seen: QualitySeen = self.seen
        told = f"{seen.short} short of their quota" if seen.short else "everybody's quota is reached"
        return (summary(f"{SPAN_SAID[self.span].capitalize()}: {told}.  {self.more()}"),)

    def below(self, across: int) -> tuple[Part, ...]:
        del across
        seen: QualitySeen = self.seen
        if seen.speeders is None:
            return (Para("plain", "Speeders: too few interviews yet to say what is usual."),)
        lines = [line((f" Speeders: {len(seen.speeders)}", "read"))]
        lines += [
            line(
                (
                    f"   {each.serial}  {each.interviewer}: {each.seconds / 60:.1f} min, usual {each.usual / 60:.1f} "
                    f"({each.share:.0%}), {each.questions} questions",
                    "warning",
                )
            )
            for each in seen.speeders[:MOST_SPEEDERS]
        ]
        return (Drawn(tuple(lines)),)

    def enter(self, typed: str, now: datetime) -> None:
        del now
        if typed:
            self.refuse("Nothing is typed here: F5 records a listening, F6 a back-check.")
        elif self.marked is not None:
            open_call_of(self, self.marked.id, self.marked.name)

    def do(self, name: str, now: datetime) -> None:
        if name == "period":
            self.span = SPANS[(SPANS.index(self.span) + 1) % len(SPANS)]
            self.restart()
        elif name == "listen" and self.marked is not None:
            self._listen(self.marked)
        elif name == "listen":
            self.tell("Nobody is marked.")
        elif name == "check":
            self._check()
        elif name == "heard":
            self._show_heard()
        elif name == "undo":
            from cati.console.supervisor.repairing import undo_last

            undo_last(self)
        else:
            super().do(name, now)

    # --- a listening

    def _listen(self, who: Quota) -> None:
        choose_call(self, who.id, who.name, f"Which call of {who.name} did you listen to?", self._how)

    def _how(self, made: CallToHear) -> None:
        def minutes(value: int) -> None:
            def share(part: int) -> None:
                self._result(made, value * 60, part)

            self.console.go_to(
                Asked(self.console, "How much of the interview, in per cent", share, read=_between(1, 100))
            )

        self.console.go_to(Asked(self.console, "How many minutes did you listen", minutes, read=_between(1, 240)))

    def _result(self, made: CallToHear, seconds: int, share: int) -> None:
        from cati.desk import LISTENING_RESULTS

        def noted(result: str, note: str) -> None:
            self.console.run(Listened(made.id, seconds, share, result, note), self._recorded)

        self._with_note("What was it like?", list(LISTENING_RESULTS.items()), noted)

    # --- a back-check

    def _check(self) -> None:
        from cati.desk import BACK_CHECK_RESULTS

        def serial(typed: str) -> None:
            def noted(result: str, note: str) -> None:
                self.console.run(CheckedBack(typed, result, note), self._recorded)

            self._with_note(f"Case {typed}: what was said?", list(BACK_CHECK_RESULTS.items()), noted)

        self.console.go_to(Asked(self.console, "Serial of the case that was called back", serial))

    # --- both

    def _with_note(self, heading: str, options: list[Any], then: Any) -> None:
        def chosen(result: str) -> None:
            self.console.go_to(
                Asked(self.console, "Note (Enter alone: none)", lambda note: then(result, note), empty=True)
            )

        self.console.go_to(Chosen(self.console, heading, options, chosen))

    def _recorded(self, done: None) -> None:
        del done
        self.console.go_to(self)
        self.tell("It is on record.")

    def _show_heard(self) -> None:
        from cati.desk import Leaf

        def seen(page: Page[Any]) -> None:
            self.console.go_to(Read(self.console, lambda: _heard_parts(page, self.console)))

        self.console.run(Ask(LookHeard(Leaf(MOST_HEARD))), seen)


def _heard_parts(page: Page[Any], console: Controller) -> tuple[Part, ...]:
    zone, now = console.study.timezone, console.now
    parts: list[Part] = [Para("heading", f"Listenings on record, the newest first{' (there are more)' * page.behind}")]
    for each in page.rows:
        note = f" “{each.note}”" if each.note else ""
        parts.append(
            Para(
                "fact",
                f"{words.moment(each.at, now, zone)}  {each.listener} listened to {each.interviewer}, case "
                f"{each.serial}: {each.seconds // 60} min, {each.share} %, {each.result}{note}",
            )
        )
    return tuple(parts) if page.rows else (Para("plain", "Nobody has listened yet."),)


def _counted(results: dict[str, int]) -> str:
    return ", ".join(f"{n} {result.replace('_', ' ')}" for result, n in sorted(results.items()))


def _between(least: int, most: int) -> Any:
    def read(typed: str) -> int:
        number = whole(typed)
        if number is None or not least <= number <= most:
            raise NotTaken(f"{typed} is no whole number from {least} to {most}.")
        return number

    return read
