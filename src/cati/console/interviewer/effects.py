"""What the controller asks of the world: one effect at a time, each with all that is needed to carry it out.

An effect is answered with a reply (named beside each) or a Failure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from cati.desk import Closed, Day, Heard, HeldCase, Hold, Interviewer, OpenCall, Result
    from cati.studies import Study


@dataclass(frozen=True, slots=True)
class SignIn:
    """Reply: SignedIn; UnknownName where nobody of that name is known and `add` is False; NeedsPin where the desk is
    locked and no `secret` is given."""

    name: str
    add: bool = False
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody is at the desk. `study` as installed, its calling rules with the fieldwork dates of this database;
    `held`: cases that are still in her name."""

    who: Interviewer
    study: Study
    day: Day
    warnings: tuple[str, ...] = ()
    held: tuple[HeldCase, ...] = ()


@dataclass(frozen=True, slots=True)
class UnknownName:
    """Nobody of this name has signed in before."""

    name: str


@dataclass(frozen=True, slots=True)
class NeedsPin:
    """The desk is locked: whoever signs in by this name shows that it is theirs."""

    name: str


@dataclass(frozen=True, slots=True)
class MarkRead:
    """Messages to this interviewer were read. Reply: the Day as it stands then."""

    who: Interviewer
    messages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Refresh:
    """Reply: the Day as it stands now."""

    who: Interviewer


@dataclass(frozen=True, slots=True)
class NextCase:
    """Reply: Delivery, or None where nothing is due."""

    who: Interviewer


@dataclass(frozen=True, slots=True)
class LookHeld:
    """Which cases are still in this interviewer's name. Reply: a list of HeldCase, the newest first."""

    who: Interviewer


@dataclass(frozen=True, slots=True)
class TakeUp:
    """The case that this interviewer still holds from a console that stopped; one of the same name that is alive loses
    it. Reply: Delivery or None."""

    who: Interviewer


@dataclass(frozen=True, slots=True)
class Release:
    """Put a case back, uncoded. Reply: None."""

    hold: Hold


@dataclass(frozen=True, slots=True)
class StartCall:
    """A number is dialled. `told`: the event of the case that the interviewer knows of, 0 for none.

    Reply: OpenCall; HeardFirst where there is something else to know before dialling.
    """

    hold: Hold
    number_id: int | None
    told: int = 0


@dataclass(frozen=True, slots=True)
class HeardFirst:
    """Nobody is dialled yet: this was heard of the case."""

    heard: Heard


@dataclass(frozen=True, slots=True)
class SaveAnswer:
    """Reply: None, once the answer is on the disk. `value` as JSON data; None takes the answer back."""

    hold: Hold
    call: OpenCall
    item: str
    value: Any
    seq: int


@dataclass(frozen=True, slots=True)
class SaveNote:
    """Reply: the CaseCard as it stands with the note."""

    hold: Hold
    call: OpenCall | None
    text: str


@dataclass(frozen=True, slots=True)
class LogEmail:
    """An e-mail was promised. Reply: None."""

    hold: Hold
    call: OpenCall
    address: str
    kind: Literal["reassurance", "online_link"]


@dataclass(frozen=True, slots=True)
class CheckBooking:
    """Reply: what speaks against an appointment at this time, a list of sentences."""

    hold: Hold
    start: datetime
    end: datetime | None
    kind: Literal["hard", "soft"]


@dataclass(frozen=True, slots=True)
class Foresee:
    """What a result would do to the case, were it logged. Reply: Foreseen; None where nothing is to be foreseen."""

    hold: Hold
    call: OpenCall
    result: Result


@dataclass(frozen=True, slots=True)
class CloseCall:
    """Reply: Closed."""

    hold: Hold
    call: OpenCall
    result: Result


@dataclass(frozen=True, slots=True)
class UndoClose:
    """Reply: Delivery with its call."""

    who: Interviewer
    closed: Closed


@dataclass(frozen=True, slots=True)
class Leave:
    """Sign out, if anybody is signed in; a case not dialled yet is put back first. No reply: the console ends."""

    release: Hold | None = None
    who: Interviewer | None = None


Effect = (
    SignIn | MarkRead | Refresh | NextCase | LookHeld | TakeUp | Release | StartCall | SaveAnswer | SaveNote | LogEmail
    | CheckBooking | Foresee | CloseCall | UndoClose | Leave
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Failure:
    """An effect that was not carried out: the world failed, the case was lost, or what was asked is not possible."""

    kind: Literal["outside", "lost", "refused"]
    why: str


Reply = Any
"""What an effect is answered with, as named beside it, or a Failure."""
