"""A calling rules file is read whole, or refused with line, key, fault and remedy."""

from __future__ import annotations

from datetime import date, timedelta
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
