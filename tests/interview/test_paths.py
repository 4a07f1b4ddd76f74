"""The paths through both questionnaires by B1, and the readings of the source that change most routes.

The paths are the table "Paths by B1" of the specification, spelled out; every answer that a case does not name is a
usual one (see `complete`): no wish to leave, no stress, one code at a multi.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from cati.interview.interview import Interview
from cati.interview.presenting import present
from cati.studies import Study

Completed = Callable[..., Interview]


def spelled_out(path: str) -> list[str]:
    """`B8_1-2 B9` as B8_1, B8_2, B9."""
    ids: list[str] = []
    for word in path.split():
        grid = re.fullmatch(r"(\w+)_(\d+)-(\d+)", word)
        ids += [f"{grid[1]}_{row}" for row in range(int(grid[2]), int(grid[3]) + 1)] if grid else [word]
    return ids


SCREENER = "S1 S2 S4"
ROLE = "B5 B7 B8_1-2 B9 B10 B11 B12 B14 B15 B17_1-4"
VIEWS = "E1_1-3 E2_1-8 E3 E4 E5 E9_1-5 E10 E11"
WELL_BEING = "G1_1-6 G2 H1_1-3"
CLOSE = "J1 J2 J4 K1 K2 K3 K4"

WAVE2_PATHS = [
    ("1: LA child and family social work", {"B1": 1}, f"B1 B2 {ROLE} {VIEWS} F1 F3 {WELL_BEING} {CLOSE}"),
    (
        "1, a manager is not asked for cases or supervision",
        {"B1": 1, "B5": 8},
        f"B1 B2 B5 B7 B8_1-2 B9 B11 B12 B14 B15 B17_1-4 E1_1-3 E2_1-8 E7 E8 E9_1-5 E10 E11 F1 F3 {WELL_BEING} {CLOSE}",
    ),
    (
        "1, considering leaving for another sector",
        {"B1": 1, "F1": 5},
        f"B1 B2 {ROLE} {VIEWS} F1 F3 {WELL_BEING} I1 I3 I4 {CLOSE}",
    ),
    (
        "1, agency work: why, where, and why the last authority was left",
        {"B1": 1, "B2": 6, "B3": [1, 2], "B4nw": 1, "B4b": [1, 2]},
        f"B1 B2 B3 B3a B4nw B4a B4b B4c {ROLE} {VIEWS} F1 F3 {WELL_BEING} I2 {CLOSE}",
    ),
    (
        "1, B4nw in 2,3: says LA, then not at an LA; B5 to E11 are passed",
        {"B1": 1, "B2": 6, "B4nw": 2},
        f"B1 B2 B3 B4nw F1 F3 {WELL_BEING} I2 {CLOSE}",
    ),
    ("1, B4nw = 3", {"B1": 1, "B2": 7, "B4nw": 3}, f"B1 B2 B4nw F1 F3 {WELL_BEING} I2 {CLOSE}"),
    (
        "1, B4nw don't know goes on",
        {"B1": 1, "B2": 8, "B4nw": 4},
        f"B1 B2 B4nw {ROLE} {VIEWS} F1 F3 {WELL_BEING} {CLOSE}",
    ),
    (
        "1, B4a = not in England",
        {"B1": 1, "B2": 5, "B4a": {"key": "not_england"}},
        f"B1 B2 B4a F1 F3 {WELL_BEING} I2 {CLOSE}",
    ),
    (
        "2: still child and family, not LA; at another authority",
        {"B1": 2, "B2": 5, "B4nw": 1},
        f"B1 B2 B4nw B4a B4b F1c F1e F1 G1_1-6 G2 I2 {CLOSE}",
    ),
    (
        "2, considering leaving",
        {"B1": 2, "B2": 1, "B4nw": 4, "F1": 5},
        f"B1 B2 B4nw F1c F1e F1 G1_1-6 G2 I1 I3 I4 {CLOSE}",
    ),
    (
        "2, B4a = not in England passes F1c to F1e",
        {"B1": 2, "B2": 5, "B4nw": 1, "B4a": {"key": "not_england"}},
        f"B1 B2 B4nw B4a F1 G1_1-6 G2 I2 {CLOSE}",
    ),
    ("9: adult social work", {"B1": 9, "B2": 1}, f"B1 B2 F1c F1e F1 G1_1-6 G2 I1 I4 I5 {CLOSE}"),
    (
        "10: another area, independent",
        {"B1": 10, "B2": 9, "B4nw": 4},
        f"B1 B2 B3 B4nw F1c F1e F1 G1_1-6 G2 I1 I2 I4 I5 {CLOSE}",
    ),
    ("3: employed, left social work", {"B1": 3}, f"B1 F1a F1c F1e F1 G1_1-5 G2 I1 I3 I4 I5 {CLOSE}"),
    ("4: unemployed", {"B1": 4}, f"B1 F1 I1 I4 I5 {CLOSE}"),
    ("4, thinking of another sector", {"B1": 4, "F1": 5}, f"B1 F1 I1 I3 I4 I5 {CLOSE}"),
    ("5: full-time study", {"B1": 5, "B1c": 1}, f"B1 B1c F1 I5 {CLOSE}"),
    ("5, a course not in social work", {"B1": 5, "B1c": 3}, f"B1 B1c B1d F1 I5 {CLOSE}"),
    ("5, whatever is said at F1", {"B1": 5, "B1c": 1, "F1": 5}, f"B1 B1c F1 I5 {CLOSE}"),
    ("6: career break", {"B1": 6}, f"B1 F1 I5 {CLOSE}"),
    ("7: something else", {"B1": 7, "F1": 6}, f"B1 F1 I5 {CLOSE}"),
    ("8: don't know", {"B1": 8, "F1": 5}, f"B1 F1 {CLOSE}"),
    ("8, no recontact", {"B1": 8, "K1": 2, "K2": 2, "K3": 2}, "B1 F1 J1 J2 J4 K1 K2 K3"),
]


@pytest.mark.parametrize(("answers", "path"), [pytest.param(*case[1:], id=case[0]) for case in WAVE2_PATHS])
def test_wave2_path(wave2: Study, completed: Completed, answers: dict[str, Any], path: str) -> None:
    telephone = completed(wave2.program("telephone"), answers)
    assert telephone.route == spelled_out(f"{SCREENER} {path}")
    assert telephone.end == "completed"
    online = completed(wave2.program("online"), answers)
    assert online.route == spelled_out(path)
    assert online.end == "completed"


NEW_ROLE = "B7a B7 B8_1-3 B9 B10 B11 B12 B14 B15 B17_1-4"
TRAINING = "C1 C2 C3 C4 C5 C8_1-2 D1_1-2 D2 D3_1-3 D9"
NEW_VIEWS = "E1_1-3 E2_1-8 E3 E4 E5 E9_1-5 F1 F3 F4 F6 G1_1-9 G2 H1_1-3"
NEW_CLOSE = "J1 J2 J3 J4 J5 K1 K2 K3 K4"

ASYE_PATHS = [
    ("1: on ASYE, registered", {"B1": 1}, f"B1 B5 B1A B2 {NEW_ROLE} {TRAINING} {NEW_VIEWS} {NEW_CLOSE}", "completed"),
    (
        "1, elsewhere and leaving",
        {"B1": 1, "B2": 6, "B3": [1], "F1": 5},
        f"B1 B5 B1A B2 B3 B4 {NEW_ROLE} {TRAINING} {NEW_VIEWS} I1 I2 I3 I4 {NEW_CLOSE}",
        "completed",
    ),
    ("1, not on ASYE", {"B1": 1, "B5": 2}, "B1 B5", "not_eligible"),
    ("1, not known whether on ASYE", {"B1": 1, "B5": 3}, "B1 B5", "not_eligible"),
    ("1, not registered", {"B1": 1, "B1A": 2}, "B1 B5 B1A", "not_eligible"),
    ("1, not known whether registered", {"B1": 1, "B1A": 3}, "B1 B5 B1A", "not_eligible"),
    ("2: still in social work", {"B1": 2}, f"B1 B2 {TRAINING} I1 I4 {NEW_CLOSE}", "completed"),
    (
        "2, employed by others",
        {"B1": 2, "B2": 9, "B3": [1, 2]},
        f"B1 B2 B3 B3a B4 {TRAINING} I1 I2 I4 {NEW_CLOSE}",
        "completed",
    ),
    ("3: employed, left social work", {"B1": 3}, f"B1 {TRAINING} I1 I3 I4 {NEW_CLOSE}", "completed"),
    ("4: unemployed", {"B1": 4}, f"B1 {TRAINING} I1 I4 {NEW_CLOSE}", "completed"),
    *((f"{code}: not eligible", {"B1": code}, "B1", "not_eligible") for code in (5, 6, 7, 8)),
]


@pytest.mark.parametrize(("answers", "path", "end"), [pytest.param(*case[1:], id=case[0]) for case in ASYE_PATHS])
def test_asye_path(asye: Study, completed: Completed, answers: dict[str, Any], path: str, end: str) -> None:
    for mode, screener in (("telephone", SCREENER), ("online", "")):
        interview = completed(asye.program(mode), answers)  # type: ignore[arg-type]
        assert interview.route == spelled_out(f"{screener} {path}")
        assert interview.end == end


@pytest.mark.parametrize(("authority", "end"), [("Leeds", "completed"), ({"key": "none"}, "not_eligible")])
def test_the_open_link_asks_for_an_address_and_an_authority(
    asye: Study, completed: Completed, authority: Any, end: str
) -> None:
    answers = {"SE": {"key": "prefer_not"}, "B1b": authority, "B1": 4}
    interview = completed(asye.program("online"), answers, {"link": "open"})
    assert interview.route[:2] == ["SE", "B1b"]
    assert interview.end == end
    assert (interview.route[-1] == "K4") is (end == "completed")


SCREENER_ENDS = [
    ({"S1": 3}, "S1", "hard_appointment"),
    ({"S1": 4}, "S1", "soft_appointment"),
    ({"S1": 5}, "S1", "engaged"),
    ({"S1": 9}, "S1", "no_reply"),
    ({"S1": 16}, "S1", "call_back_consumer_hours"),
    ({"S1": 17}, "S1", "call_back_business_hours"),
    ({"S1": 6}, "S1", "refusal"),
    ({"S1": 7}, "S1", "not_available"),
    ({"S1": 8}, "S1", "unobtainable"),
    ({"S1": 10}, "S1", "unobtainable"),
    ({"S1": 11}, "S1", "unobtainable"),
    ({"S1": 15}, "S1", "wrong_number"),
    ({"S1": 14, "S2a": 1}, "S1 S2a", "referral_number"),
    ({"S1": 14, "S2a": 2}, "S1 S2a", "left_no_forwarding"),
    ({"S1": 2, "S2": 2}, "S1 S2", "hard_appointment"),
    ({"S2": 3}, "S1 S2", "soft_appointment"),
    ({"S2": 10}, "S1 S2", "call_back_consumer_hours"),
    ({"S2": 11}, "S1 S2", "call_back_business_hours"),
    ({"S2": 7}, "S1 S2", "not_available"),
    ({"S2": 4, "S3": "no"}, "S1 S2 S3", "refusal"),
    ({"S2": 5, "S3": "no"}, "S1 S2 S3", "refusal_company_policy"),
    ({"S2": 6, "S3": "no"}, "S1 S2 S3", "refusal_recent_survey"),
    *(({"S2": code, "S3": "yes"}, "S1 S2 S3", "online_requested") for code in (4, 5, 6)),
    ({"S4": 2}, "S1 S2 S4", "refusal"),
]


@pytest.mark.parametrize(("answers", "path", "end"), SCREENER_ENDS)
def test_screener(study: Study, completed: Completed, answers: dict[str, Any], path: str, end: str) -> None:
    """The same in both studies, but for the codes of S3."""
    s3 = {"wave2": {"yes": 1, "no": 2}, "asye": {"yes": 3, "no": 4}}[study.id]
    interview = completed(study.program("telephone"), {item: s3.get(str(code), code) for item, code in answers.items()})
    assert (interview.route, interview.end, interview.next) == (path.split(), end, None)
    assert end in study.scheme.outcomes


@pytest.mark.parametrize(("waits", "code"), [("S1", 12), ("S1", 13), ("S2", 8), ("S2", 9)])
def test_reassurances_come_back_to_the_same_screen(study: Study, completed: Completed, waits: str, code: int) -> None:
    interview = completed(study.program("telephone"), {waits: code})
    assert (interview.next, interview.end) == (waits, None)
    assert interview.route[-1] == waits


# The readings that change most (routing decisions, "The ones that change most")


def asked(interview: Interview, *items: str) -> bool:
    assert interview.end == "completed"
    return set(items) <= set(interview.route)


def test_a14_c8_is_for_b1_of_1_too(asye: Study, completed: Completed) -> None:
    program = asye.program("telephone")
    assert asked(completed(program, {"B1": 1}), "C8_1", "C8_2")
    assert not asked(completed(program, {"B1": 1, "C2": [8]}), "C8_1")


def test_w25_a10_b15a_follows_a_dont_know_at_b15_not_at_b14(study: Study, completed: Completed) -> None:
    program = study.program("telephone")
    assert asked(completed(program, {"B1": 1, "B15": "dk"}), "B15a")
    assert not asked(completed(program, {"B1": 1, "B14": "dk"}), "B15a")
    assert asked(completed(program, {"B1": 1, "B14": "dk"}), "B14a")


def test_w45_g5_nothing_in_particular_stands_alone_at_h2(study: Study, completed: Completed) -> None:
    program = study.program("telephone")
    step = program.step("H2")
    assert step is not None
    assert step.exclusive == {9, 10}
    assert not asked(completed(program, {"B1": 1, "H1_3": 1, "H2": [9]}), "H2a")
    assert asked(completed(program, {"B1": 1, "H1_3": 1, "H2": [8, 1]}), "H2a")
    assert not asked(completed(program, {"B1": 1, "H1_3": 3, "H1_1": 1, "H1_2": 1}), "H2")


@pytest.mark.parametrize("code", [6, 7, 8])
def test_a2_asye_closes_for_b1_of_6_7_and_8_as_for_5(asye: Study, completed: Completed, code: int) -> None:
    assert completed(asye.program("telephone"), {"B1": code}).end == "not_eligible"


@pytest.mark.parametrize(("role", "is_asked"), [(1, True), (5, False), (8, False), (6, True), (7, True)])
def test_w19_b10_leaves_out_both_kinds_of_manager(
    wave2: Study, completed: Completed, role: int, is_asked: bool
) -> None:
    assert asked(completed(wave2.program("telephone"), {"B1": 1, "B5": role}), "B10") is is_asked


@pytest.mark.parametrize(("employer", "is_asked"), [(5, False), (6, True), (7, True), (8, True), (9, True), (1, False)])
def test_w8_b4nw_is_asked_of_other_and_dont_know_at_b2(
    wave2: Study, completed: Completed, employer: int, is_asked: bool
) -> None:
    assert asked(completed(wave2.program("telephone"), {"B1": 1, "B2": employer, "B4nw": 4}), "B4nw") is is_asked


@pytest.mark.parametrize(("employer", "is_asked"), [(4, False), (5, True), (6, True), (7, True), (8, False), (9, True)])
def test_w40_i2_goes_by_its_filter(wave2: Study, completed: Completed, employer: int, is_asked: bool) -> None:
    assert asked(completed(wave2.program("telephone"), {"B1": 1, "B2": employer, "B4nw": 4}), "I2") is is_asked


@pytest.mark.parametrize("course", [1, 2, 3, 4])
def test_w3_students_are_asked_f1_and_then_i5(wave2: Study, completed: Completed, course: int) -> None:
    interview = completed(wave2.program("telephone"), {"B1": 5, "B1c": course, "F1": 4})
    assert asked(interview, "F1", "I5")
    assert not asked(interview, "I1")
    assert interview.route.index("I5") == interview.route.index("F1") + 1


def test_w12_dont_know_at_b4a_goes_on_to_b4b(wave2: Study, completed: Completed) -> None:
    interview = completed(wave2.program("telephone"), {"B1": 1, "B2": 5, "B4a": {"key": "dk"}})
    assert interview.after("B4a") == "B4b"
    assert present(interview, "B4b").read_out == (
        "Why are you now working at a different local authority/ Trust to Leeds?"
    )
    named = completed(wave2.program("telephone"), {"B1": 1, "B2": 5, "B4a": "Kent"})
    assert present(named, "B4b").read_out == "Why are you now working at Kent instead of Leeds?"


def test_w42_i5_is_asked_of_b1_of_10(wave2: Study, completed: Completed) -> None:
    assert asked(completed(wave2.program("telephone"), {"B1": 10}), "I5")
    assert not asked(completed(wave2.program("telephone"), {"B1": 2}), "I5")


def test_w11_an_authority_outside_england_jumps_to_f1(wave2: Study, completed: Completed) -> None:
    interview = completed(wave2.program("telephone"), {"B1": 9, "B2": 5, "B4a": {"key": "not_england"}})
    assert interview.after("B4a") == "F1"


def test_w30_f1d_follows_a_dont_know_at_f1c(wave2: Study, completed: Completed) -> None:
    assert asked(completed(wave2.program("telephone"), {"B1": 2, "F1c": "dk"}), "F1d")
    assert not asked(completed(wave2.program("telephone"), {"B1": 2, "F1c": "na"}), "F1d")


@pytest.mark.parametrize("answer", [2, 3])
def test_w10_w51_b4nw_of_2_and_3_jumps_to_section_f_for_everybody(
    wave2: Study, completed: Completed, answer: int
) -> None:
    interview = completed(wave2.program("telephone"), {"B1": 1, "B2": 7, "B4nw": answer})
    assert interview.after("B4nw") == "F1"
    assert asked(interview, "F3", "H1_1")
    employed_by_an_authority = completed(wave2.program("telephone"), {"B1": 2, "B2": 5, "B4nw": answer})
    assert employed_by_an_authority.after("B4nw") == "F1c"


@pytest.mark.parametrize(("situation", "after"), [(4, "I1"), (5, "I5"), (6, "I5"), (7, "I5"), (8, "J1")])
def test_w33_w34_the_jumps_after_f1_outrank_the_bases(
    wave2: Study, completed: Completed, situation: int, after: str
) -> None:
    assert completed(wave2.program("telephone"), {"B1": situation, "B1c": 1, "F1": 5}).after("F1") == after
