"""scripts/reproduce_published_tables: the published tables, from calls recorded as interviewers record them."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
from published.contradictions import contradictions
from published.printed import ENDLESS, bases, whole

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "reproduce_published_tables"
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
    return subprocess.run([sys.executable, SCRIPT, "--keep", str(kept)], capture_output=True, text=True, check=False)


def unwrapped(printed: str) -> list[str]:
    """The printed lines, with those that were folded at the right margin put together again."""
    return printed.replace("\n", " ").replace("  ", "\n").splitlines()


def test_exactly_the_cells_differ_that_the_publication_contradicts(
    reproduced: subprocess.CompletedProcess[str],
) -> None:
    assert reproduced.returncode == 0, reproduced.stdout + reproduced.stderr
    listed = [line.strip() for line in unwrapped(reproduced.stdout) if "printed against its own n" in line]
    assert [line.startswith(known) for line, known in zip(listed, DIFFERENT, strict=True)] == [True] * 4
    against_1_1 = [line for line in unwrapped(reproduced.stdout) if "printed against Table 1.1" in line]
    assert [line.split(":")[0].strip() for line in against_1_1] == [
        "A.12 loaded, n",
        "A.12 non_responders, n",
        "A.12 not_engaged, n",
    ]
    assert "7 cells differ:" in reproduced.stdout
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


@pytest.mark.parametrize(("study", "cases", "completes"), [("wave2", 2751, 1601), ("asye", 471, 54)])
def test_the_counts_come_from_recorded_calls(
    reproduced: subprocess.CompletedProcess[str], kept: Path, study: str, cases: int, completes: int
) -> None:
    assert reproduced.returncode == 0
    engine = create_engine(f"sqlite:///{kept / study}.db")
    with engine.connect() as connection:

        def one(query: str) -> int:
            return int(connection.execute(text(query)).scalar_one())

        assert one('SELECT count(*) FROM "case" WHERE issued_at IS NOT NULL') == cases
        assert one("SELECT count(DISTINCT case_id) FROM call_result WHERE outcome IS NOT NULL") == cases
        assert one("SELECT count(*) FROM call") > cases
        assert one("SELECT count(*) FROM call_result WHERE outcome = 'completed'") == completes
        assert one("SELECT count(*) FROM call WHERE id NOT IN (SELECT call_id FROM answer)") == 0
        assert one("SELECT count(*) FROM outcome_history") > 2 * cases
    engine.dispose()


@pytest.fixture(scope="module")
def report() -> Callable[[dict[str, dict[str, int]]], int]:
    found: Callable[[dict[str, dict[str, int]]], int] = runpy.run_path(str(SCRIPT), run_name="script")["report"]
    return found


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
