"""Merging: one interview a person, what differs told, what no one file can hold blocking it, the same bytes again."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from cati.desk import amend_answer, appoint_administrator, install_study, sign_in_as, withdraw_respondent
from cati.errors import InputError
from cati.exchange.export import chosen_formats
from cati.exchange.export.scanning import UNCHECKED
from cati.exchange.merging import Merged, Wanted, merge, write_merged
from cati.exchange.merging.by_mode import look_reversed
from cati.exchange.merging.choosing import Candidate, choose
from cati.exchange.merging.described import Described
from cati.exchange.merging.dictionaries import compare
from cati.exchange.merging.findings import Findings
from cati.exchange.merging.keys import Serials
from cati.storage.scratch import scratch_store
from cati.storage.tables import cases
from cati.studies import Study

from ..conftest import FakeClock
from .merge_tools import Fieldwork, fieldwork


@pytest.fixture
def own(study: Study, tmp_path: Path) -> Iterator[Fieldwork]:
    """A small fieldwork of one test's own, the online responses not loaded."""
    clock = FakeClock()
    with scratch_store(clock) as store:
        install_study(store, study)
        yield fieldwork(store, study, clock, tmp_path / "out", telephone=4, online=6, load=False)


def run(both: Fieldwork, path: Path, **how: Any) -> Merged:
    return merge(both.store, both.study, path, both.export, Wanted(**how), told=lambda *_: lambda _: None)


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


# --- one interview a person


def test_both_files_come_to_one_interview_a_person(both: Fieldwork, tmp_path: Path) -> None:
    found = run(both, both.write(tmp_path / "online.csv"))
    assert found.findings.conflicts == []
    assert found.table is not None
    # 6 by telephone and 12 online, of which one began what the telephone finished, one is of an interview held twice,
    # and one broke off
    assert found.findings.rows == found.table.rows == 15
    assert found.findings.continued == ["P0000"]
    assert [(each.serial, each.kept, each.why) for each in found.findings.duplicates] == [
        ("P0001", "online", "completed earlier")
    ]
    counts = found.findings.counts
    assert (counts["telephone"], counts["online"], counts["left_out"]) == (5, 10, 3)
    for name in ("telephone", "online", "open_link"):
        assert counts[f"completes_{name}"] == counts[f"completes_{name}_in_the_tables"]
    assert found.findings.route_violations == []
    serials = [serial for _, serial in found.links if serial]
    assert len(serials) == len(set(serials))


def test_the_data_names_nobody_and_the_link_does(both: Fieldwork, tmp_path: Path) -> None:
    found = run(both, both.write(tmp_path / "online.csv"))
    write_merged(found, tmp_path / "merged", chosen_formats("csv"), Wanted(), replace=False)
    data = (tmp_path / "merged/wave2.csv").read_text(encoding="utf-8")
    assert not any(one.serial in data for one in both.people if one.serial)
    assert "@" not in data
    links = table(tmp_path / "merged/link/link.csv")
    assert len(links) == found.findings.rows
    losers = table(tmp_path / "merged/dropped/dropped.csv")
    assert {each["Serial"]: each["From"] for each in losers} == {"P0000": "online", "P0001": "telephone"}
    assert (tmp_path / "merged/link/link.csv").stat().st_mode & 0o077 == 0


def test_words_of_an_online_response_whose_case_is_erased_are_held_back(own: Fieldwork, tmp_path: Path) -> None:
    path = own.write(tmp_path / "online.csv")
    before = run(own, path)
    with own.store.write() as connection:
        connection.execute(update(cases).values(name="", email="", erased_at=own.store.now(connection)))
    after = run(own, path)
    assert UNCHECKED not in {each.why for each in before.flagged}
    unchecked = [each for each in after.flagged if each.why == UNCHECKED]
    assert unchecked
    assert after.table is not None
    ids = after.table.column("SurveyID")
    for each in unchecked:
        assert after.table.column(each.variable)[ids.index(each.survey_id)] == "-6"


def test_the_same_inputs_give_the_same_bytes(both: Fieldwork, tmp_path: Path) -> None:
    path = both.write(tmp_path / "online.csv")
    formats = chosen_formats("sav,csv")
    for name in ("first", "second"):
        write_merged(run(both, path), tmp_path / name, formats, Wanted(), replace=False)
    files = sorted(each.relative_to(tmp_path / "first") for each in (tmp_path / "first").rglob("*") if each.is_file())
    assert len(files) >= 9
    for file in files:
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes(), file
    manifest = json.loads((tmp_path / "first/manifest.json").read_text(encoding="utf-8"))
    assert manifest["interviews"] == 15
    assert {each["path"] for each in manifest["files"]} | {"manifest.json"} == {str(name) for name in files}


