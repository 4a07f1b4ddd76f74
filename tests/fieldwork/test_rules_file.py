"""A calling rules file is read whole, or refused with line, key, fault and remedy."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from importlib.resources import files

import pytest

from cati.errors import InputError
from cati.fieldwork import CallingRules, RulesError

GOOD = """\
timezone: Europe/London
fieldwork: {start: 2019-11-11, end: 2020-01-07}
windows:
  business_hours:
    mon-fri: [17:30-18:30, 9:00-12:00]
call_again:
  engaged: {after: [15, 30]}
"""


@pytest.mark.parametrize("study", ["wave2", "asye"])
def test_the_shipped_rules_load(study: str) -> None:
    text = (files("cati") / f"studies/{study}/calling.yaml").read_text(encoding="utf-8")
    rules = CallingRules.from_yaml(text, "calling.yaml")
    assert (rules.fieldwork_start, rules.fieldwork_end) == (date(2019, 11, 11), date(2020, 1, 7))
    assert rules.appointment_grace == timedelta(minutes=5)
    assert set(rules.windows) == {"business_hours", "consumer_hours"}
    call_backs = {"engaged", "no_reply", "suspended", "referral_number"}
    assert call_backs | {"call_back_business_hours", "call_back_consumer_hours"} <= set(rules.call_again)


def test_hours_are_never_read_as_yaml_numbers() -> None:
    rules = CallingRules.from_yaml(GOOD, "rules.yaml")
    assert [str(span) for span in rules.spans(date(2019, 11, 12))] == ["09:00 to 12:00", "17:30 to 18:30"]
    assert rules.spans(date(2019, 11, 16)) == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Europe/London", "Europe/Londn", 'rules.yaml:1: timezone: no time zone is called "Europe/Londn"; write one'),
        ("Europe/London", "Europe", 'rules.yaml:1: timezone: no time zone is called "Europe"; write one'),
        ("Europe/London", "localtime", 'rules.yaml:1: timezone: no time zone is called "localtime"'),
        ("Europe/London", "posixrules", 'timezone: no time zone is called "posixrules"'),
        ("Europe/London", "Factory", 'timezone: no time zone is called "Factory"'),
        ("Europe/London", "right/Europe/London", 'timezone: no time zone is called "right/Europe/London"'),
        ("start: 2019-11-11", "start: 0", 'fieldwork.start: "0" is not usable here; write a date such as 2019-11-11'),
        ("end: 2020-01-07", 'end: "86400"', 'fieldwork.end: "86400" is not usable here; write a date'),
        ("end: 2020-01-07", "end: 2020-02-30", 'fieldwork.end: "2020-02-30" is not usable here; write a date'),
        ("[15, 30]", "[true]", 'call_again.engaged.after.0: "True" is not usable here; write a whole number of min'),
        ("call_again:", "seed: true\ncall_again:", 'seed: "True" is not usable here; write a whole number such as 1'),
        ("end: 2020-01-07", "end: 2019-01-07", "rules.yaml:2: fieldwork: the end, 2019-01-07, lies before"),
        ("end: 2020-01-07", "end: 7 Jan", 'rules.yaml:2: fieldwork.end: "7 Jan" is not usable here; write a date such'),
        ("timezone: Europe/London\n", "", "rules.yaml:1: timezone: missing; add it, for example timezone: Europe"),
        ("mon-fri", "mon-fry", 'rules.yaml:4: windows.business_hours: "mon-fry" is not a day; write one of mon, tue'),
        ("mon-fri", "fri-mon", 'windows.business_hours: the days "fri-mon" run backwards'),
        (
            "9:00-12:00",
            "9-12",
            'rules.yaml:5: windows.business_hours.mon.1: "9-12" is not a span of hours; write it as',
        ),
        ("9:00-12:00", "12:00-9:00", "ends before it starts; write the earlier time first"),
        ("9:00-12:00", "9:00-25:00", "has no such time of day"),
        (
            "9:00-12:00",
            "9:00-18:00",
            "rules.yaml:5: windows.business_hours.mon: 09:00 to 18:00 and 17:30 to 18:30 over",
        ),
        ("[15, 30]", "[]", "rules.yaml:7: call_again.engaged.after:"),
        (
            "[15, 30]",
            "[soon]",
            'rules.yaml:7: call_again.engaged.after.0: "soon" is not usable here; write a whole num',
        ),
        ("[15, 30]", "[15], window: evenings", 'engaged.window: there is no window "evenings"; write one of any, busi'),
        ("after:", "aftr:", "rules.yaml:7: call_again.engaged.aftr: unknown key. Did you mean after?"),
        ("business_hours:", "any:", '"any" always means all windows together'),
        ("[17:30-18:30, 9:00-12:00]", "[]", "rules.yaml:3: windows: no window is ever open"),
        (GOOD, "just text", "rules.yaml:1: calling rules are expected here"),
        (GOOD, "", "rules.yaml:1: calling rules are expected here"),
    ],
)
def test_a_fault_is_named_with_file_line_key_and_remedy(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(RulesError) as caught:
        CallingRules.from_yaml(GOOD.replace(old, new), "rules.yaml")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("fieldwork: {", "fieldwork: {{"),
        ("fieldwork: {", "? [a]\n: b\nfieldwork: {"),
        ("call_again:", "timezone: UTC\ncall_again:"),
        ("business", "b\x00s"),
    ],
)
def test_what_is_not_yaml_or_says_a_thing_twice_is_bad_input(old: str, new: str) -> None:
    with pytest.raises(InputError, match=r"rules\.yaml"):
        CallingRules.from_yaml(GOOD.replace(old, new), "rules.yaml")


def test_a_day_may_not_be_given_twice_through_a_range() -> None:
    with pytest.raises(RulesError, match='"wed" is given twice'):
        CallingRules.from_yaml(GOOD.replace("call_again:", "    wed: [10:00-11:00]\ncall_again:"), "rules.yaml")


def test_all_faults_are_reported_at_once() -> None:
    text = GOOD.replace("Europe/London", "Nowhere").replace("[15, 30]", "[-1]")
    with pytest.raises(RulesError) as caught:
        CallingRules.from_yaml(text, "rules.yaml")
    assert len(str(caught.value).splitlines()) == 2


# the queue's keys


WHOLE = """\
timezone: Europe/London
fieldwork: {start: 2019-11-11, end: 2020-01-07}
windows:
  office: {mon-fri: [09:00-17:00], bank_holiday: [10:00-12:00]}
  home: {mon-fri: [17:00-20:00], sat: [10:00-16:00]}
