"""The outcome table now and as it stood, against a bare GROUP BY over the same rows of the same database."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.cluster import NoCluster, cluster
from benchmarks.measuring import Figure, Missing, Told, in_turn, seconds
from sqlalchemy import insert, text

START = datetime(2019, 11, 11, 9, 0, tzinfo=UTC)
THEN = START + timedelta(days=20)
NOW = START + timedelta(days=40)
_REGIONS = ("North East", "North West", "East Midlands", "South East", "South West", "Greater London")
_LIVE = 'SELECT outcome, count(*) FROM "case" GROUP BY outcome'
_LIVE_BY = 'SELECT region, outcome, count(*) FROM "case" GROUP BY region, outcome'
_THEN = """SELECT outcome, count(*) FROM outcome_history WHERE id IN (
             SELECT max(id) FROM outcome_history WHERE at <= :at GROUP BY case_id) GROUP BY outcome"""


def measure(rounds: int, cases: int = 100_000, calls: int = 500_000) -> Told:
    """The tables of so many cases after so many calls, on both databases."""
    told: Told = []
    for kind in ("SQLite", "PostgreSQL"):
        try:
            with _place(kind) as url:
                told += _on(kind, url, rounds, cases, calls)
        except NoCluster as why:
            told.append(Missing(f"Outcome tables on {kind}", str(why)))
    return told


@contextmanager
def _place(kind: str) -> Iterator[str]:
    if kind == "SQLite":
        with tempfile.TemporaryDirectory(prefix="cati-bench-") as folder:
            yield f"{folder}/tables.db"
        return
    with cluster("shared_buffers=512MB", "fsync=off") as server:
        import psycopg

        with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE tables")
        yield server.format("tables")


def _on(kind: str, url: str, rounds: int, cases: int, calls: int) -> Told:
    from cati.desk import install_study, outcome_counts
    from cati.outcomes import outcome_table
    from cati.storage import init_database, open_store
    from cati.storage.types import instant_text
    from cati.studies import load_study

    study = load_study("wave2")
    init_database(url)
    store = open_store(url, clock=lambda: NOW)
    try:
        install_study(store, study)
        fill(store, study, cases, calls)
        then: Any = instant_text(THEN) if store.is_sqlite else THEN

        def bare(statement: str, **named: Any) -> Any:
            with store.read() as connection:
                return connection.execute(text(statement), named).all()

        def figure(name: str, floor_name: str, mine: Any, floor: Any, aim: float) -> Figure:
            sides = in_turn(lambda: seconds(mine), lambda: seconds(floor), rounds)
            found, bottom = sides.medians()
            return Figure(f"{kind}: {name}", "ms", found * 1000, floor_name, bottom * 1000, aim=aim, rounds=rounds)

        of = f"of {cases:,} cases and {calls:,} calls"
        return [
            figure(
                f"outcome table {of}",
                "a bare GROUP BY over the cases",
                lambda: outcome_table(study.scheme, outcome_counts(store)),
                lambda: bare(_LIVE),
                1.5,
            ),
            figure(
                f"outcome table by region {of}",
                "a bare GROUP BY over the cases",
                lambda: [outcome_table(study.scheme, each) for each in outcome_counts(store, "region").values()],
                lambda: bare(_LIVE_BY),
                1.5,
            ),
            figure(
                f"outcome table as it stood {of}",
                "a bare GROUP BY over the latest outcome rows before that time",
                lambda: outcome_table(study.scheme, outcome_counts(store, at=THEN)),
                lambda: bare(_THEN, at=then),
                3,
            ),
        ]
    finally:
        store.close()


def fill(store: Any, study: Any, cases: int, calls: int) -> None:
    """So many cases, issued, and so many calls with what they came to, spread over the fieldwork."""
    from cati.storage.tables import call, call_result, interview, interviewer, outcome_history, questionnaire_version
    from cati.storage.tables import cases as case_table

    keys = [key for key, outcome in study.scheme.outcomes.items() if outcome.found_by and "call" in outcome.found_by]
    each = calls // cases
    step = timedelta(seconds=(NOW - START).total_seconds() / (calls + 1))
    first = study.scheme.default.key
    with store.write() as connection:
        connection.execute(insert(interviewer).values(id=1, name="Ann", name_key="ann", created_at=START))
        version = connection.execute(questionnaire_version.select()).first().id
        made = 0
        for start in range(1, cases + 1, 5000):
            numbers = range(start, min(start + 5000, cases + 1))
            people: list[dict[str, Any]] = []
            histories: list[tuple[int, datetime, str, str | None]] = []
            interviews: list[dict[str, Any]] = []
            dialled: list[dict[str, Any]] = []
            results: list[dict[str, Any]] = []
            for number in numbers:
                came_to = [keys[(number * 7 + turn * 3) % len(keys)] for turn in range(each)]
                times = [START + step * (turn * cases + number) for turn in range(each)]
                histories.append((number, START, first, None))
                for turn, (key, at) in enumerate(zip(came_to, times, strict=True)):
                    made += 1
                    dialled.append(
                        {"id": made, "case_id": number, "interview_id": number, "interviewer_id": 1,
                         "version_id": version, "fence": turn, "started_at": at, "ended_at": at}
                    )  # fmt: skip
                    results.append(
                        {"call_id": made, "case_id": number, "interviewer_id": 1, "at": at, "outcome": key,
                         "fence": turn}
                    )  # fmt: skip
                    histories.append((number, at, key, f"call:{made}"))
                interviews.append(
                    {"id": number, "case_id": number, "version_id": version, "mode": "telephone", "started_at": START}
                )
                people.append(
                    {"id": number, "serial": f"{number:07d}", "name": f"Person {number}", "la": f"Area {number % 150}",
                     "region": _REGIONS[number % 6], "ofsted": "Good", "email": f"person{number}@example.org",
                     "link": "individual", "recontact": "yes", "batch": "main",
                     "variables": f'{{"sector": "s{number % 9}", "route": "r{number % 4}"}}', "loaded_at": START,
                     "issued_at": START, "outcome": came_to[-1], "outcome_why": "As the latest call says.",
                     "outcome_at": times[-1], "deciding_event": f"call:{made}", "attempts": each,
                     "last_call_at": times[-1], "next_rule": "final", "next_reason": "As the outcome says"}
                )  # fmt: skip
            connection.execute(insert(case_table), people)
            connection.execute(insert(interview), interviews)
            connection.execute(insert(call), dialled)
            connection.execute(insert(call_result), results)
            connection.execute(
                insert(outcome_history),
                [
                    {"case_id": number, "at": at, "outcome": key, "deciding_event": event, "why": "The latest call."}
                    for number, at, key, event in sorted(histories, key=lambda row: row[1])
                ],
            )
    if not store.is_sqlite:
        with store.write() as connection:
            connection.execute(text("ANALYZE"))


if __name__ == "__main__":
    import sys

    for found in measure(int(sys.argv[1]) if len(sys.argv) > 1 else 5):
        print("\n".join(found.lines()))
