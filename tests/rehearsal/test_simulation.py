"""Whole small fieldworks through the real desk, in each order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from sqlalchemy import func, select

from cati import desk
from cati.fieldwork import within_window
from cati.interview.interview import Interview
from cati.rehearsal import Population, check_against, read_population
from cati.rehearsal.findings import findings
from cati.rehearsal.orders import ORDERS
from cati.storage import tables, verify
from cati.storage.answers import latest_answers
from cati.studies import Study, load_study

if TYPE_CHECKING:
    from .conftest import Rehearse, Rehearsed

    RehearseWith = Callable[[Study, Population], Rehearse]


@pytest.mark.parametrize("order", [None if name == "cati" else name for name in ORDERS])
def test_in_every_order_the_database_is_whole_and_says_the_same_as_the_findings(
    rehearse: Rehearse, order: str | None
) -> None:
    ran = rehearse(order)
    assert verify(ran.store) == []
    found = findings(ran.simulation, seed=1)
    assert found.completes > 0
    counts = desk.outcome_counts(ran.store)
    assert counts == found.weeks[-1]
    assert sum(counts.values()) == found.cases == 25
    assert counts["completed"] == found.completes == sum(found.attempts.values())
    assert counts.get("completed_online", 0) == found.completes_online
    assert found.calls == sum(part.calls for part in found.parts.values())
    assert found.contacts == sum(part.contacts for part in found.parts.values())
    with ran.store.read() as connection:
        called = connection.execute(select(func.count()).select_from(tables.call)).scalar_one()
        coded = connection.execute(select(tables.call_result.c.outcome)).scalars().all()
    assert called == len(coded) == found.calls
    assert Counter(coded) == Counter(made.outcome for case in ran.simulation.cases.values() for made in case.calls)


def test_the_same_seed_gives_the_same_findings(rehearse: Rehearse) -> None:
    one, other = (findings(rehearse(seed=7, cases=15).simulation, 7).as_data() for _ in range(2))
    assert one == other
    assert one != findings(rehearse(seed=8, cases=15).simulation, 8).as_data()


def test_interviews_are_held_on_the_real_questionnaire(rehearsed: Rehearsed, study: Study) -> None:
    ran = rehearsed
    program = study.program("telephone")
    with ran.store.read() as connection:
        rows = connection.execute(
            select(tables.call_result.c.outcome, tables.call.c.id, tables.call.c.interview_id).join(
                tables.call, tables.call.c.id == tables.call_result.c.call_id
            )
        ).all()
        held = [row for row in rows if row.outcome == "completed"]
        assert held
        for row in held:
            answers, _ = latest_answers(connection, row.interview_id, row.id, program.per_call)
            interview = Interview(program, {"link": "individual"}, answers)
            assert interview.end == "completed"
            assert interview.missing() == []
        for row in rows:
            if row.outcome in ("no_reply", "engaged", "hard_appointment", "wrong_number"):
                answers, _ = latest_answers(connection, row.interview_id, row.id, program.per_call)
                screener = {item: value for item, value in answers.items() if item in program.per_call}
                assert Interview(program, {"link": "individual"}, screener).end == row.outcome


def test_calls_are_made_on_shift_and_in_calling_hours_but_for_appointments(rehearsed: Rehearsed) -> None:
    simulation = rehearsed.simulation
    stints = simulation.roster.stints
    appointed = {(each.serial, each.delivered_at) for each in simulation.agreed}
    for case in simulation.cases.values():
        for made in case.calls:
            assert any(stint.starts <= made.started_at < stint.ends for stint in stints)
            if (case.serial, made.started_at) not in appointed:
                assert within_window(simulation.study.rules, made.started_at)


def test_no_interviewer_is_in_two_calls_at_once(rehearsed: Rehearsed) -> None:
    by_interviewer: dict[int, list[tuple[object, object]]] = {}
    for case in rehearsed.simulation.cases.values():
        for made in case.calls:
            by_interviewer.setdefault(made.who, []).append((made.started_at, made.ended_at))
    for calls in by_interviewer.values():
        calls.sort()
        for (_, ended), (started, _) in pairwise(calls):
            assert ended <= started  # type: ignore[operator]


def test_no_hard_appointment_comes_late_while_somebody_is_free(
    rehearse_with: RehearseWith, study: Study, panel: Population
) -> None:
    # everybody wants an appointment of the same day or the next, so that there are many
    eager = replace(
        panel,
        contacts=({"hard_appointment": 0.7, "completed": 0.3},),
        appointments=replace(panel.appointments, ahead={0: 0.5, 1: 0.5}),
    )
    run = rehearse_with(study, eager)
    found = findings(run(cases=40, share=0.3).simulation, 1)
    assert found.hard.due > 10
    assert found.hard.while_free == 0
    assert found.hard.on_time + found.hard.late == found.hard.due
    at_random = findings(run("random", cases=100, share=0.04).simulation, 1)
    assert at_random.hard.while_free > 0  # so that the figure can be other than 0


def test_the_hours_are_those_of_the_shifts_whatever_the_order(rehearse: Rehearse) -> None:
    ran = [findings(rehearse(order, cases=15).simulation, 1) for order in (None, "quexs")]
    assert ran[0].hours == ran[1].hours
    for found in ran:
        assert 0 <= found.minutes_waited <= 60 * found.hours
        assert found.minutes_over < 60 * found.hours * 0.1


def test_who_completes_online_is_not_called_again(rehearse_with: RehearseWith, study: Study, panel: Population) -> None:
    online = replace(panel, online=replace(panel.online, share=0.9))
    ran = rehearse_with(study, online)(cases=30, share=0.1)
    assert verify(ran.store) == []
    done = [case for case in ran.simulation.cases.values() if case.outcome == "completed_online"]
    assert len(done) > 10
    card = desk.case_card(ran.store, ran.simulation.study, done[0].serial)
    assert card.online_status == "complete"
    assert card.next_call_at is None


def test_another_study_may_be_rehearsed_with_a_population_of_its_own_outcomes(
    rehearse_with: RehearseWith, panel_text: str, repository_example: str
) -> None:
    own = load_study(repository_example)
    text = _for_libraries(panel_text)
    population = read_population(text, "libraries.yaml")
    check_against(population, own.scheme, text)
    ran = rehearse_with(own, population)()
    assert verify(ran.store) == []
    assert findings(ran.simulation, 1).completes > 0
    assert ran.simulation.ends - timedelta(days=7) < ran.simulation.agenda.now <= ran.simulation.ends


@pytest.fixture
def repository_example() -> str:
    """The example study that new studies are begun from."""
    return str(Path(__file__).resolve().parents[2] / "docs" / "example-study")


def _for_libraries(text: str) -> str:
    """The panel with the outcome keys of the example study, which are fewer."""
    data = yaml.safe_load(text)
    names = {
        "completed": "interviewed",
        "hard_appointment": "appointment_fixed",
        "soft_appointment": "appointment_open",
        "call_back_business_hours": "call_in_the_evening",
        "call_back_consumer_hours": "call_in_the_evening",
        "online_requested": "wants_online",
        "not_available": "lives_elsewhere",
        "refusal": "declined",
        "refusal_recent_survey": "declined",
        "breakdown": "broken_off",
        "suspended": "paused",
    }

    def renamed(shares: dict[str, float]) -> dict[str, float]:
        summed = Counter[str]()
        for key, share in shares.items():
            summed[names[key]] += share  # type: ignore[assignment]
        return dict(summed)

    data["contacts"] = [renamed(each) for each in data["contacts"]]
    for kept in (data["appointments"]["hard"], data["appointments"]["soft"], data["broken_off"]):
        kept["comes_to"] = renamed(kept["comes_to"])
    data["refusals"]["after_soft"] = renamed(data["refusals"]["after_soft"])
    data["call_backs"] = {"call_in_the_evening": data["call_backs"]["call_back_consumer_hours"]}
    data["numbers"]["referral"] = 0
    data["outcomes"] = {
        "no_reply": "no_answer",
        "engaged": "busy",
        "dead": "dead_number",
        "wrong": "wrong_person",
        "left": "wrong_person",
        "referral": "wrong_person",
        "too_late": "declined",
        "online": "answered_online",
    }
    return yaml.safe_dump(data)
