"""The promises, with real processes that are killed, stopped and starved of disk."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from cati.desk import (
    SampleRow,
    case_card,
    install_study,
    load_sample,
    next_case,
    resume_held,
    save_answer,
    sign_in,
    start_call,
)
from cati.errors import OutsideError
from cati.storage import Store, backup, open_store, tables, verify
from cati.studies import Study
from cati.studies.study import demonstration

# A station: takes cases, answers, says on its output what was acknowledged, and codes every call.
STATION = """
import json, sys, time
from cati.desk import *
from cati.storage import open_store
database, name, cases, answers = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
pause = float(sys.argv[5])
store = open_store(database)
study = open_study(store)
study.scheme, study.rules
who = sign_in(store, name)
print(json.dumps("ready"), flush=True)
sys.stdin.readline()
for _ in range(cases):
    delivery = next_case(store, study, who)
    if delivery is None:
        break
    call = start_call(store, study, delivery.hold, delivery.card.next_number)
    print(json.dumps(["case", delivery.card.serial, delivery.hold.fence, call.interview_id]), flush=True)
    for n in range(answers):
        save_answer(store, delivery.hold, call, f"Q{n}", n, call.seq + n)
        print(json.dumps(["saved", call.interview_id, call.seq + n, n]), flush=True)
        time.sleep(pause)
    close_call(store, study, delivery.hold, call, Result("completed"))
    print(json.dumps(["closed", delivery.card.serial]), flush=True)
"""


AROUND_TODAY = date.today() - timedelta(days=2), date.today() + timedelta(days=30)


@pytest.fixture(scope="module")
def study(study: Study) -> Study:
    """The study under calling hours that are always open: these tests go by the real clock."""
    return demonstration(study)


@contextmanager
def station(database: str, name: str, cases: int, answers: int, pause: float = 0) -> Iterator[subprocess.Popen[str]]:
    """A station's process, waiting for a line before it begins."""
    process = subprocess.Popen(
        [sys.executable, "-c", STATION, database, name, str(cases), str(answers), str(pause)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == "ready"
        yield process
    finally:
        process.kill()
        process.communicate()


def begin(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def said(process: subprocess.Popen[str]) -> list[Any]:
    """All that a station said till its end; a last line cut short by the kill is not a word."""
    assert process.stdout is not None
    lines = process.stdout.read().splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]


@pytest.fixture
def big(database: str, study: Study) -> Iterator[Store]:
    """Sixty cases under the real clock."""
    store = open_store(database)
    install_study(store, study, fieldwork=AROUND_TODAY)
    load_sample(store, [SampleRow(f"{n:03}", phones=(f"{n}",)) for n in range(60)], study=study)
    yield store
    store.close()


@pytest.fixture
def store_of_one(database: str, study: Study) -> Iterator[Store]:
    """One case under the real clock."""
    store = open_store(database)
    install_study(store, study, fieldwork=AROUND_TODAY)
    load_sample(store, [SampleRow("A", phones=("1",))], study=study)
    yield store
    store.close()


def test_every_acknowledged_answer_survives_a_kill(big: Store, study: Study, database: str) -> None:
    acknowledged: list[Any] = []
    for seed in range(4):
        with station(database, f"Station {seed}", 1, 5000) as process:
            begin(process)
            assert process.stdout is not None
            first = json.loads(process.stdout.readline())
            time.sleep(random.Random(seed).uniform(0.02, 0.2))
            os.kill(process.pid, signal.SIGKILL)
            acknowledged += said(process)
        after = resume_held(big, study, sign_in(big, f"station {seed}"))
        assert after is not None
        assert after.card.serial == first[1]
        assert after.card.calls[-1].label == "interrupted"
    with big.read() as connection:
        kept = {(row.interview_id, row.seq): row.value for row in connection.execute(select(tables.answer))}
    assert len(acknowledged) > 4
    for _, interview_id, seq, value in acknowledged:
        assert kept[interview_id, seq] == str(value)
    assert verify(big) == []


def test_an_interview_goes_on_where_the_killed_console_left_it(big: Store, study: Study, database: str) -> None:
    with station(database, "Ann", 1, 40) as process:
        begin(process)
        assert process.stdout is not None
        for _ in range(11):
            last = json.loads(process.stdout.readline())
        os.kill(process.pid, signal.SIGKILL)
    delivery = resume_held(big, study, sign_in(big, "Ann"))
    assert delivery is not None
    call = start_call(big, study, delivery.hold, delivery.card.next_number)
    assert call.interview_id == last[1]
    assert {item: call.answers[item] for item in (f"Q{n}" for n in range(10))} == {f"Q{n}": n for n in range(10)}
    assert call.seq > last[2]


def test_two_stations_never_get_the_same_case(big: Store, database: str) -> None:
    with station(database, "Ann", 100, 2) as ann, station(database, "Bob", 100, 2) as bob:
        begin(ann)
        begin(bob)
        words = said(ann) + said(bob)
    taken = [word[1] for word in words if word[0] == "case"]
    assert len(taken) == len(set(taken)) == 60
    assert verify(big) == []
    with big.read() as connection:
        assert {row.attempts for row in connection.execute(select(tables.cases))} == {1}


def test_a_hung_station_loses_its_case_and_its_late_answer_is_kept(
    store_of_one: Store, study: Study, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cati.storage.turn.PATIENCE", 0.1)
    with station(database, "Ann", 1, 100_000, pause=0.02) as process:
        begin(process)
        assert process.stdout is not None
        taken = json.loads(process.stdout.readline())
        process.stdout.readline()
        os.kill(process.pid, signal.SIGSTOP)
        # her lease runs out, without waiting for it
        with store_of_one.read() as connection:
            later = store_of_one.now(connection) + timedelta(days=1)
        tomorrow = open_store(database, clock=lambda: later)
        delivery = _eventually(lambda: next_case(tomorrow, study, sign_in(tomorrow, "Bob")), process)
        assert delivery.card.serial == taken[1]
        assert delivery.hold.fence == taken[2] + 1
        os.kill(process.pid, signal.SIGCONT)
        assert process.wait(30) != 0
        tomorrow.close()
    with store_of_one.read() as connection:
        late = connection.execute(select(tables.late_answer)).one()
        seqs = sorted(row.seq for row in connection.execute(select(tables.answer)))
    assert late.seq == seqs[-1] + 1
    assert all(after - before == 1 for before, after in pairwise(seqs))


def _eventually(action: Callable[[], Any], stopped: subprocess.Popen[str]) -> Any:
    """The station may have been stopped in the middle of a transaction: it is let go on until it is not."""
    for _ in range(100):
        try:
            found = action()
        except OutsideError:
            found = None
        if found is not None:
            return found
        os.kill(stopped.pid, signal.SIGCONT)
        time.sleep(0.005)
        os.kill(stopped.pid, signal.SIGSTOP)
    raise AssertionError("the hung station never let go")


def test_a_backup_is_whole_while_another_process_writes(sqlite_database: str, study: Study, tmp_path: Path) -> None:
    store = open_store(sqlite_database)
    install_study(store, study, fieldwork=AROUND_TODAY)
    load_sample(store, [SampleRow(f"{n:03}", phones=(f"{n}",)) for n in range(60)], study=study)
    copies = []
    with station(sqlite_database, "Ann", 1000, 50) as process:
        begin(process)
        for n in range(5):
            copies.append(tmp_path / f"copy{n}.db")
            backup(store, copies[-1])
            time.sleep(0.05)
    store.close()
    counts = []
    for copy in copies:
        opened = open_store(str(copy))
        assert verify(opened) == []
        with opened.read() as connection:
            counts.append(len(connection.execute(select(tables.answer.c.seq)).all()))
        opened.close()
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]
    assert not list(tmp_path.glob("*.part"))


FULL_DISK = """
import resource, signal, sys
from cati.desk import *
from cati.errors import OutsideError
from cati.storage import open_store, verify
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
database = sys.argv[1]
store = open_store(database)
study = open_study(store)
who = sign_in(store, "Ann")
delivery = next_case(store, study, who)
call = start_call(store, study, delivery.hold, delivery.card.next_number)
unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
sizes = [path.stat().st_size for path in Path(database).parent.glob(Path(database).name + "*")]
resource.setrlimit(resource.RLIMIT_FSIZE, (max(sizes) + 200_000, unlimited[1]))
saved, message = 0, ""
for n in range(2000):
    try:
        save_answer(store, delivery.hold, call, f"Q{n}", "x" * 500, call.seq + n)
        saved = n + 1
    except OutsideError as error:
        message = str(error)
        break
print(saved)
print(message)
resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
save_answer(store, delivery.hold, call, f"Q{saved}", "x" * 500, call.seq + saved)
print(len(start_call(store, study, delivery.hold, delivery.card.next_number).answers), verify(store))
"""


def test_a_full_disk_loses_nothing_and_the_retry_works(sqlite_database: str, study: Study) -> None:
    store = open_store(sqlite_database)
    install_study(store, study, fieldwork=AROUND_TODAY)
    load_sample(store, [SampleRow("A", phones=("1",))], study=study)
    store.close()
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, sqlite_database], capture_output=True, text=True, check=True
    )
    saved, message, after = done.stdout.splitlines()
    assert int(saved) > 10
    assert "Nothing of this step was saved" in message
    assert after == f"{int(saved) + 1} []"


