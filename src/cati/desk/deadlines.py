"""By when a request about somebody's data is to be answered.

Within one month of receipt: on the same date of the next month; where there is none, on the last day of that month;
where that is a weekend or a holiday, on the next working day (ICO, "How long do we have to comply?"; UK GDPR Article
12(3)).
The ICO advises to work to 28 days, which is one month or less whatever the month.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

ADVISED = timedelta(days=28)
_SATURDAY = 5


def due_on(received: date, is_holiday: Callable[[date], bool]) -> date:
    """The last day on which a request received on a day may be answered."""
    year, month = (received.year + 1, 1) if received.month == 12 else (received.year, received.month + 1)
    due = date(year, month, min(received.day, monthrange(year, month)[1]))
    while due.weekday() >= _SATURDAY or is_holiday(due):
        due += timedelta(days=1)
    return due


def advised_on(received: date) -> date:
    """The day that the ICO advises to work to."""
    return received + ADVISED
