"""ASYE, its bases and ends written out by hand from the table of items, against the engine.

The table knows nothing of the questionnaire file; where the two differ, one of them is wrong.
"""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from cati.interview.walk import walk
from cati.studies import Study

DK = {"key": "dk"}


def table(ask: Any, mode: str, link: str) -> list[Any]:
    """Every question in order: id, who is asked, what is offered."""

    def everybody(_: Any) -> bool:
        return True

    def given(item: str, *codes: Any) -> Any:
        return lambda a: a.get(item) in codes

    def chose(item: str, *codes: int) -> Any:
        return lambda a: any(code in codes for code in a.get(item) or [])

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

    telephone = on(mode == "telephone")
    open_link = on(link == "open")
    b3, c1 = tuple(range(1, 11)), tuple(range(1, 14))
    b7 = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 15, 16, 12, 13)
    f4 = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 18, 19, 20, 13, 14, 15, 16, 17)
    f6 = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 17, 18, 11, 12, 13, 14, 15)
    h2 = (1, 2, 3, 4, 5, 6, 7, 11, 12, 8, 9, 10)
    i1, i2, i4 = tuple(range(1, 15)), tuple(range(1, 16)), tuple(range(1, 18))
    on_asye = given("B1", 1)
    in_labour_market = given("B1", 1, 2, 3, 4)
    left_or_leaving = any_of(given("B1", 2, 3, 4), given("F1", 4, 5, 6))
    return [
        ask("S1", telephone, codes(1, 2, 3, 4, 5, 9, 16, 17, 6, 7, 8, 10, 11, 15, 14, 12, 13)),
        ask("S2", given("S1", 1, 2), codes(1, 2, 3, 10, 11, 4, 5, 6, 7, 8, 9)),
        ask("S2a", given("S1", 14), codes(1, 2)),
        ask("S3", given("S2", 4, 5, 6), codes(3, 4)),
        ask("S4", given("S2", 1), codes(1, 2)),
        ask("SE", on(mode == "online" and link == "open"), one_of("a@b.org", {"key": "prefer_not"})),
        ask("B1b", open_link, one_of("Leeds", "A trust", "Kent", "Hull", {"key": "none"}, DK)),
        ask("B1", everybody, up_to(8)),
        ask("B5", on_asye, up_to(3)),
        ask("B1A", on_asye, up_to(3)),
        ask("B2", given("B1", 1, 2), codes(1, 2, 3, 4, 5, 6, 9, 7, 8)),
        ask("B3", given("B2", 2, 4, 6, 9), codes(*b3), "many", (10,)),
        ask("B3a", several("B3"), chosen("B3", b3, 10)),
        ask("B4", given("B2", 5, 6, 7, 8, 9), up_to(4)),
        ask("B7a", on_asye, up_to(5)),
        ask("B7", on_asye, codes(*b7), "many", (13,)),
        *rows("B8", 3, on_asye, 8),
        ask("B9", on_asye, up_to(8)),
        ask("B10", on_asye, number("na", "dk")),
        ask("B10a", given("B10", "dk"), up_to(8)),
        ask("B11", on_asye, number("na", "dk")),
        ask("B11a", given("B11", "dk"), up_to(10)),
        ask("B12", on_asye, up_to(6)),
        ask("B14", on_asye, number("na", "dk")),
        ask("B15", given("B7a", 1, 2, 3), number("na", "dk")),
        ask("B14a", given("B14", "dk"), up_to(10)),
        ask("B15a", given("B15", "dk"), up_to(8)),
        *rows("B17", 4, on_asye, 3),
        ask("C1", in_labour_market, codes(*c1), "many", (13,)),
        ask("C1a", several("C1"), chosen("C1", c1, 13)),
        ask("C2", in_labour_market, up_to(8), "many", (8,)),
        ask("C3", in_labour_market, one_of("Leeds Beckett", {"key": "overseas"}, DK)),
        ask("C4", in_labour_market, up_to(10)),
        ask("C4A", all_of(chose("C2", 2, 3, 4, 5, 6, 7), none_of(chose("C2", 1))), one_of("Law", DK)),
        ask("C5", in_labour_market, up_to(3)),
        *rows("C8", 2, all_of(in_labour_market, none_of(chose("C2", 8))), 5),
        *rows("D1", 2, in_labour_market, 3),
        ask("D2", given("D1_1", 1), codes(1, 2, 3, 4, 5, 6, 9, 10, 11, 7, 8), "many", (8,)),
        ask("D3_1", in_labour_market, up_to(8)),
        ask("D3_2", given("D1_1", 1), up_to(8)),
        ask("D3_3", given("D1_2", 1), up_to(8)),
        ask("D9", in_labour_market, up_to(8), "many", (7, 8)),
        *rows("E1", 3, on_asye, 6),
        *rows("E2", 8, on_asye, 6),
        ask("E3", on_asye, up_to(6)),
        ask("E4", given("E3", 1, 2, 3, 4, 5), lambda a: (2, 3, 4) if a.get("E3") == 5 else (1, 2, 3, 4)),
        ask("E5", given("E3", 1, 2, 3, 4), up_to(5)),
        *rows("E9", 5, on_asye, 6),
        ask("F1", on_asye, up_to(7)),
        ask("F3", on_asye, up_to(6)),
        ask("F4", on_asye, codes(*f4), "many", (16, 17)),
        ask("F5", several("F4"), chosen("F4", f4, 17)),
        ask("F6", on_asye, codes(*f6), "many", (14, 15)),
        ask("F7", several("F6"), chosen("F6", f6, 15)),
        *rows("G1", 9, on_asye, 6),
        ask("G2", on_asye, up_to(6)),
        *rows("H1", 3, on_asye, 6),
        ask("H2", given("H1_3", 1, 2), codes(*h2), "many", (9, 10)),
        ask("H2a", several("H2"), chosen("H2", h2, 10)),
        ask("I1", left_or_leaving, lambda a: [c for c in i1 if c != 7 or a.get("F1") == 6], "many", (14,)),
        ask("I1a", several("I1"), chosen("I1", i1, 14)),
        ask("I2", given("B2", 5, 6, 7, 9), codes(*i2), "many", (15,)),
        ask("I2a", several("I2"), chosen("I2", i2, 15)),
        ask("I3", any_of(given("B1", 3), given("F1", 5)), up_to(5)),
        ask("I4", left_or_leaving, codes(*i4), "many", (16, 17)),
        ask("I4a", several("I4"), chosen("I4", i4, 17)),
        ask("J1", everybody, up_to(7)),
        ask("J2", everybody, up_to(6), "many", (5, 6)),
        ask("J3", everybody, up_to(4)),
        ask("J4", everybody, up_to(3)),
        ask("J5", everybody, codes(1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)),
        ask("K1", everybody, codes(1, 2)),
        ask("K2", everybody, codes(1, 2)),
        ask("K3", everybody, codes(1, 2)),
        ask(
            "K4",
            any_of(given("K1", 1), given("K2", 1), given("K3", 1)),
            one_of({"name": "A", "email": "a@b.org", "phone": "1"}, {"email": "a@b.org", "phone": {"key": "refused"}}),
        ),
    ]


