"""What the desk refuses, told to the person at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cati.errors import CatiError, InputError

if TYPE_CHECKING:
    from cati.desk.heard import Heard


class LostHold(CatiError):
    """The case is no longer this station's. What was being saved is kept for a supervisor, and merged by nobody."""

    exit_code = 3

    def __init__(self, serial: str, message: str | None = None) -> None:
        super().__init__(
            message
            or f"Case {serial} is no longer yours: it was released, by a supervisor or because this console was silent "
            "for too long. What you entered is kept for your supervisor. Take the next case."
        )
        self.serial = serial


class MovedOn(LostHold):
    """The call was coded before under this hold, the case has gone on since, and now comes another result for it."""

    def __init__(self, serial: str) -> None:
        super().__init__(
            serial,
            f"The call to case {serial} was logged before this correction, and the case has moved on since. The "
            "correction is kept for your supervisor. Take the next case.",
        )


class UndoRefused(InputError):
    """A result that can no longer be taken back here; the message says why, and what to do."""


class HeardFirst(InputError):
    """Nobody was dialled: of the case something was `heard` that its interviewer does not know."""

    def __init__(self, heard: Heard, message: str) -> None:
        super().__init__(message)
        self.heard = heard