def test_spss_says_the_same_as_csv(both: Fieldwork, tmp_path: Path) -> None:
    polars, pyreadstat = pytest.importorskip("polars"), pytest.importorskip("pyreadstat")
    rows = both.rows()
    by_name = {variable.name: variable for variable in both.book.variables}
    frame: dict[str, Any] = {}
    for at, name in enumerate(rows[0]):
        cells = [row[at] for row in rows[1:]]
        numeric = name in by_name and by_name[name].is_numeric
        frame[name] = [float(cell) if cell else None for cell in cells] if numeric else cells
    labels = {
        name: {code.value: code.label[:100] for code in by_name[name].codes}
        for name in rows[0]
        if name in by_name and by_name[name].is_numeric
    }
    path = tmp_path / "online.sav"
    pyreadstat.write_sav(polars.DataFrame(frame, strict=False), str(path), variable_value_labels=labels)
    from_spss = run(both, path)
    from_csv = run(both, both.write(tmp_path / "online.csv"))
    assert from_spss.findings.conflicts == []
    assert from_spss.table is not None
    assert from_csv.table is not None
    assert from_spss.table.columns == from_csv.table.columns


# --- what blocks it, and what is told


def kinds(found: Merged) -> set[tuple[str, str]]:
    return {(each.variable, each.kind) for each in found.findings.conflicts}


def told(found: Merged) -> set[tuple[str, str, str]]:
    return {(each.variable, each.kind, each.severity) for each in found.findings.differences}


def _changed(both: Fieldwork, tmp_path: Path, change: Any, book: Any = None) -> Path:
    rows = both.rows()
    change(rows, rows[0].index)
    return both.write(tmp_path / "online.csv", rows, book)


def test_an_impossible_code_blocks_and_can_be_held_back(own: Fieldwork, tmp_path: Path) -> None:
    def wild(rows: Any, at: Any) -> None:
        rows[4][at("B1")] = "77"

    path = _changed(own, tmp_path, wild)
    blocked = run(own, path)
    assert kinds(blocked) == {("B1", "codes")}
    assert blocked.table is None
    held = run(own, path, hold_back=True)
    assert held.table is not None
    assert ("B1", "codes", "serious") in {
        (each.variable, each.kind, each.severity) for each in held.findings.differences
    }
    assert any(each.item == "B1" for each in held.findings.route_violations)


def test_of_a_multi_the_column_is_named_that_is_wrong(own: Fieldwork, tmp_path: Path) -> None:
    def wild(rows: Any, at: Any) -> None:
        row = next(row for row in rows[1:] if row[at("B3_5")] in ("0", "1"))
        row[at("B3_5")] = "7"

    conflicts = run(own, _changed(own, tmp_path, wild)).findings.conflicts
    assert [(each.variable, each.kind, each.online[:8]) for each in conflicts] == [("B3_5", "codes", "7 in row")]


def test_whoever_broke_off_online_and_was_not_known_to_the_telephone_is_a_duplicate(
    own: Fieldwork, tmp_path: Path
) -> None:
    found = run(own, own.write(tmp_path / "online.csv"))  # nothing was loaded: the telephone began at the beginning
    assert found.findings.continued == []
    duplicates = {each.serial: (each.kept, each.why) for each in found.findings.duplicates}
    assert duplicates["P0000"] == ("telephone", "complete over part-interview")


def test_times_that_cannot_be_read_are_told_once_and_so_is_the_wrong_mode(own: Fieldwork, tmp_path: Path) -> None:
    rows = own.rows()
    rows[0].append("mode")
    for row in rows[1:]:
        row[rows[0].index("at")] = "19/11/2019 10:00"
        row.append("online")
    rows[2][-1] = "Telephone"
    found = run(own, own.write(tmp_path / "online.csv", rows))
    said = {(each.variable, each.kind): each.online for each in found.findings.differences}
    assert said["at", "time"].endswith("in row 2 and 5 more")
    assert said["Mode", "mode"] == "telephone in row 3"


