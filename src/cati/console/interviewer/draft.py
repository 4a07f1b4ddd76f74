"""What is being taken down about how a call ended, until it is logged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from cati.console.interviewer.ending_steps import Step
    from cati.desk import Result
    from cati.fieldwork import When


@dataclass(slots=True)
class Draft:
    """The outcome, and the steps that ask for what belongs to it.

    `stopped_at`: the question at which the interview was broken off; None where an answer ended the call. `appointment`
    says which sort is to be made, `when` the time once it is known, `against` what speaks against it.
    """

    outcome: str
    stopped_at: str | None = None
    appointment: Literal["hard", "soft"] | None = None
    when: When | None = None
    against: tuple[str, ...] = ()
    strength: Literal["hard", "soft"] | None = None
    refused_by: str = ""
    reason: str = ""
    email: str | None = None
    referral_number: str | None = None
    note: str = ""
    steps: list[type[Step]] = field(default_factory=list)
    at: int = 0

    def result(self) -> Result:
        """As it is logged."""
        from cati.desk import Booking, EmailRequest, Refusal, Result

        when, kind = self.when, self.appointment
        return Result(
            outcome=self.outcome,
            note=self.note,
            appointment=Booking(kind, when.start, when.end, when.text)
            if when is not None and kind is not None
            else None,
            refusal=Refusal(self.strength, self.refused_by, self.reason) if self.strength is not None else None,
            referral_number=self.referral_number,
            email=EmailRequest(self.email, "online_link") if self.email else None,
        )
