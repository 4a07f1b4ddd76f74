"""Wave 2, its bases and jumps written out by hand from the table of items, against the engine.

The table knows nothing of the questionnaire file; where the two differ, one of them is wrong.
"""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from cati.interview.walk import walk
from cati.studies import Study

DK = {"key": "dk"}
NOT_ENGLAND = {"key": "not_england"}
SAMPLE = {"name": "A N Other", "la": "Leeds", "link": "individual", "interviewer_name": "Jo"}


def table(ask: Any) -> list[Any]:
    """Every question in order: id, who is asked, what is offered."""

    def everybody(_: Any) -> bool:
        return True

    def nobody(_: Any) -> bool:
        return False

    def given(item: str, *codes: Any) -> Any:
        return lambda a: a.get(item) in codes

    def several(item: str) -> Any:
        return lambda a: len(set(a.get(item) or [])) > 1

    def codes(*order: int) -> Any:
        return lambda _: order

    def up_to(last: int) -> Any:
        return codes(*range(1, last + 1))

    def number(*keys: str) -> Any:
        return lambda _: [0, 1, 2, 3, 60, *keys]

    def one_of(*answers: Any) -> Any:
        return lambda _: answers

    def chosen(item: str, order: tuple[int, ...], always: int) -> Any:
        return lambda a: [code for code in order if code in a.get(item, []) or code == always]

    def rows(grid: str, count: int, base: Any, scale: int) -> list[Any]:
        return [ask(f"{grid}_{row}", base, up_to(scale)) for row in range(1, count + 1)]

    b3, b4b = tuple(range(1, 11)), tuple(range(1, 22))
    h2 = (1, 2, 3, 4, 5, 6, 7, 11, 12, 8, 9, 10)
    i1 = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 13, 16)
    i2, i4 = tuple(range(1, 16)), tuple(range(1, 18))
    b7 = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 15, 16, 12, 13)
    la_worker = given("B1", 1)
    outside_la = given("B1", 2, 3, 9, 10)
    in_social_work = given("B1", 1, 2, 9, 10)
    elsewhere = any_of(given("B2", 5), given("B4nw", 1))
    left_or_leaving = any_of(given("B1", 3, 4, 9, 10), given("F1", 4, 5, 6))
    return [
        ask("S1", everybody, codes(1, 2, 3, 4, 5, 9, 16, 17, 6, 7, 8, 10, 11, 15, 14, 12, 13)),
        ask("S2", given("S1", 1, 2), codes(1, 2, 3, 10, 11, 4, 5, 6, 7, 8, 9)),
        ask("S2a", given("S1", 14), codes(1, 2)),
        ask("S3", given("S2", 4, 5, 6), codes(1, 2)),
        ask("S4", given("S2", 1), codes(1, 2)),
        ask("B1", everybody, codes(1, 2, 9, 10, 3, 4, 5, 6, 7, 8)),
        ask("B1c", given("B1", 5), up_to(4)),
        ask("B1d", given("B1c", 3), up_to(19)),
        ask("B2", in_social_work, codes(1, 2, 3, 4, 5, 6, 9, 7, 8)),
        ask("B3", given("B2", 6, 9), codes(*b3), "many", (10,)),
        ask("B3a", several("B3"), chosen("B3", b3, 10)),
        ask("B4nw", any_of(given("B2", 6, 7, 8, 9), given("B1", 2)), up_to(4)),
        ask("B4a", elsewhere, one_of("Kent", "A trust that is on no list", DK, NOT_ENGLAND)),
        ask("B4b", elsewhere, codes(*b4b), "many", (21,)),
        ask("B4c", several("B4b"), chosen("B4b", b4b, 21)),
        ask("B5", la_worker, codes(1, 2, 3, 4, 5, 8, 6, 7)),
        ask("B7", la_worker, codes(*b7), "many", (13,)),
        *rows("B8", 2, la_worker, 8),
        ask("B9", la_worker, codes(1, 2, 3, 4, 5, 8, 6, 7)),
        ask("B10", all_of(la_worker, given("B5", 1, 2, 3, 4, 6, 7)), number("na", "dk")),
        ask("B10a", given("B10", "dk"), up_to(8)),
        ask("B11", la_worker, number("na", "dk")),
        ask("B11a", given("B11", "dk"), up_to(10)),
        ask("B12", la_worker, up_to(6)),
        ask("B14", la_worker, number("na", "dk")),
        ask("B15", la_worker, number("nd", "na", "dk")),
        ask("B14a", given("B14", "dk"), up_to(10)),
        ask("B15a", given("B15", "dk"), up_to(8)),
        *rows("B17", 4, la_worker, 3),
        *rows("E1", 3, la_worker, 6),
        *rows("E2", 8, la_worker, 6),
        ask("E3", given("B5", 1, 2, 3, 4, 6), up_to(6)),
        ask("E4", given("E3", 1, 2, 3, 4, 5), lambda a: (2, 3, 4) if a.get("E3") == 5 else (1, 2, 3, 4)),
        ask("E5", given("E3", 1, 2, 3, 4), up_to(5)),
        ask("E7", all_of(la_worker, given("B5", 2, 3, 4, 5, 6, 7, 8)), up_to(3)),
        ask("E8", given("E7", 1), up_to(5)),
        *rows("E9", 5, la_worker, 6),
        ask("E10", la_worker, up_to(3)),
        ask("E11", la_worker, codes(1, 2, 4, 3)),
        ask("F1a", given("B1", 3), one_of("an office", DK)),
        ask("F1c", outside_la, number("na", "dk")),
        ask("F1d", given("F1c", "dk"), up_to(10)),
        ask("F1e", outside_la, up_to(6)),
        ask("F1", everybody, up_to(7)),
        ask("F3", la_worker, up_to(6)),
        *rows("G1", 5, given("B1", 1, 2, 3, 9, 10), 6),
        ask("G1_6", in_social_work, up_to(6)),
        ask("G2", given("B1", 1, 2, 3, 9, 10), up_to(6)),
        *rows("H1", 3, la_worker, 6),
        ask("H2", given("H1_3", 1, 2), codes(*h2), "many", (9, 10)),
        ask("H2a", several("H2"), chosen("H2", h2, 10)),
        ask("I1", left_or_leaving, lambda a: [c for c in i1 if c != 7 or a.get("F1") == 6], "many", (16,)),
        ask("I1a", several("I1"), lambda a: [c for c in i1 if c in a.get("I1", []) or c == 16]),
        ask("I2", given("B2", 5, 6, 7, 9), codes(*i2), "many", (15,)),
        ask("I2a", several("I2"), chosen("I2", i2, 15)),
        ask("I3", any_of(given("B1", 3), given("F1", 5)), up_to(5)),
        ask("I4", left_or_leaving, codes(*i4), "many", (16, 17)),
        ask("I4a", several("I4"), chosen("I4", i4, 17)),
        ask("I5", given("B1", 3, 4, 5, 6, 7, 9, 10), up_to(5)),
        ask("J1", everybody, up_to(7)),
        ask("J2", everybody, up_to(6), "many", (5, 6)),
        ask("J4", everybody, up_to(3)),
        ask("K1", everybody, codes(1, 2)),
        ask("K2", everybody, codes(1, 2)),
        ask("K3", everybody, codes(1, 2)),
        ask(
            "K4",
            any_of(given("K1", 1), given("K2", 1), given("K3", 1)),
            one_of({"name": "A", "email": "a@b.org", "phone": "1"}, {"email": {"key": "refused"}, "phone": "1"}),
        ),
    ]


