"""The outcome table worked out a second time, naively, from the words of the specification, and set against cati's."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.cli.conftest import run_cati
from tests.conftest import FakeClock

from cati.desk import OnlineRow, SampleRow, install_study, load_online, load_sample, record_event, sign_in
from cati.errors import InputError
from cati.storage import open_store
from cati.studies import Study

from .test_outcome_tables import coded

CALLS = ("no_reply", "refusal", "breakdown", "unobtainable", "hard_appointment", "not_available", "online_requested")
ROWS = {
    "not_called": "other_live", "no_reply": "other_live", "hard_appointment": "hard_appointment",
    "refusal": "refusals", "opted_out": "refusals", "breakdown": "breakdown", "unobtainable": "unobtainable",
    "not_available": "not_available", "online_requested": "online_requested", "completed_online": "completed_online",
    "completed": "completed",
}  # fmt: skip
SERIALS = ("C1", "C2", "C3")


def came_to(history: list[str]) -> str:
    """A case of one number, highest first: completed, completed online, opted out, refusal or breakdown (the latest, if
    not reopened), online requested, not available, unusable, the latest of the live ones, not called."""
    reopened = max((at for at, key in enumerate(history) if key == "reopened"), default=-1)
    refused = [key for key in history[reopened + 1 :] if key in ("refusal", "breakdown")]
    for key in ("completed", "completed_online", "opted_out"):
        if key in history:
            return key
    if refused:
        return refused[-1]
    for key in ("online_requested", "not_available"):
        if key in history:
            return key
    dialled = [key for key in history if key in (*CALLS, "completed")]
    if dialled and dialled[-1] == "unobtainable":  # the latest call on the number says
        return "unobtainable"
    live = [key for key in history if key in ("no_reply", "hard_appointment")]
    return live[-1] if live else "not_called"


def table(histories: dict[str, list[str]]) -> dict[str, int]:
    n = Counter(ROWS[came_to(history)] for history in histories.values())
    unusable = sum(n[row] for row in ("unobtainable", "online_requested", "not_available"))
    contacts = sum(n[row] for row in ("refusals", "breakdown", "completed", "completed_online"))
    return {**n, "starting": len(histories), "unusable": unusable, "usable": len(histories) - unusable,
            "contacts": contacts}  # fmt: skip


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
@settings(
    max_examples=6, deadline=None, phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    st.lists(
        st.tuples(st.sampled_from(SERIALS), st.sampled_from([*CALLS, "completed", "online", "letter", "reopened"])),
        min_size=3,
        max_size=9,
    )
)
def test_now_and_at_three_moments_the_table_is_what_the_specification_says(
    new_database: Callable[[], str], study: Study, steps: list[tuple[str, str]]
) -> None:
    path, clock = new_database(), FakeClock()
    store = open_store(path, clock=clock)
    histories: dict[str, list[str]] = {serial: [] for serial in SERIALS}
    seen: list[tuple[datetime, dict[str, int]]] = []
    try:
        install_study(store, study)
        rows = [SampleRow(serial, phones=(f"01632 96000{at}",)) for at, serial in enumerate(SERIALS)]
        load_sample(store, rows, study=study)
        ann = sign_in(store, "Ann")
        for serial, step in steps:
            clock.forward(hours=3)
            happened = happen(store, study, ann, serial, step, clock)
            if happened:
                histories[serial].append(happened)
            seen.append((clock.now, table(histories)))
    finally:
        store.close()
    clock.forward(hours=1)
    now = clock.now.isoformat()
    moments = [("--at", at.isoformat()) for at, _ in seen[:: max(len(seen) // 3, 1)][:3]]
    expected = [n for _, n in seen[:: max(len(seen) // 3, 1)][:3]]
    for options, wanted in [*zip(moments, expected, strict=True), ((), seen[-1][1])]:
        ran = run_cati("report", "outcomes", *options, "--format", "json", "--database", path, "--now", now)
        assert ran.code == 0, ran.err
        found = {row["key"]: row["n"] for row in json.loads(ran.out)["rows"]}
        assert {key: n for key, n in found.items() if n} == {key: n for key, n in wanted.items() if n}


def happen(store: Any, study: Study, ann: Any, serial: str, step: str, clock: Any) -> str:
    """Does a step, if it can be done now; what it adds to the case's history."""
    try:
        if step == "online":
            load_online(store, study, [OnlineRow(2, serial, "complete")])
            return "completed_online"
        if step == "letter":
            record_event(store, study, serial, "office", outcome="opted_out")
            return "opted_out"
        if step == "reopened":
            record_event(store, study, serial, "reopening")
            return step
        coded(store, study, ann, serial, step, clock)
    except InputError:
        return ""  # the case is closed, or cannot be called
    return step
