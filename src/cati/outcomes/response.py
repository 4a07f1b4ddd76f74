"""Who responded and how, and what became of those who did not: read off the outcome scheme, no outcome named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from cati.outcomes.scheme import Scheme

Way = Literal["by_telephone", "by_web"]
Kind = Literal["complete", "not_agreed", "gave_refusal", "started", "not_engaged"]
KINDS: tuple[Kind, ...] = get_args(Kind)


def way_of(scheme: Scheme, outcome_key: str) -> Way | None:
    """How a case of this outcome responded: an interview (AAPOR group I) held by telephone, or online; None: not.

    The outcome that ends the questionnaire of a call is the telephone's; any other interview that may be found online
    is the online survey's.
    """
    outcome = scheme.outcome(outcome_key)
    if outcome.ends_questionnaire:
        return "by_telephone"
    return "by_web" if outcome.group == "I" and "online" in outcome.found_by else None


def kind_of(scheme: Scheme, outcome_key: str, *, not_agreed: bool, started_online: bool) -> Kind:
    """Which of the kinds of responders and non-responders a case is, the first that holds:

    it responded; it did not agree to be contacted again; it refused (AAPOR group R, but for breaking off); it started
    (broke an interview off, or left the online questionnaire part-complete); it did not engage.
    """
    outcome = scheme.outcome(outcome_key)
    if way_of(scheme, outcome_key) is not None:
        return "complete"
    if not_agreed:
        return "not_agreed"
    if outcome.group == "R" and not outcome.breaks_off:
        return "gave_refusal"
    return "started" if outcome.breaks_off or started_online else "not_engaged"


def non_responders(kinds: Mapping[Kind, int]) -> int:
    """How many of these did not respond."""
    return sum(n for kind, n in kinds.items() if kind != "complete")
