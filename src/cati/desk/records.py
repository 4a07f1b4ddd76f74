"""What the desk takes and hands out. Instants are aware datetimes in UTC; texts are data, to be shown literally."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from cati.desk.heard import Heard

AppointmentKind = Literal["hard", "soft"]
EmailKind = Literal["reassurance", "online_link"]


@dataclass(frozen=True, slots=True)
class Interviewer:
    """Somebody who is signed in."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class InstalledStudy:
    """The study that a database holds. `texts`: path to text of the study's files, as of the newest installation."""

    id: str
    title: str
    timezone: ZoneInfo
    fieldwork_start: date
    fieldwork_end: date
    bank_holidays: tuple[date, ...]
    questionnaire: str
    questionnaire_version: str
    questionnaire_hash: str
    installed_at: datetime
    texts: Mapping[str, str]


def is_phone_column(name: str) -> bool:
    """Is it the name of a column of numbers: phone, phone2 … phone99?"""
    return re.fullmatch(r"phone\d{0,2}", name) is not None


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One person of a sample file, checked. `phones` in the order in which they are to be tried.

    `columns`: the columns that the file has, by the names here, its numbers as phone, phone2 …: of a case already
    there no others are changed. None: all that there are, as in a row that was made and not read.
    """

    serial: str
    name: str = ""
    la: str = ""
    region: str = ""
    ofsted: str = ""
    phones: tuple[str, ...] = ()
    email: str = ""
    link: str = ""
    recontact: str = ""
    batch: str = ""
    timezone: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    columns: frozenset[str] | None = field(default=None, compare=False)  # of the file, not of the person

    def has(self, column: str) -> bool:
        """Does the file have this column?"""
        return self.columns is None or column in self.columns

    @property
    def phone_columns(self) -> int | None:
        """How many columns of numbers the file has; None: the numbers are all there are."""
        return None if self.columns is None else sum(is_phone_column(name) for name in self.columns)


@dataclass(frozen=True, slots=True)
class BatchLoad:
    """What became of the rows of one batch ("": none)."""

    batch: str
    loaded: int
    updated: int
    unchanged: int
    held: int


@dataclass(frozen=True, slots=True)
class LoadCounts:
    """What became of the rows of a sample. `held`: those of the loaded ones that wait until they are issued by hand;
    `opted_out`: the serials of those that are not called, because they are on the opt-out list."""

    loaded: int
    updated: int
    unchanged: int
    held: int = 0
    batches: tuple[BatchLoad, ...] = ()
    opted_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """A case that is ours until the lease runs out; shown at every step. `because`: why it was delivered."""

    case_id: int
    serial: str
    interviewer_id: int
    fence: int
    because: str = ""


@dataclass(frozen=True, slots=True)
class HeldCase:
    """A case in an interviewer's name. `since`: its last sign of life; `alive`: the lease has not run out."""

    serial: str
    since: datetime
    alive: bool


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A number held. `state`: untried, live, or a failed state of the scheme (dead, wrong). `calls` made to it.

    `last_call_at`: when the last of them began; `last_outcome`, `last_label`: what the last coded one came to.
    """

    id: int
    number: str
    state: str
    source: str
    calls: int
    failed: bool
    last_call_at: datetime | None = None
    last_outcome: str | None = None
    last_label: str = ""


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call in the history. `outcome` None: not coded, that is, interrupted (or `in_progress` under a hold)."""

    id: int
    started_at: datetime
    ended_at: datetime | None
    interviewer: str
    number: str
    outcome: str | None
    label: str
    notes: tuple[str, ...]
    because: str
    in_progress: bool
    refusal_strength: str | None = None
    refused_by: str | None = None
    refusal_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A note on a case. `call_id`: the call it was made in, if in one."""

    at: datetime
    who: str
    text: str
    call_id: int | None = None


@dataclass(frozen=True, slots=True)
class Booked:
    """An appointment. `words`: as it was typed. `made_at`, `owner`: when and by whom it was made."""

    id: int
    kind: AppointmentKind
    starts_at: datetime
    ends_at: datetime | None
    words: str
    status: str
    owner: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class CaseCard:
    """All that is known of a case, for the card on the screen.

    `reason`: why it is called now, or why it is not called; `next_number`: the id of the number to dial first;
    `answered`: items answered so far; `calls` the oldest first; `heard`: what the online survey or the office says;
    `timezone`: the respondent's ("": the study's).
    """

    serial: str
    name: str
    la: str
    region: str
    ofsted: str
    email: str
    link: str
    recontact: str
    batch: str
    variables: Mapping[str, str]
    online_status: str
    numbers: tuple[PhoneNumber, ...]
    next_number: int | None
    calls: tuple[PastCall, ...]
    notes: tuple[Note, ...]
    appointments: tuple[Booked, ...]
    reason: str
    outcome: str
    outcome_label: str
    outcome_why: str
    attempts: int
    last_call_at: datetime | None
    next_call_at: datetime | None
    issued: bool
    answered: int
    held_by: str | None
    heard: Heard | None = None
    timezone: str = ""

    @property
    def appointment(self) -> Booked | None:
        """The appointment that stands, if any."""
        return next((booked for booked in self.appointments if booked.status == "booked"), None)

    @property
    def sample(self) -> dict[str, str]:
        """The sample's facts by name, as wording and conditions of the questionnaire see them."""
        facts = {name: getattr(self, name) for name in ("serial", "name", "la", "region", "ofsted", "email", "link")}
        return {**self.variables, **facts}


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A call that is being made. `answers`: the newest answer to each item (JSON values), those of per-call items only
    from this call; `seq`: the number of the next answer."""

    call_id: int
    interview_id: int
    seq: int
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A case handed to an interviewer. `call`: set where a call goes on, its result having been taken back."""

    hold: Hold
    card: CaseCard
    call: OpenCall | None = None