READ_ONLY = """
import os, sys
from cati.desk import sign_in
from cati.errors import OutsideError
from cati.storage import open_store
if os.geteuid() == 0:
    os.setgid(65534), os.setuid(65534)
try:
    sign_in(open_store(sys.argv[1]), "Ann")
except OutsideError as error:
    print(error)
"""


def test_a_database_that_may_not_be_written_says_so(sqlite_database: str) -> None:
    folder = Path(tempfile.mkdtemp(prefix="cati-read-only-"))
    path = Path(shutil.copy(sqlite_database, folder))
    path.chmod(0o444)
    folder.chmod(0o555)
    try:
        command = [sys.executable, "-c", READ_ONLY, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)
    assert str(folder) in done.stdout
    assert "read-only" in done.stdout or "able to write" in done.stdout


def test_an_answer_costs_one_transaction(big: Store, study: Study) -> None:
    delivery = next_case(big, study, sign_in(big, "Ann"))
    assert delivery is not None
    call = start_call(big, study, delivery.hold, delivery.card.next_number)
    save_answer(big, delivery.hold, call, "Q1", 1, 1)
    statements: list[str] = []
    commits: list[object] = []
    event.listen(big.engine, "before_cursor_execute", lambda *args: statements.append(args[2].split()[0]))
    event.listen(big.engine, "commit", commits.append)
    save_answer(big, delivery.hold, call, "Q2", 2, 2)
    # the lease; the number's row of contact details, if there is one; the answer
    assert statements == (["UPDATE", "DELETE", "INSERT"] if big.is_sqlite else ["UPDATE", "WITH"])
    assert len(commits) == 1
    assert case_card(big, study, delivery.card.serial).answered == 2
