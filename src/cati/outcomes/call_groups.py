"""What a single call came to, as reports of fieldwork count it: worked out from the scheme, never from names.

An outcome table counts cases; a report of fieldwork counts calls. The scheme says of each outcome what it means for the
case and which AAPOR disposition it is; from these follows whether somebody was spoken to in the call.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from cati.errors import InputError
from cati.outcomes.scheme import Outcome, Scheme

CallKind = Literal["complete", "refused", "booked", "spoken", "nobody"]
CALL_KINDS: tuple[CallKind, ...] = get_args(CallKind)
"""What a call came to, in the order of reports: an interview held whole; a refusal or break-off; an appointment; other
calls in which somebody was spoken to; nobody was."""

KIND_LABELS: Mapping[CallKind, str] = {
    "complete": "Interview completed",
    "refused": "Refusal or break-off",
    "booked": "Appointment made",
    "spoken": "Other contact",
    "nobody": "No contact",
}

# AAPOR final dispositions in which no person answered: eligible but not reached (2.20), an answering device (2.22),
# away or unreachable throughout (2.25, 2.26), nothing known of the number (3.0, 3.1x), other unknown (3.90), fax and
# data lines, non-working numbers, technical barriers (4.2x to 4.4x).
_NOBODY = re.compile(r"2\.2(0|2\d*|5|6)|3\.0|3\.1\d*|3\.90|4\.[234]\d*")


@dataclass(frozen=True, slots=True)
class CallGroups:
    """The kind of every outcome of a scheme, by its key; and those that later calls try to convert."""

    kinds: Mapping[str, CallKind]
    reopenable: frozenset[str]

    def kind(self, key: str) -> CallKind:
        """The kind of an outcome. Raises InputError for one that the scheme no longer has."""
        try:
            return self.kinds[key]
        except KeyError:
            raise InputError(
                f"Calls in this database came to {key!r}, which is no outcome of the study as it is installed. "
                "Install a scheme that has it: cati init STUDY"
            ) from None

    def of(self, *kinds: CallKind) -> frozenset[str]:
        """The outcomes of these kinds."""
        return frozenset(key for key, kind in self.kinds.items() if kind in kinds)

    @property
    def reached(self) -> frozenset[str]:
        """The outcomes of calls in which somebody was spoken to."""
        return frozenset(key for key, kind in self.kinds.items() if kind != "nobody")


def call_groups(scheme: Scheme) -> CallGroups:
    """How the calls of a study are counted.

    In this order: complete, if the outcome ends the questionnaire; refused, if its AAPOR group under the scheme's own
    settings is R; booked, if it is an appointment; spoken, if somebody was spoken to; nobody. Somebody was spoken to
    unless every disposition that the outcome may have, under whatever setting, says that no person answered; an outcome
    without a disposition, if it asks for something that only a person can give.
    """
    reopenable = frozenset(key for rank in scheme.precedence if rank.reopenable for key in rank.outcomes)
    return CallGroups({key: _kind(outcome) for key, outcome in scheme.outcomes.items()}, reopenable)


def _kind(outcome: Outcome) -> CallKind:
    if outcome.ends_questionnaire:
        return "complete"
    if outcome.group == "R":
        return "refused"
    if outcome.kind == "appointment":
        return "booked"
    return "spoken" if _was_spoken_to(outcome) else "nobody"


def _was_spoken_to(outcome: Outcome) -> bool:
    if not outcome.dispositions:
        return bool(outcome.asks_for) or outcome.breaks_off
    return any(_NOBODY.fullmatch(each.code) is None for each in outcome.dispositions.values())