def any_of(*bases: Any) -> Any:
    return lambda a: any(base(a) for base in bases)


def all_of(*bases: Any) -> Any:
    return lambda a: all(base(a) for base in bases)


S1_ENDS = {
    3: "hard_appointment",
    4: "soft_appointment",
    5: "engaged",
    9: "no_reply",
    6: "refusal",
    7: "not_available",
    16: "call_back_consumer_hours",
    17: "call_back_business_hours",
    8: "unobtainable",
    10: "unobtainable",
    11: "unobtainable",
    15: "wrong_number",
}
S2_ENDS = {
    2: "hard_appointment",
    3: "soft_appointment",
    7: "not_available",
    10: "call_back_consumer_hours",
    11: "call_back_business_hours",
}
REFUSALS = {4: "refusal", 5: "refusal_company_policy", 6: "refusal_recent_survey"}


def flow(item: str, answer: Any, a: dict[str, Any]) -> str | None:
    """Ends and jumps, as the tables of items and of outcomes give them."""
    match item, answer:
        case "S1", (12 | 13):
            return "again"
        case "S2", (8 | 9):
            return "again"
        case "S1", code if code in S1_ENDS:
            return f"!{S1_ENDS[code]}"
        case "S2", code if code in S2_ENDS:
            return f"!{S2_ENDS[code]}"
        case "S2a", code:
            return "!referral_number" if code == 1 else "!left_no_forwarding"
        case "S3", code:
            return "!online_requested" if code == 1 else f"!{REFUSALS[a['S2']]}"
        case "S4", 2:
            return "!refusal"
        case "B4nw", (2 | 3):
            return ">F1a"
        case "B4a", {"key": "not_england"}:
            return ">F1"
        case "F1", _ if a["B1"] in (5, 6, 7):
            return ">I5"
        case "F1", _ if a["B1"] == 8:
            return ">J1"
    return None


LIKELY = {"S1": 1, "S2": 1, "S4": 1}


def respondent(whole: list[Any], by_hand: Any, rng: Random) -> tuple[Any, Any]:
    """A mode, and a random respondent in it: online there is no screener, and half of them still work for an LA."""
    mode = rng.choice(["telephone", "telephone", "online"])
    likely = LIKELY if rng.random() < 0.5 else {**LIKELY, "B1": 1}
    return mode, by_hand.play(whole if mode == "telephone" else whole[5:], flow, rng, likely)


@pytest.mark.parametrize("seed", range(300))
def test_the_route_is_the_one_worked_out_by_hand(wave2: Study, by_hand: Any, seed: int) -> None:
    rng = Random(seed)
    whole = table(by_hand.line)
    mode, played = respondent(whole, by_hand, rng)
    answers = by_hand.with_stale(whole, played, rng)
    got = walk(wave2.program(mode), {"sample": SAMPLE, "answers": answers})
    assert "errors" not in got, got
    assert got["route"] == played.route
    assert (got["next"], got["end"]) == (played.next, played.end)
    assert got["off_route"] == [line.id for line in whole if line.id in answers and line.id not in played.route]
    for item, offered in played.offered.items():
        if offered and all(isinstance(code, int) for code in offered):
            assert got["shown"][item]["options"] == offered, item


def test_the_random_respondents_go_everywhere(by_hand: Any) -> None:
    """Three hundred respondents are enough to be asked every question and to come to every end."""
    asked: set[str] = set()
    ends: set[str | None] = set()
    whole = table(by_hand.line)
    for seed in range(300):
        rng = Random(seed)
        _, played = respondent(whole, by_hand, rng)
        asked |= set(played.route)
        ends.add(played.end)
    assert asked == {line.id for line in whole}
    assert ends >= {"completed", "refusal", "hard_appointment", "no_reply", "unobtainable", None}
