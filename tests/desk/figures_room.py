"""A telephone room under a clock that is set by hand, for figures that can be counted by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cati.desk import (
    Booking,
    Closed,
    Delivery,
    Interviewer,
    Result,
    close_call,
    save_answer,
    sign_in,
    start_call,
    take_case,
)
from cati.desk.figures import Period
from cati.storage import Store
from cati.studies import Study

MORNING = datetime(2019, 11, 19, 10, 0, tzinfo=UTC)


@dataclass
class Room:
    """People at work under a clock that is set by hand."""

    store: Store
    study: Study
    clock: Any

    def who(self, name: str) -> Interviewer:
        """Somebody, signed in."""
        return sign_in(self.store, name)

    def call(
        self,
        serial: str,
        result: Result | str,
        *,
        at: datetime | None = None,
        seconds: float = 60,
        name: str = "Ann",
        answers: tuple[tuple[str, Any, float], ...] = (),
        number: int = 0,
    ) -> tuple[Interviewer, Delivery, Closed]:
        """A call to a case: answers as (item, value, seconds after the call began)."""
        if at is not None:
            self.clock.now = at
        began = self.clock.now
        who = self.who(name)
        delivery = take_case(self.store, self.study, who, serial)
        made = start_call(self.store, self.study, delivery.hold, delivery.card.numbers[number].id)
        for seq, (item, value, after) in enumerate(answers, made.seq):
            self.clock.now = began + timedelta(seconds=after)
            save_answer(self.store, delivery.hold, made, item, value, seq)
        self.clock.now = began + timedelta(seconds=seconds)
        coded = Result(result) if isinstance(result, str) else result
        return who, delivery, close_call(self.store, self.study, delivery.hold, made, coded)

    def period(self, first: date | None = None, last: date | None = None) -> Period:
        """Days of the study's zone."""
        return Period(self.study.timezone, first, last)


def soft(at: datetime) -> Result:
    """A soft appointment."""
    return Result("soft_appointment", appointment=Booking("soft", at))


def hard(at: datetime, until: datetime | None = None) -> Result:
    """A hard appointment."""
    return Result("hard_appointment", appointment=Booking("hard", at, until))