def on(holds: bool) -> Any:
    return lambda _: holds


def any_of(*bases: Any) -> Any:
    return lambda a: any(base(a) for base in bases)


def all_of(*bases: Any) -> Any:
    return lambda a: all(base(a) for base in bases)


def none_of(*bases: Any) -> Any:
    return lambda a: not any(base(a) for base in bases)


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
    """Ends, as the tables of items and of outcomes give them; what jumps there are add nothing to the bases."""
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
            return "!online_requested" if code == 3 else f"!{REFUSALS[a['S2']]}"
        case "S4", 2:
            return "!refusal"
        case "B1b", {"key": "none" | "dk"}:
            return "!not_eligible"
        case "B1", (5 | 6 | 7 | 8):
            return "!not_eligible"
        case (("B5" | "B1A"), (2 | 3)):
            return "!not_eligible"
    return None


LIKELY = {"S1": 1, "S2": 1, "S4": 1, "B5": 1, "B1A": 1}
RESPONDENTS = [
    (seed, ("telephone", "online")[seed % 2], "open" if seed % 4 == 1 else "individual") for seed in range(300)
]


def likely(rng: Random) -> dict[str, Any]:
    return {**LIKELY, "B1": rng.choice([1, 1, 1, 2, 3, 4])}


@pytest.mark.parametrize(("seed", "mode", "link"), RESPONDENTS)
def test_the_route_is_the_one_worked_out_by_hand(asye: Study, by_hand: Any, seed: int, mode: Any, link: str) -> None:
    rng = Random(seed)
    asked = table(by_hand.line, mode, link)
    played = by_hand.play(asked, flow, rng, likely(rng))
    answers = by_hand.with_stale(asked, played, rng)
    sample = {"name": "A N Other", "la": "Leeds", "link": link, "interviewer_name": "Jo"}
    got = walk(asye.program(mode), {"sample": sample, "answers": answers})
    assert "errors" not in got, got
    assert got["route"] == played.route
    assert (got["next"], got["end"]) == (played.next, played.end)
    assert got["off_route"] == [line.id for line in asked if line.id in answers and line.id not in played.route]
    for item, offered in played.offered.items():
        if offered and all(isinstance(code, int) for code in offered):
            assert got["shown"][item]["options"] == offered, item


def test_the_random_respondents_go_everywhere(by_hand: Any) -> None:
    """Three hundred respondents are enough to be asked every question and to come to every end."""
    asked: set[str] = set()
    ends: set[str | None] = set()
    for seed, mode, link in RESPONDENTS:
        rng = Random(seed)
        played = by_hand.play(table(by_hand.line, mode, link), flow, rng, likely(rng))
        asked |= set(played.route)
        ends.add(played.end)
    assert asked == {line.id for line in table(by_hand.line, "telephone", "individual")}
    assert ends >= {"completed", "not_eligible", "refusal", "hard_appointment", None}