def test_a_status_and_a_test_mean_what_their_labels_say(own: Fieldwork, tmp_path: Path) -> None:
    rows = own.rows()
    status = rows[0].index("status")
    numbers = {"complete": "2", "partial": "1", "opted_out": "4", "screened_out": "3"}
    rows[0].append("test")
    for row in rows[1:]:
        row[status] = numbers[row[status]]
        row.append("1")
    book = own.book.to_json()
    codes = [(1, "Partial"), (2, "Complete"), (3, "Screened out"), (4, "Opted out")]
    book["variables"] += [
        {"name": "status", "codes": [{"value": value, "label": label} for value, label in codes]},
        {"name": "test", "codes": [{"value": 1, "label": "No"}, {"value": 2, "label": "Yes"}]},
    ]
    labelled = run(own, own.write(tmp_path / "online.csv", rows, book))
    plain = run(own, own.write(tmp_path / "plain.csv"))
    assert labelled.findings.rows == plain.findings.rows
    assert "a test" not in {each.why for each in labelled.findings.left_out}
    book["variables"][-2]["codes"][1]["label"] = "Ended"
    assert ("status", "status") in kinds(run(own, own.write(tmp_path / "online.csv", rows, book)))


def test_a_test_needs_no_status(own: Fieldwork, tmp_path: Path) -> None:
    rows = own.rows()
    rows[0].append("test")
    for row in rows[1:]:
        row.append("")
    rows[1][rows[0].index("status")], rows[1][-1] = "", "1"
    rows[2][rows[0].index("status")] = "test"
    found = run(own, own.write(tmp_path / "online.csv", rows))
    assert found.findings.conflicts == []
    assert [each.why for each in found.findings.left_out].count("a test") == 2


@pytest.mark.parametrize("column", [True, False])
def test_without_times_nobody_is_said_to_have_been_earlier(own: Fieldwork, tmp_path: Path, column: bool) -> None:
    rows = own.rows()
    at = rows[0].index("at")
    for row in rows[1:] if column else rows:
        row[at] = ""
    if not column:
        rows = [[*row[:at], *row[at + 1 :]] for row in rows]
    found = run(own, own.write(tmp_path / "online.csv", rows))
    assert ("at", "missing", "serious") in told(found)
    assert "completed earlier" not in {each.why for each in found.findings.duplicates}


def test_a_response_of_the_open_link_that_came_twice_is_one(own: Fieldwork, tmp_path: Path) -> None:
    rows = own.rows()
    serial, at = rows[0].index("serial"), rows[0].index("at")
    open_one = next(row for row in rows[1:] if not row[serial])
    later = [*open_one]
    later[at] = later[at][:-2] + "59"
    assert later != open_one
    before = run(own, own.write(tmp_path / "online.csv", rows)).findings
    again = run(own, own.write(tmp_path / "twice.csv", [*rows, open_one])).findings
    assert again.rows == before.rows
    assert ("", "online", "the same row twice") in {(each.serial, each.kept, each.why) for each in again.duplicates}
    other = run(own, own.write(tmp_path / "later.csv", [*rows, later]))
    assert other.findings.rows == before.rows + 1
    assert ("", "possible duplicate", "serious") in told(other)


def test_a_file_cut_off_and_one_in_another_encoding_say_so(own: Fieldwork, tmp_path: Path) -> None:
    path = own.write(tmp_path / "online.csv")
    assert not {"truncated", "encoding"} & {kind for _, kind, _ in told(run(own, path))}
    whole = path.read_bytes()
    path.write_bytes(whole.rstrip())
    assert ("", "truncated", "warning") in told(run(own, path))
    path.write_bytes(whole.decode().encode("utf-16"))
    assert ("", "encoding", "warning") in told(run(own, path))
    path.write_bytes(whole.splitlines(keepends=True)[0])
    assert ("", "rows", "serious") in told(run(own, path))
    rows = own.rows()
    rows[1][rows[0].index("region")] = "Siân".encode().decode("cp1252")
    assert ("region", "encoding", "serious") in told(run(own, own.write(path, rows)))


def test_blanks_around_a_key_are_told(own: Fieldwork, tmp_path: Path) -> None:
    def pad(rows: Any, at: Any) -> None:
        row = next(row for row in rows[1:] if row[at("serial")])
        row[at("serial")] += "\u00a0"

    assert ("serial", "key", "note") in told(run(own, _changed(own, tmp_path, pad)))


def test_a_codebook_is_given_where_none_stands_beside_the_file(own: Fieldwork, tmp_path: Path) -> None:
    path = own.write(tmp_path / "online.csv", None, False)
    short = tmp_path / "labels.json"
    short.write_text('{"variables": [{"name": "G2", "codes": [{"value": 1, "label": "Hardly ever, if at all"}]}]}')
    assert ("G2", "label") in kinds(run(own, path, codebook=short))
    assert kinds(run(own, path)) == set()


