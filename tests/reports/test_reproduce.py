"""scripts/reproduce_published_tables: the published tables, from calls recorded as interviewers record them."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import create_engine, text

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
from published.contradictions import contradictions
from published.inventing import Person, invent_people, numbers_of
from published.people import STARTING_SAMPLE, facts_of
from published.printed import ENDLESS, bases, responses, whole

from cati.outcomes import Event, EventKind, NumberState, Scheme, count_outcomes, derive
from cati.studies import load_study

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "reproduce_published_tables"
NOON = datetime(2019, 11, 11, 12, tzinfo=UTC)
DIFFERENT = [
    "A.9 Breakdown, As % of usable sample: printed 2%, cati 1% (printed against its own n)",
    "A.10 No longer works at LA and no forwarding number given, As % of total starting sample: printed 2%, cati 1% "
    "(printed against its own n)",
    "A.10 Refusals, As % of total starting sample: printed 2%, cati 1% (printed against its own n)",
    "A.10 Breakdown, As % of total starting sample: printed 2%, cati 1% (printed against its own n)",
]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("published")


@pytest.fixture(scope="module")
def reproduced(kept: Path) -> subprocess.CompletedProcess[str]:
    """The smaller study, from its first call to its tables; of the greater one the same code makes the same."""
    command = [sys.executable, str(SCRIPT), "--study", "asye", "--keep", str(kept)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def unwrapped(printed: str) -> list[str]:
    """The printed lines, with those that were folded at the right margin put together again."""
    return printed.replace("\n", " ").replace("  ", "\n").splitlines()


def test_exactly_the_cells_differ_that_the_publication_contradicts(
    reproduced: subprocess.CompletedProcess[str],
) -> None:
    assert reproduced.returncode == 0, reproduced.stdout + reproduced.stderr
    listed = [line.strip() for line in unwrapped(reproduced.stdout) if "printed against its own n" in line]
    assert [line.startswith(known) for line, known in zip(listed, DIFFERENT[1:], strict=True)] == [True] * 3
    assert "3 cells differ:" in reproduced.stdout
    assert "NOT EXPECTED" not in reproduced.stdout


@pytest.mark.parametrize(
    "said",
    [
        "A.9 Breakdown, As % of usable sample: printed 2%; 34 / 2,306 is 1.47%, 1%",
        "A.10 Refusals, As % of total starting sample: printed 2%; 7 / 471 is 1.49%, 1%",
        "1.1 Online response rate (RR), Wave 2: printed 40%; 1,701 / 4,597 is 37.00%, 37%",
        "1.1 Starting sample, Wave 2: printed 4,597; Tables 1.4 and A.12 leave 5,621 - 1,026 = 4,595",
        "1.1 Total response, Wave 1: printed 5,588; Tables 1.4 and A.12 print 5,621 Wave 1 completes",
        "printed ±1.18, not reproducible: no population is printed with it",
    ],
)
def test_what_the_publication_contradicts_is_named(said: str) -> None:
    assert any(said in line for line in contradictions())


def test_nothing_else_is_contradicted() -> None:
    assert len(contradictions()) == 9


@pytest.mark.parametrize(("n", "percent"), [(0, 0), (1, 0), (7, 1), (34, 1), (110, 39), (1, 100), (3, 21), (1601, 58)])
def test_the_bases_of_a_percentage_are_all_there_are(n: int, percent: int) -> None:
    low, high = bases(n, percent)
    assert whole(n, low) == percent
    assert n == low or low == 1 or whole(n, low - 1) != percent
    if high < ENDLESS:
        assert whole(n, high) == percent
        assert whole(n, high + 1) != percent


def test_the_counts_come_from_recorded_calls(reproduced: subprocess.CompletedProcess[str], kept: Path) -> None:
    assert reproduced.returncode == 0
    engine = create_engine(f"sqlite:///{kept / 'asye.db'}")
    with engine.connect() as connection:

        def one(query: str) -> int:
            return int(connection.execute(text(query)).scalar_one())

        assert one('SELECT count(*) FROM "case" WHERE issued_at IS NOT NULL') == 471
        assert one("SELECT count(DISTINCT case_id) FROM call_result WHERE outcome IS NOT NULL") == 471
        assert one("SELECT count(*) FROM call") > 471
        assert one("SELECT count(*) FROM call_result WHERE outcome = 'completed'") == 54
        assert one("SELECT count(*) FROM call WHERE id NOT IN (SELECT call_id FROM answer)") == 0
        assert one("SELECT count(*) FROM outcome_history") > 2 * 471
    engine.dispose()


@pytest.fixture(scope="module")
def report() -> Callable[[dict[str, dict[str, int]]], int]:
    found: Callable[[dict[str, dict[str, int]]], int] = runpy.run_path(str(SCRIPT), run_name="script")["report"]
    return found


@pytest.mark.parametrize("study", ["wave2", "asye"])
def test_what_the_invented_people_come_to_is_the_published_table(
    report: Callable[[dict[str, Any]], int], study: str
) -> None:
    scheme = load_study(study).scheme
    people = invent_people(load_study(study), Random(1))
    assert report({study: count_outcomes(came_to(scheme, person) for person in people.values())}) == 0


def came_to(scheme: Scheme, person: Person) -> str:
    """The outcome derived from a person's calls, each number dialled until it fails, and from what came in after."""
    events, failed, held = [], 0, numbers_of(scheme, person)
    for at, key in enumerate(person.calls):
        events.append(Event(at, NOON + timedelta(hours=at), key, number_id=failed))
        failed += scheme.outcomes[key].number_state is not None
        held += "number" in scheme.outcomes[key].asks_for
    if person.elsewhere is not None:
        kind: EventKind = "online" if "online" in scheme.outcomes[person.elsewhere].found_by else "office"
        events.append(Event("after", NOON + timedelta(days=1), person.elsewhere, kind=kind))
    return derive(scheme, events, [NumberState(at) for at in range(held)]).outcome