@dataclass(frozen=True, slots=True)
class Booking:
    """An appointment to be made: hard (the respondent named the time) or soft (about then), from `at` until `until`."""

    kind: AppointmentKind
    at: datetime
    until: datetime | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """How somebody refused: soft or hard, who it was, and the reason given."""

    strength: AppointmentKind | None = None
    who: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EmailRequest:
    """An e-mail that was promised."""

    address: str
    kind: EmailKind


@dataclass(frozen=True, slots=True)
class Result:
    """What a call came to: an outcome of the scheme, and what was taken down with it."""

    outcome: str
    note: str = ""
    appointment: Booking | None = None
    refusal: Refusal | None = None
    referral_number: str | None = None
    email: EmailRequest | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """A coded call, and what the case has come to. `deciding_call`: id of the call that decided, if a call did."""

    serial: str
    case_id: int
    call_id: int
    result_id: int
    at: datetime
    case_outcome: str
    why: str
    next_call_at: datetime | None
    deciding_call: int | None


@dataclass(frozen=True, slots=True)
class DayAppointment:
    """An appointment of today, or one overdue, for the ready screen.

    `state`: still to come, due, or its time went by; `held_by`: who has the case in hand, if anybody; `timezone`: the
    respondent's ("": the study's).
    """

    serial: str
    name: str
    kind: AppointmentKind
    starts_at: datetime
    ends_at: datetime | None
    owner: str
    mine: bool
    state: Literal["coming", "due", "missed"] = "coming"
    held_by: str = ""
    timezone: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A message from one person of the desk to another; `read_at` None: not read yet."""

    id: int
    sender: str
    reader: str
    at: datetime
    text: str
    read_at: datetime | None = None


MOST_COUNTED = 1000
"""Callable cases are counted so far and no further: it is looked at to see whether there is work."""


@dataclass(frozen=True, slots=True)
class Day:
    """An interviewer's day so far.

    `callable_now`: how many cases she could be handed now, MOST_COUNTED standing for as many or more; `next_due`: where
    there are none, when she can be handed the next; `next_why`: what is waited for until then, in words; `waits`: both
    in sentences, with the calling hours; `minutes`: how long her calls that completed an interview took, on average;
    `messages`: to her, not read yet.
    """

    callable_now: int
    calls_today: int
    completes_today: int
    appointments: tuple[DayAppointment, ...]
    next_due: datetime | None
    next_why: str = ""
    waits: str = ""
    minutes: float | None = None
    messages: tuple[Message, ...] = ()

    @property
    def counted(self) -> str:
        """How many cases she could be handed now, in words: `37`, `1,000 or more`."""
        return f"{self.callable_now:,}{' or more' if self.callable_now >= MOST_COUNTED else ''}"
