"""A population: invented people as the telephone would find them, and the interviewers who call them.

Nothing here is about one study: outcomes are named by the keys of the study's scheme. All shares are between 0 and 1;
those of a mapping add up to 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from cati.fieldwork import Window

Shares = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Kind:
    """People who answer alike: their share, and how likely a call to one of them is answered, by part of the week."""

    name: str
    share: float
    answers: Shares


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two calls to the same person come out, as shares of what decides whether one is answered.

    `person`: some answer more than others, always; `habit`: some in one part of the week, on one number; `day`: some
    days more than others; `hours`: within one part of one day. The rest is new every half hour.
    """

    person: float
    habit: float
    day: float
    hours: float

    @property
    def moment(self) -> float:
        """What is new every half hour."""
        return 1 - self.person - self.habit - self.day - self.hours


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the numbers of the sample are worth: the share of people with a second one, and of numbers that are dead,
    wrong, or those of somebody who has left; `referral`: of the last, where a new number is given."""

    second: float
    dead: float
    wrong: float
    left: float
    referral: float


@dataclass(frozen=True, slots=True)
class Kept:
    """An appointment: how likely the person is there for it and willing, called on time; after how many minutes of
    lateness half as likely; and what comes of the call then."""

    there: float
    halves_in: float
    comes_to: Shares


@dataclass(frozen=True, slots=True)
class Appointments:
    """When people want to be called: days ahead and parts of the week; and what becomes of it."""

    ahead: Mapping[int, float]
    at: Shares
    hard: Kept
    soft: Kept


@dataclass(frozen=True, slots=True)
class CallBack:
    """Somebody asked to be called again in some parts of the week: as long as that stands, a call in them is answered
    with at least the probability `there`."""

    parts: frozenset[str]
    there: float


@dataclass(frozen=True, slots=True)
class Refusals:
    """Of the refusals, the share that is soft; and what comes of the next contact after one of those."""

    soft: float
    after_soft: Shares


@dataclass(frozen=True, slots=True)
class Online:
    """The online survey beside the telephone: the share of people who complete it in the course of fieldwork unless
    the telephone is first; of those who asked on the telephone to do it online, the share who do, within `days`."""

    share: float
    after_request: float
    days: float


@dataclass(frozen=True, slots=True)
class Length:
    """How long something takes, in minutes: on average, and its standard deviation."""

    mean: float
    spread: float


@dataclass(frozen=True, slots=True)
class Minutes:
    """How long things take. `ring_out`: until nobody answers; `engaged`, `dead`: until that is clear."""

    ring_out: float
    engaged: float
    dead: float
    short_talk: Length
    interview: Length
    wrap_up: float


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift: its hours by day, and how many interviewers."""

    name: str
    hours: Window
    interviewers: int


@dataclass(frozen=True, slots=True)
class Roles:
    """The outcomes of the study's scheme that the telephone itself brings about, by what they stand for."""

    no_reply: str
    engaged: str
    dead: str
    wrong: str
    left: str
    referral: str
    too_late: str
    online: str


@dataclass(frozen=True, slots=True)
class Population:
    """Everything that a rehearsal needs to know of people and interviewers. `source`: the name of its file.

    `contacts`: what comes of the first contact with a person, the second, and so on; the last holds from there on.
    `resumed`: what comes of a contact after the interview was broken off to be gone on with.
    """

    title: str
    source: str
    study: str
    seed: int
    sample: int
    parts: Mapping[str, Window]
    kinds: tuple[Kind, ...]
    likeness: Likeness
    engaged: float
    numbers: Numbers
    contacts: tuple[Shares, ...]
    resumed: Shares
    appointments: Appointments
    call_backs: Mapping[str, CallBack]
    refusals: Refusals
    online: Online
    minutes: Minutes
    shifts: tuple[Shift, ...]
    roles: Roles
    sources: Mapping[str, str]

    def part_of(self, moment: datetime, zone: ZoneInfo, holidays: frozenset[date]) -> str | None:
        """The part of the week that a moment lies in, by the clocks of a zone; None on a bank holiday without any."""
        local = moment.astimezone(zone)
        minute = local.hour * 60 + local.minute
        for name, part in self.parts.items():
            if any(span.start <= minute < span.end for span in part.spans(local.date(), holidays)):
                return name
        return None

    def shares(self) -> dict[str, Shares]:
        """Every mapping of outcomes to shares, by where it stands in the file."""
        found: dict[str, Shares] = {f"contacts.{at}": each for at, each in enumerate(self.contacts)}
        return found | {
            "broken_off.comes_to": self.resumed,
            "appointments.hard.comes_to": self.appointments.hard.comes_to,
            "appointments.soft.comes_to": self.appointments.soft.comes_to,
            "refusals.after_soft": self.refusals.after_soft,
        }