def test_a_scale_the_other_way_round_blocks(own: Fieldwork, tmp_path: Path) -> None:
    book = own.book.to_json()
    grid = next(each for each in book["variables"] if each["name"] == "H1_1")
    valid = [code for code in grid["codes"] if not code.get("missing") and not code.get("key")]
    for code, label in zip(valid, [code["label"] for code in reversed(valid)], strict=True):
        code["label"] = label
    found = run(own, own.write(tmp_path / "online.csv", None, book))
    assert ("H1_1", "order reversed") in kinds(found) or ("H1_1", "order") in kinds(found)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (Described("B1", "text"), ("B1", "type")),
        (Described("B1", "numeric", labels={"1": "Yes, in a local authority", "98": "Don't know"}), ("B1", "label")),
        (Described("B11", "numeric", labels={"98": "No answer: broken off before, or not given"}), ("B11", "reserve")),
        (Described("B2", "numeric", labels={"77": "Something quite new"}), ("B2", "codes")),
    ],
)
def test_dictionaries_that_cannot_stand_together(both: Fieldwork, change: Described, expected: tuple[str, str]) -> None:
    findings = Findings()
    compare(both.book, {change.name: change}, findings)
    assert expected in {(each.variable, each.kind) for each in findings.conflicts}


def test_dictionaries_that_can(both: Fieldwork) -> None:
    findings = Findings()
    b1 = both.book.by_name["B1"]
    labels = {str(code.value): f" {code.label.upper()}." for code in b1.codes}
    compare(both.book, {"b1": Described("b1", "numeric", b1.label[:110], labels)}, findings)
    assert (findings.conflicts, findings.differences) == ([], [])
    wide = Described("B2_7_text", "text", both.book.by_name["B2_7_text"].label, width=900)
    compare(both.book, {"B2_7_text": wide}, findings)
    assert [(each.kind, each.severity) for each in findings.differences] == [("width", "note")]


def test_a_file_that_contradicts_what_was_loaded_blocks(both: Fieldwork, tmp_path: Path) -> None:
    def exchange(rows: Any, at: Any) -> None:
        rows[4][at("serial")], rows[5][at("serial")] = rows[5][at("serial")], rows[4][at("serial")]

    assert {kind for _, kind in kinds(run(both, _changed(both, tmp_path, exchange)))} == {"loaded"}


def test_keys_are_found_however_they_are_written(own: Fieldwork, tmp_path: Path) -> None:
    def pad(rows: Any, at: Any) -> None:
        for row in rows[1:]:
            row[at("serial")] = f" {row[at('serial')].lower()}\u00a0" if row[at("serial")] else ""

    found = run(own, _changed(own, tmp_path, pad))
    assert found.findings.conflicts == []
    assert ("serial", "key", "note") in {
        (each.variable, each.kind, each.severity) for each in found.findings.differences
    }


def test_unknown_keys_tests_and_other_versions(own: Fieldwork, tmp_path: Path) -> None:
    rows = own.rows()
    rows[0] += ["test", "version"]
    for row in rows[1:]:
        row += ["", "2019.1"]
    rows[4][rows[0].index("serial")] = "X1"
    rows[5][-2] = "yes"
    rows[6][-1] = "2018.9"
    found = run(own, own.write(tmp_path / "online.csv", rows))
    assert kinds(found) == {("serial", "key"), ("version", "version")}
    assert "a test" in {each.why for each in found.findings.left_out}


def test_answers_that_are_not_as_their_route_has_them_are_told(own: Fieldwork, tmp_path: Path) -> None:
    name = "E10"

    def blank(rows: Any, at: Any) -> None:
        row = next(row for row in rows[1:] if row[at("status")] == "complete" and not row[at(name)].startswith("-"))
        row[at(name)] = ""

    found = run(own, _changed(own, tmp_path, blank))
    assert found.findings.conflicts == []
    assert {(each.item, each.why) for each in found.findings.route_violations} == {
        (name, "on the route, and without an answer")
    }


def test_what_was_not_loaded_does_not_add_up_with_the_tables(own: Fieldwork, tmp_path: Path) -> None:
    found = run(own, own.write(tmp_path / "online.csv", None, False))
    assert {("", "counts", "serious"), ("", "dictionary", "warning")} <= told(found)
    assert found.table is not None


# --- after the export


