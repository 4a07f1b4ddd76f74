"""The orders that cati is compared with do what is documented of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cati.rehearsal import Population
from cati.rehearsal.orders import Order, Setting, order_named
from cati.rehearsal.record import Agreed, Case, Made
from cati.studies import Study

NOW = datetime(2019, 11, 19, 11, 0, tzinfo=UTC)  # a Tuesday, in office hours
NIGHT = datetime(2019, 11, 19, 23, 0, tzinfo=UTC)
ANN, BOB = 1, 2


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def called(
    serial: str, outcome: str, ago: float, *, who: int = BOB, lines: int = 1, line: int = 0, contact: bool = False
) -> Case:
    """A case whose last call ended so many minutes ago."""
    ended = NOW - minutes(ago)
    made = Made(line, who, ended - minutes(1), ended, outcome, contact, "morning")
    return Case(serial, lines, [made], outcome=outcome)


def appointed(serial: str, at: datetime, kind: str = "hard") -> Case:
    """A case with an appointment, made two days ago."""
    case = called(serial, f"{kind}_appointment", 2 * 1440, contact=True)
    case.appointment = Agreed(serial, "hard" if kind == "hard" else "soft", at, BOB, 1)
    return case


@pytest.fixture
def setting(study: Study, panel: Population) -> Setting:
    return Setting(study, panel.roles, seed=1)


@pytest.fixture
def quexs(setting: Setting) -> Order:
    return order_named("quexs", setting)


@pytest.fixture
def sabretooth(setting: Setting) -> Order:
    return order_named("sabretooth", setting)


def picked(order: Order, *cases: Case, who: int = ANN, now: datetime = NOW) -> str | None:
    """The serial that is picked, if any."""
    found = order.pick(cases, who, now)
    return None if found is None else found.serial


def test_quexs_puts_due_appointments_first_and_new_sample_last(quexs: Order) -> None:
    new, again = Case("new", 1), called("again", "no_reply", 181)
    longer = called("longer", "no_reply", 600)
    early, late = appointed("early", NOW - minutes(50)), appointed("late", NOW - minutes(5))
    assert picked(quexs, new, again, longer, late, early) == "early"
    assert picked(quexs, new, again, longer, late) == "late"
    assert picked(quexs, new, again, longer) == "longer"
    assert picked(quexs, new, called("waits", "no_reply", 179)) == "new"
    assert picked(quexs, new, called("busy", "engaged", 100)) == "new"  # engaged has no code: it waits as a no answer


def test_quexs_waits_after_a_no_answer_though_another_number_leads_nowhere(quexs: Order) -> None:
    case = called("dead", "unobtainable", 100, lines=2, line=1)
    case.failed.add(1)
    assert picked(quexs, case) == "dead"
    case.calls.insert(0, Made(0, BOB, NOW - minutes(103), NOW - minutes(102), "no_reply", False, "morning"))
    assert picked(quexs, case) is None
    assert picked(quexs, case, now=NOW + minutes(81)) == "dead"


def test_quexs_calls_no_case_with_a_coming_appointment_and_forgets_one_that_is_over(quexs: Order) -> None:
    assert picked(quexs, appointed("coming", NOW + minutes(1))) is None
    over = appointed("over", NOW - minutes(61))
    assert picked(quexs, over, called("longer", "no_reply", 3 * 1440)) == "longer"
    assert picked(quexs, over) == "over"


def test_quexs_keeps_nothing_outside_the_hours_not_even_an_appointment(quexs: Order) -> None:
    assert picked(quexs, appointed("agreed", NIGHT), Case("new", 1), now=NIGHT) is None


def test_sabretooth_takes_its_queues_by_rank(sabretooth: Order) -> None:
    ranked = [
        appointed("assignable", NOW + minutes(5)),
        appointed("missed", NOW - minutes(16)),
        called("contacted", "call_back_business_hours", 10_081, contact=True),
        called("busy", "engaged", 16),
        called("no answer", "no_reply", 1441),
        called("not reached", "unobtainable", 4321, lines=2),
        Case("new", 1),
    ]
    ranked[5].failed.add(0)
    while ranked:
        assert picked(sabretooth, *reversed(ranked)) == ranked[0].serial
        del ranked[0]


def test_sabretooth_waits_a_day_after_no_answer_and_a_week_after_a_contact(sabretooth: Order) -> None:
    assert picked(sabretooth, called("no answer", "no_reply", 1439)) is None
    assert picked(sabretooth, called("contacted", "call_back_business_hours", 10_079, contact=True)) is None
    assert picked(sabretooth, called("busy", "engaged", 14)) is None
    assert picked(sabretooth, appointed("upcoming", NOW + minutes(6))) is None


def test_sabretooth_keeps_appointments_outside_the_hours_and_nothing_else(sabretooth: Order) -> None:
    assert picked(sabretooth, appointed("agreed", NIGHT), Case("new", 1), now=NIGHT) == "agreed"
    assert picked(sabretooth, Case("new", 1), now=NIGHT) is None


@pytest.mark.parametrize("name", ["quexs", "sabretooth"])
def test_who_asked_to_be_called_back_is_called_in_those_hours(name: str, setting: Setting, panel: Population) -> None:
    order = order_named(name, setting)
    outcome = "call_back_consumer_hours"
    case = called("evening", outcome, 120, contact=True)
    case.asked = (outcome, panel.call_backs[outcome])
    evening = datetime(2019, 11, 19, 17, 31, tzinfo=UTC)
    assert picked(order, case, Case("new", 1)) == "new"
    assert picked(order, case, Case("new", 1), now=evening) == "evening"


@pytest.mark.parametrize("name", ["quexs", "sabretooth"])
def test_the_numbers_of_a_case_are_dialled_one_after_the_other(name: str, setting: Setting) -> None:
    order = order_named(name, setting)
    case = Case("two numbers", 2)
    assert picked(order, case) == "two numbers"
    assert order.line(case, ANN, NOW) == 0
    case.calls.append(Made(0, ANN, NOW, NOW + minutes(1), "no_reply", False, "morning"))
    later = NOW + minutes(2)
    assert picked(order, case, Case("new", 1), who=BOB, now=later) == "new"
    assert picked(order, case, Case("new", 1), who=ANN, now=later) == "two numbers"
    assert order.line(case, ANN, later) == 1
    case.calls.append(Made(1, ANN, later, later + minutes(1), "no_reply", False, "morning"))
    assert picked(order, case, Case("new", 1), who=ANN, now=later + minutes(2)) == "new"


def test_at_random_any_case_that_the_rules_allow_may_come_and_no_other(setting: Setting) -> None:
    order = order_named("random", setting)
    allowed = [Case("new", 1), called("again", "no_reply", 181), appointed("due", NOW), appointed("soft", NOW, "soft")]
    allowed.append(called("other number after an hour", "no_reply", 61, lines=2))
    remembered = called("evening, asked for before", "no_reply", 300)
    asked = called("", "call_back_consumer_hours", 3000, contact=True).calls[0]
    remembered.calls.insert(0, asked)
    forbidden = [
        called("waits", "no_reply", 100),
        called("busy", "engaged", 10),
        appointed("coming", NOW + minutes(1)),
        called("evening", "call_back_consumer_hours", 120, contact=True),
        called("other number", "no_reply", 50, lines=2),
        remembered,
    ]
    found = {picked(order, *forbidden, *allowed, now=NOW + timedelta(seconds=each)) for each in range(60)}
    assert found == {case.serial for case in allowed}
    assert picked(order, *forbidden) is None
    assert picked(order, Case("new", 1), now=NIGHT) is None
    assert order.line(allowed[0], ANN, NOW) is None