def test_their_regions_and_ratings_give_every_printed_percentage_of_the_response() -> None:
    interviewed, after, issued = 1601, 92, 2751
    overall = responses("a_7")[0]
    sizes = {"interviewed": interviewed, "online_after": after, "online_before": overall.online - after}
    sizes["issued"] = issued - interviewed - after
    sizes["held"] = 4597 - sum(sizes.values())
    facts = facts_of("a_7", sizes, Random(1))
    assert {group: len(each) for group, each in facts.items()} == sizes
    for row in responses("a_7")[1:]:
        variable = {"Region": "region", "Ofsted": "ofsted"}[row.variable]
        of = {group: [each for each in some if each.values[variable] == row.value] for group, some in facts.items()}
        n = {group: len(some) for group, some in of.items()}
        online = n["online_after"] + n["online_before"]
        no_email = sum(not each.has_email for each in of["issued"])
        called = n["interviewed"] + n["online_after"] + n["issued"]
        assert (n["interviewed"], online) == (row.telephone, row.online)
        assert whole(online, sum(n.values()) - no_email) == row.online_percent
        assert whole(n["interviewed"], called) == row.telephone_percent
        assert whole(row.total, sum(n.values())) == row.total_percent
        if variable == "region":
            assert called == STARTING_SAMPLE["a_7", "Region"][row.value]


COUNTS: dict[str, dict[str, int]] = {
    "wave2": {"unobtainable": 119, "left_no_forwarding": 155, "online_requested": 82, "wrong_number": 20,
              "not_available": 69, "soft_appointment": 43, "no_reply": 443, "refusal": 93, "breakdown": 34,
              "completed": 1601, "completed_online": 92},
    "asye": {"unobtainable": 32, "left_no_forwarding": 7, "online_requested": 19, "wrong_number": 1, "not_eligible": 6,
             "soft_appointment": 29, "no_reply": 309, "refusal": 7, "breakdown": 7, "completed": 54},
}  # fmt: skip


@pytest.mark.parametrize(
    ("study", "change", "said"),
    [
        ("wave2", {"refusal": 92, "breakdown": 35}, "A.9 Refusals, n: printed 93, cati 92 (NOT EXPECTED)"),
        ("wave2", {"hard_appointment": 1, "no_reply": 442}, "A.9 Hard appointment, n: printed no row, cati 1"),
        ("asye", {"refusal": 8, "no_reply": 308}, "expected to differ, and does not: A.10 Refusals"),
    ],
)
def test_any_other_difference_is_listed_and_fails(
    report: Callable[[dict[str, Any]], int],
    capsys: pytest.CaptureFixture[str],
    study: str,
    change: dict[str, int],
    said: str,
) -> None:
    assert report(COUNTS) == 0
    capsys.readouterr()
    assert report({**COUNTS, study: {**COUNTS[study], **change}}) == 1
    assert said in capsys.readouterr().out


def test_without_cati_it_says_what_to_run_first(tmp_path: Path) -> None:
    script = tmp_path / "scripts" / SCRIPT.name
    script.parent.mkdir()
    script.write_bytes(SCRIPT.read_bytes())
    outside = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [sys.executable, "-S", "-I", script], capture_output=True, text=True, env=outside, cwd=tmp_path, check=False
    )
    assert done.returncode == 1
    assert done.stderr == "cati is not installed here: run scripts/test or scripts/demo first, then this again.\n"