def test_corrections_and_withdrawals_since_the_export_are_heeded(own: Fieldwork, tmp_path: Path) -> None:
    appoint_administrator(own.store)
    who = sign_in_as(own.store, None)
    withdraw_respondent(own.store, own.study, "P0002", who, reason="rang")
    path = own.write(tmp_path / "online.csv")
    left = run(own, path).findings.left_out
    assert ("P0002", "telephone") in {(each.serial, each.mode) for each in left if "withdrew" in each.why}
    answers = {row.item: json.loads(row.value) for row in _answers(own, "P0003")}
    item = next(name for name in ("G2", "E10", "J1", "K1", "F3", "I5") if name in answers)
    other = next(code for code in (1, 2) if code != answers[item])
    amend_answer(own.store, own.study, "P0003", item, str(other), who, reason="rang")
    since = [each for each in run(own, path).findings.differences if each.kind == "changed since"]
    assert (item, "serious") in {(each.variable, each.severity) for each in since}


def _answers(own: Fieldwork, serial: str) -> list[Any]:
    from sqlalchemy import select

    from cati.storage.tables import answer, cases, interview

    with own.store.read() as connection:
        return list(
            connection.execute(
                select(answer)
                .join(interview, interview.c.id == answer.c.interview_id)
                .join(cases, cases.c.id == interview.c.case_id)
                .where(cases.c.serial == serial)
            )
        )


def test_an_export_that_was_touched_or_is_none_is_refused(own: Fieldwork, tmp_path: Path) -> None:
    path = own.write(tmp_path / "online.csv")
    with pytest.raises(InputError, match="no such"):
        run(own, tmp_path / "nothing.csv")
    data = own.export / "wave2.csv"
    data.write_bytes(data.read_bytes().replace(b"completed", b"completeD", 1))
    with pytest.raises(InputError, match="not as cati export wrote it"):
        run(own, path)
    with pytest.raises(InputError, match="is no export"):
        merge(own.store, own.study, path, tmp_path, Wanted(), told=lambda *_: lambda _: None)


# --- the rules, one by one

_moments = st.none() | st.integers(0, 3).map(lambda n: datetime(2019, 11, 19) + timedelta(hours=n))
_candidates = st.builds(
    Candidate,
    mode=st.sampled_from(["telephone", "online"]),
    status=st.sampled_from([1, 2]),
    at=_moments,
    answers=st.integers(0, 3),
    row=st.integers(0, 9),
    begun_online=st.booleans(),
    what=st.none(),
)


@given(st.lists(_candidates, min_size=1, max_size=5), st.sampled_from(["telephone", "online"]))
def test_whoever_is_kept_is_beaten_by_nobody(found: list[Candidate], preferred: Any) -> None:
    chosen = choose(found, preferred)
    assert len(chosen.losers) + len(chosen.continued) == len(found) - 1
    kept = chosen.kept
    assert kept.status == min(each.status for each in found)
    rivals = [each for each in found if each.status == kept.status]
    if all(each.at for each in rivals):  # else nobody knows which came first
        assert kept.at == min(each.at for each in rivals if each.at)
        rivals = [each for each in rivals if each.at == kept.at]
    assert kept.answers == max(each.answers for each in rivals)
    rivals = [each for each in rivals if each.answers == kept.answers]
    assert kept.mode == preferred or all(each.mode == kept.mode for each in rivals)
    assert choose(list(reversed(found)), preferred).kept.answers == kept.answers


@given(st.sets(st.text("0aB .", min_size=1, max_size=5), min_size=1, max_size=6), st.text(" \t", max_size=2))
def test_a_key_never_means_somebody_else(serials: set[str], blanks: str) -> None:
    known = Serials.of(serials)
    for serial in serials:
        assert known.find(serial) == serial
        found = known.find(blanks + serial + blanks)
        assert found in (serial, None) or (blanks + serial + blanks) in serials


def test_a_scale_that_runs_the_other_way_in_one_mode_is_noticed(both: Fieldwork) -> None:
    from cati.exchange.export.table import Table

    table = Table(both.book)
    rows = []
    for mode, codes in ((1, (1, 1, 1, 2, 3)), (2, (5, 5, 5, 4, 3))):
        for code in codes * 10:
            row = [
                "" if variable.kind == "text" else None if variable.kind == "moment" else -1
                for variable in both.book.variables
            ]
            row[both.book.at["Mode"]], row[both.book.at["G2"]] = mode, code
            rows.append(row)
    table.extend(rows)
    findings = Findings()
    look_reversed(table, findings)
    assert [(each.variable, each.kind) for each in findings.differences] == [("G2", "looks reversed")]
