"""A case's outcome from its calls: the precedence, and what nothing undoes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cati.errors import InputError
from cati.outcomes import Derived, Event, EventKind, NumberState, Scheme, derive, number_states

MONDAY = datetime(2019, 11, 11, 10, tzinfo=UTC)


def calls(*codes: str | tuple[str, int]) -> list[Event]:
    """Calls an hour apart, each an outcome, or an outcome and the number dialled (1 unless told)."""
    told = [(code, 1) if isinstance(code, str) else code for code in codes]
    return [Event(i, MONDAY + timedelta(hours=i), code, number) for i, (code, number) in enumerate(told, start=1)]


def event(identity: str, hour: int, outcome: str | None, kind: EventKind) -> Event:
    return Event(identity, MONDAY + timedelta(hours=hour), outcome, None, kind)


def outcome_of(scheme: Scheme, events: Sequence[Event], held: Sequence[int] = (1,)) -> str:
    return derive(scheme, events, [NumberState(number) for number in held]).outcome


def test_a_case_without_calls_is_not_called(wave2: Scheme) -> None:
    assert derive(wave2, [], [NumberState(1)]) == Derived(
        "not_called", None, "Not called yet. No call yet to a number that still stands."
    )


def test_the_latest_of_appointments_and_call_backs_stands(wave2: Scheme) -> None:
    events = calls("soft_appointment", "engaged", "no_reply")
    derived = derive(wave2, events, [NumberState(1)])
    assert (derived.outcome, derived.deciding) == ("no_reply", 3)


def test_a_no_reply_never_undoes_a_refusal(wave2: Scheme) -> None:
    derived = derive(wave2, calls("no_reply", "refusal", "no_reply", "engaged"), [NumberState(1)])
    assert (derived.outcome, derived.deciding) == ("refusal", 2)
    assert derived.why == (
        "Refusal, call 2 of 4. The latest refusal or breakdown stands; no later no-reply, call back or appointment "
        "undoes it."
    )


def test_of_refusal_and_breakdown_the_latest_stands(wave2: Scheme) -> None:
    assert outcome_of(wave2, calls("breakdown", "refusal")) == "refusal"
    assert outcome_of(wave2, calls("refusal", "breakdown")) == "breakdown"


ORDER = [
    ("completed", "call"),
    ("completed_online", "online"),
    ("not_eligible", "call"),
    ("opted_out", "office"),
    ("refusal", "call"),
    ("online_requested", "call"),
    ("not_available", "call"),
    ("unobtainable", "call"),
    ("no_reply", "call"),
]


@pytest.mark.parametrize("first", range(len(ORDER) - 1))
def test_the_higher_outcome_stands_whichever_came_first(wave2: Scheme, first: int) -> None:
    high, low = ORDER[first], ORDER[first + 1]
    for pair in ((high, low), (low, high)):
        events = [
            Event(i, MONDAY + timedelta(hours=i), key, 1 if kind == "call" else None, kind)  # type: ignore[arg-type]
            for i, (key, kind) in enumerate(pair)
        ]
        if high[0] == "unobtainable" and pair[-1] == low:
            continue  # a number that rings again is live again: tested by itself below
        assert outcome_of(wave2, events) == high[0]


def test_a_number_that_rings_again_is_live_again(wave2: Scheme) -> None:
    assert outcome_of(wave2, calls("unobtainable", "no_reply")) == "no_reply"


def test_a_case_is_unusable_only_when_every_number_is(wave2: Scheme) -> None:
    dead = calls(("unobtainable", 1))
    assert outcome_of(wave2, dead, held=[1]) == "unobtainable"
    assert outcome_of(wave2, dead, held=[1, 2]) == "not_called"
    assert outcome_of(wave2, calls(("no_reply", 2), ("unobtainable", 1)), held=[1, 2]) == "no_reply"
    assert outcome_of(wave2, calls(("unobtainable", 1), ("wrong_number", 2)), held=[1, 2]) == "wrong_number"


def test_a_new_number_reopens_an_unusable_case(wave2: Scheme) -> None:
    assert outcome_of(wave2, calls("no_reply", "wrong_number"), held=[1]) == "wrong_number"
    assert outcome_of(wave2, calls("no_reply", "wrong_number"), held=[1, 2]) == "no_reply"


def test_what_a_person_said_outranks_a_dead_line_when_numbers_failed_differently(wave2: Scheme) -> None:
    failures = calls(("left_no_forwarding", 1), ("wrong_number", 2), ("unobtainable", 3))
    assert outcome_of(wave2, failures, held=[1, 2, 3]) == "left_no_forwarding"
    assert outcome_of(wave2, failures, held=[2, 3]) == "wrong_number"
    assert outcome_of(wave2, failures, held=[3]) == "unobtainable"


def test_a_referral_keeps_the_case_live_until_its_number_fails_too(wave2: Scheme) -> None:
    referred = calls(("referral_number", 1))
    assert outcome_of(wave2, referred, held=[1, 2]) == "referral_number"
    assert outcome_of(wave2, calls(("referral_number", 1), ("unobtainable", 2)), held=[1, 2]) == "unobtainable"
    assert outcome_of(wave2, referred, held=[1]) == "wrong_number"


def test_a_case_that_lost_its_last_number_keeps_what_was_found_on_it(wave2: Scheme) -> None:
    assert outcome_of(wave2, calls("unobtainable"), held=[]) == "unobtainable"
    assert outcome_of(wave2, [], held=[]) == "not_called"


def test_a_number_marked_by_a_supervisor_outranks_the_calls_on_it(wave2: Scheme) -> None:
    marked = derive(wave2, calls("no_reply"), [NumberState(1, set_by_hand="dead")])
    assert marked.outcome == "unobtainable"
    assert outcome_of(wave2, calls("unobtainable")) == "unobtainable"
    assert derive(wave2, calls("unobtainable"), [NumberState(1, set_by_hand="live")]).outcome == "not_called"
    with pytest.raises(InputError, match="not a number state"):
        derive(wave2, [], [NumberState(1, set_by_hand="deceased")])


def test_number_states_follow_the_latest_call_on_each(wave2: Scheme) -> None:
    events = calls(("unobtainable", 1), ("no_reply", 2), ("referral_number", 2))
    states = number_states(wave2, events, [NumberState(1), NumberState(2), NumberState(3)])
    assert states == {1: "dead", 2: "wrong", 3: "untried"}
    assert number_states(wave2, events[:2], [NumberState(2)]) == {2: "live"}


def test_a_supervisor_may_reopen_a_refusal(wave2: Scheme) -> None:
    reopened = [*calls("no_reply", "refusal"), event("r", 5, None, "reopening")]
    derived = derive(wave2, reopened, [NumberState(1)])
    assert (derived.outcome, derived.deciding) == ("no_reply", 1)
    assert "An earlier “Refusal” was set aside when the case was reopened." in derived.why


def test_a_reopened_case_may_go_on_as_a_call_back_and_refuse_again(wave2: Scheme) -> None:
    reopened = [*calls("refusal"), event("r", 5, "call_back_business_hours", "reopening")]
    assert derive(wave2, reopened, [NumberState(1)]).deciding == "r"
    again = [*reopened, Event(9, MONDAY + timedelta(hours=9), "refusal_company_policy", 1)]
    assert outcome_of(wave2, again) == "refusal_company_policy"


def test_reopening_undoes_neither_an_opt_out_nor_an_interview(wave2: Scheme) -> None:
    opted = [event("o", 1, "opted_out", "office"), event("r", 5, None, "reopening")]
    assert outcome_of(wave2, opted) == "opted_out"
    assert outcome_of(wave2, [*calls("completed"), event("r", 5, None, "reopening")]) == "completed"


def test_a_case_cannot_be_reopened_into_something_final(wave2: Scheme) -> None:
    with pytest.raises(InputError, match="which is final"):
        derive(wave2, [event("r", 1, "refusal", "reopening")], [NumberState(1)])


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [("not_eligible", "office"), ("completed_online", "call"), ("opted_out", "call"), ("not_called", "call")],
)
def test_an_outcome_counts_only_as_it_can_be_found(asye: Scheme, outcome: str, kind: EventKind) -> None:
    with pytest.raises(InputError, match="cannot be found by"):
        derive(asye, [event("x", 1, outcome, kind)], [NumberState(1)])


def test_an_outcome_the_scheme_lacks_is_refused(wave2: Scheme) -> None:
    with pytest.raises(InputError, match="Did you mean no_reply"):
        derive(wave2, calls("no_replies"), [NumberState(1)])
    with pytest.raises(InputError, match="has no outcome"):
        derive(wave2, [event("c", 1, None, "online")], [NumberState(1)])


BY_CALL = [
    "completed", "refusal", "refusal_company_policy", "refusal_recent_survey", "online_requested", "breakdown",
    "suspended", "hard_appointment", "soft_appointment", "engaged", "no_reply", "call_back_consumer_hours",
    "call_back_business_hours", "referral_number", "left_no_forwarding", "unobtainable", "wrong_number",
    "not_available", "not_eligible",
]  # fmt: skip
histories = st.lists(st.tuples(st.sampled_from(BY_CALL), st.integers(1, 3)), max_size=8).map(lambda told: calls(*told))
REFUSING = {"refusal", "refusal_company_policy", "refusal_recent_survey", "breakdown", "opted_out"}


@given(histories, st.sampled_from(["no_reply", "engaged", "soft_appointment", "unobtainable"]), st.integers(1, 3))
def test_nothing_but_a_higher_outcome_ever_undoes_a_refusal(
    wave2: Scheme, events: list[Event], later: str, number: int
) -> None:
    before = outcome_of(wave2, events, (1, 2, 3))
    after = outcome_of(wave2, [*events, Event(99, MONDAY + timedelta(days=9), later, number)], (1, 2, 3))
    final = {rank.key for rank in wave2.precedence[:7]}
    if wave2.outcomes[before].precedence in final:
        assert after == before
    if before in REFUSING:
        assert after in REFUSING


@given(histories, st.randoms(use_true_random=False))
def test_the_order_in_which_events_are_handed_in_does_not_matter(
    asye: Scheme, events: list[Event], random: Random
) -> None:
    numbers = [NumberState(1), NumberState(2)]
    shuffled = random.sample(events, len(events))
    assert derive(asye, shuffled, numbers) == derive(asye, events, numbers)


@given(histories, st.sets(st.integers(1, 3), min_size=1))
def test_an_untried_number_always_keeps_a_case_from_being_unusable(
    wave2: Scheme, events: list[Event], held: set[int]
) -> None:
    numbers = [*held, 77]
    assert wave2.outcomes[outcome_of(wave2, events, numbers)].precedence != "unusable"


@given(histories)
def test_the_deciding_event_is_one_of_the_case_and_has_its_outcome(wave2: Scheme, events: list[Event]) -> None:
    derived = derive(wave2, events, [NumberState(1), NumberState(2)])
    assert derived.why.startswith(wave2.outcomes[derived.outcome].label)
    if derived.deciding is None:
        assert derived.outcome == "not_called"
    elif derived.outcome != "wrong_number":  # a number may have been left by a referral, which is not that outcome
        assert next(e.outcome for e in events if e.id == derived.deciding) == derived.outcome