slots:
  morning: {mon-sat: [09:00-12:00]}
  later: {mon-sat: [12:00-20:00]}
call_again:
  busy: {after: [15, 30], then: silent, other_number: 0}
  silent: {after: [180], another_slot: true, window: home}
  asked: {after: [60], asked_for: true}
attempts: {case: 12, number: 6}
appointments: {missed_after: 20, soft_early: 5, soft_late: 45}
refusal_conversion: {outcomes: [no_thanks], after: 1440, another_interviewer: false}
fresh_share: 70
seed: 42
staffing: {office: 8, home: 5}
"""


def minutes(*of: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=each) for each in of)


def test_the_keys_of_the_queue_are_read() -> None:
    rules = CallingRules.from_yaml(WHOLE, "rules.yaml")
    busy, silent, asked = (rules.call_again[name] for name in ("busy", "silent", "asked"))
    assert (busy.after, busy.then, busy.other_number) == (minutes(15, 30), "silent", timedelta())
    assert (silent.another_slot, silent.window, silent.other_number) == (True, "home", None)
    assert (asked.asked_for, asked.another_slot, asked.window) == (True, False, "any")
    assert list(rules.slots) == ["morning", "later"]
    assert rules.slot_at(datetime(2019, 11, 12, 11, 59, tzinfo=UTC)) == "morning"
    assert rules.slot_at(datetime(2019, 11, 12, 12, 0, tzinfo=UTC)) == "later"
    assert rules.slot_at(datetime(2019, 11, 17, 11, 0, tzinfo=UTC)) is None
    assert (rules.attempts.case, rules.attempts.number) == (12, 6)
    times = rules.appointments
    assert (times.missed_after, times.soft_early, times.soft_late) == minutes(20, 5, 45)
    assert rules.conversion is not None
    assert rules.conversion.outcomes == {"no_thanks"}
    assert (rules.conversion.after, rules.conversion.another_interviewer) == (timedelta(days=1), False)
    assert (rules.fresh_share, rules.seed, rules.staffing) == (70, 42, {"office": 8, "home": 5})


def test_what_is_left_out_has_a_value_that_changes_nothing() -> None:
    rules = CallingRules.from_yaml(GOOD, "rules.yaml")
    assert (rules.slots, rules.staffing, rules.conversion) == ({}, {}, None)
    assert (rules.attempts.case, rules.attempts.number) == (None, None)
    assert (rules.fresh_share, rules.seed) == (50, 1)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        # then
        ("then: silent", "then: silnt", 'rules.yaml:10: call_again.busy.then: "silnt" has no delay here; Did you mean'),
        ("then: silent", "then: busy", "rules.yaml:10: call_again.busy.then: this goes round in a circle; let one of"),
        (
            "another_slot: true, window: home",
            "another_slot: true, then: busy",
            "rules.yaml:11: call_again.silent.then: this goes round in a circle; let one of them go without `then`",
        ),
        # slots
        (
            "later: {mon-sat: [12:00-20:00]}",
            "later: {mon-sat: [11:30-20:00]}",
            "rules.yaml:8: slots.later: mon: 11:30 to 20:00 lies in morning too (09:00 to 12:00); a call must be in",
        ),
        (
            "later: {mon-sat: [12:00-20:00]}",
            "later: {mon-sat: [13:00-20:00]}",
            "rules.yaml:4: windows.office: mon: 12:00 to 13:00 is in no slot; give it to one of morning, later",
        ),
        (
            "mon-sat: [12:00-20:00]",
            "mon-fri: [12:00-20:00]",
            "rules.yaml:5: windows.home: sat: 12:00 to 16:00 is in no slot",
        ),
        (
            "bank_holiday: [10:00-12:00]",
            "bank_holiday: [08:00-12:00]",
            "rules.yaml:4: windows.office: bank_holiday: 08:00 to 09:00 is in no slot; give it to one of morning",
        ),
        (
            "morning: {mon-sat: [09:00-12:00]}",
            "morning: {mon-sat: [09:00-12:00], bank_holiday: [11:00-12:00]}",
            "rules.yaml:4: windows.office: bank_holiday: 10:00 to 11:00 is in no slot",
        ),
        (
            "  later:",
            "  later part:",
            "rules.yaml:8: slots.later part: the name of a slot has no blank and none of | + *",
        ),
        (
            "  later:",
            '  "a|b":',
            "rules.yaml:8: slots.a|b: the name of a slot has no blank and none of | + * in it; write",
        ),
        ("mon-sat: [12:00-20:00]", "mon-sat: 12-20", "rules.yaml:8: slots.later.mon: input should be a valid list"),
        ("mon-sat: [12:00-20:00]", "mo-sat: [12:00-20:00]", 'rules.yaml:8: slots.later: "mo-sat" is not a day; write'),
        (
            WHOLE[WHOLE.index("slots:") : WHOLE.index("call_again:")],
            "",
            "rules.yaml:8: call_again.silent.another_slot: there are no slots to choose another of; add `slots:`, or",
        ),
        (
            "  office: {mon",
            '  "of|fice": {mon',
            "windows.of|fice: the name of a window is not empty and has no | in it",
        ),
        # delays
        ("other_number: 0", "other_number: -1", 'rules.yaml:10: call_again.busy.other_number: "-1" is not usable here'),
        ("other_number: 0", "other_number: soon", '"soon" is not usable here; write a whole number of minutes'),
        (
            "another_slot: true",
            "another_slot: perhaps",
            'another_slot: "perhaps" is not usable here; write true or false',
        ),
        ("asked_for: true", "asked_for: 7", 'rules.yaml:12: call_again.asked.asked_for: "7" is not usable here; write'),
        ("asked_for: true", "askd_for: true", "call_again.asked.askd_for: unknown key. Did you mean asked_for?"),
        (
            "window: home",
            "window: 5",
            "call_again.silent.window: input should be a valid string; expected something like b",
        ),
        # limits
        (
            "case: 12",
            "case: 0",
            'rules.yaml:13: attempts.case: "0" is not usable here (input should be greater than or',
        ),
        (
            "case: 12",
            "case: 99",
            'attempts.case: "99" is not usable here (input should be less than or equal to 98); wri',
        ),
        ("number: 6", "number: many", 'attempts.number: "many" is not usable here; write a whole number of calls'),
        ("number: 6", "numbr: 6", "rules.yaml:13: attempts.numbr: unknown key. Did you mean number?"),
        # appointments
        (
            "missed_after: 20",
            "missed_after: 4",
            'rules.yaml:14: appointments.missed_after: "4" is not usable here (inp',
        ),
        ("soft_early: 5", "soft_early: 121", 'appointments.soft_early: "121" is not usable here (input should be less'),
        ("soft_late: 45", "soft_late: 4", 'appointments.soft_late: "4" is not usable here (input should be greater th'),
        # refusals
        ("after: 1440,", "", "rules.yaml:15: refusal_conversion.after: missing; add it, for example after: 10080"),
        ("after: 1440", "after: [1440]", 'rules.yaml:15: refusal_conversion.after: "[1440]" is not usable here; write'),
        ("outcomes: [no_thanks]", "outcomes: []", "refusal_conversion.outcomes: list should have at least 1 item"),
        (
            "outcomes: [no_thanks], ",
            "",
            "refusal_conversion.outcomes: missing; add it, for example outcomes: [refusal]",
        ),
        ("another_interviewer: false", "another_interviewer: Ann", '"Ann" is not usable here; write true or false'),
        # the rest
        (
            "fresh_share: 70",
            "fresh_share: 101",
            'fresh_share: "101" is not usable here (input should be less than or e',
        ),
        (
            "fresh_share: 70",
            "fresh_share: half",
            'fresh_share: "half" is not usable here; write a whole number of per c',
        ),
        (
            "seed: 42",
            "seed: -1",
            'rules.yaml:17: seed: "-1" is not usable here (input should be greater than or equal to 0)',
        ),
        ("seed: 42", "seed: today", 'rules.yaml:17: seed: "today" is not usable here; write a whole number such as 1'),
        ("home: 5}", "evening: 5}", 'rules.yaml:18: staffing.evening: there is no window "evening"; write one of offi'),
        ("home: 5}", "any: 5}", 'rules.yaml:18: staffing.any: there is no window "any"; write one of office, home'),
        (
            "home: 5}",
            "home: -5}",
            'staffing.home: "-5" is not usable here (input should be greater than or equal to 0)',
        ),
        ("home: 5}", "home: few}", 'staffing.home: "few" is not usable here; write a whole number of interviewers'),
        (
            "timezone",
            "appointment_grace: 6\ntimezone",
            'rules.yaml:1: appointment_grace: "6" is not usable here (input sh',
        ),
    ],
)
def test_a_fault_in_a_key_of_the_queue_is_named_with_file_line_key_and_remedy(old: str, new: str, message: str) -> None:
    assert WHOLE.count(old) == 1
    with pytest.raises(RulesError) as caught:
        CallingRules.from_yaml(WHOLE.replace(old, new), "rules.yaml")
    assert message in str(caught.value)
    assert all(line.startswith("rules.yaml:") for line in str(caught.value).splitlines())


def test_fieldwork_of_centuries_is_a_year_mistyped() -> None:
    with pytest.raises(RulesError, match="would be 182 years: is the year right"):
        CallingRules.from_yaml(GOOD.replace("2020-01-07", "2202-01-07"), "rules.yaml")
