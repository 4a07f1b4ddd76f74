"""Which interviews an export holds, and what it knows of each: on both databases, through the desk."""

from __future__ import annotations

import csv
import errno
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from benchmarks.interviews import hold_interviews, respondents
from sqlalchemy import update

from cati.desk import (
    Interviewer,
    OnlineAnswers,
    OnlineRow,
    close_call,
    install_study,
    load_online,
    load_sample,
    purge,
    save_answer,
    sign_in,
    sign_in_as,
    start_call,
    take_case,
    withdraw_respondent,
)
from cati.desk.held_interviews import Candidate, held_interviews
from cati.desk.records import Result, SampleRow
from cati.desk.survey_ids import draw_survey_id, survey_ids
from cati.desk.users import appoint_administrator
from cati.errors import InputError, OutsideError
from cati.exchange.export import Wanted, chosen_formats, export, read_reviewed, running, workers
from cati.exchange.export.reviewing import Decision, Reviewed
from cati.exchange.export.running import first_completes
from cati.interview.rehearsing import random_respondent
from cati.storage import Store
from cati.storage.tables import cases
from cati.studies import Study, load_study

BEGUN: dict[str, Any] = {"S1": 1, "S2": 1, "S4": 1}
AGENCY: dict[str, Any] = BEGUN | {"B1": 1, "B2": 6, "B3": [9], "B4nw": 2}


def quiet(what: str, total: int | None) -> Callable[[int], None]:  # noqa: ARG001
    """Tells nobody."""
    return lambda _: None


@pytest.fixture
def ann(shop: Store) -> Interviewer:
    return sign_in(shop, "Ann")


class Out:
    """Exports a database and reads what was written."""

    def __init__(self, store: Store, study: Study, folder: Path) -> None:
        self.store, self.study, self.folder = store, study, folder

    def __call__(self, **wanted: Any) -> list[dict[str, str]]:
        chosen = Wanted(chosen_formats("csv"), **wanted)
        export(self.store, self.study, self.folder, chosen, now=self.store.time(), replace=True, told=quiet)
        return self.read(f"{self.study.questionnaire.id}.csv")

    def read(self, name: str) -> list[dict[str, str]]:
        with (self.folder / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    @property
    def manifest(self) -> Any:
        return json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture
def out(shop: Store, study: Study, tmp_path: Path) -> Out:
    return Out(shop, study, tmp_path / "out")


def whole(study: Study, fixed: Mapping[str, Any] = BEGUN, seed: int = 1) -> dict[str, Any]:
    """The answers of a random respondent to the end."""
    sample = {"la": "Leeds", "link": "individual"}
    return random_respondent(study.program("telephone"), sample, Random(seed), fixed)


def hold(
    store: Store,
    study: Study,
    who: Interviewer,
    serial: str,
    answers: Mapping[str, Any],
    result: str,
    minutes: int = 10,
) -> None:
    """A call to a case in which these answers were given."""
    delivery = take_case(store, study, who, serial)
    call = start_call(
        store, study, delivery.hold, delivery.card.next_number, per_call=study.program("telephone").per_call
    )
    for seq, (item, value) in enumerate(answers.items(), start=call.seq):
        save_answer(store, delivery.hold, call, item, value, seq)
    store.clock.forward(minutes=minutes)  # type: ignore[union-attr]
    close_call(store, study, delivery.hold, call, Result(result))


def test_completes_alone_unless_asked(shop: Store, study: Study, ann: Interviewer, out: Out) -> None:
    hold(shop, study, ann, "C1", whole(study), "completed")
    hold(shop, study, ann, "C2", BEGUN | {"B1": 1, "B2": 1}, "suspended")
    hold(shop, study, ann, "C3", {"S1": 9}, "no_reply")
    assert [row["Status"] for row in out()] == ["1"]
    rows = out(partials=True)
    assert sorted(row["Status"] for row in rows) == ["1", "2"]
    begun = next(row for row in rows if row["Status"] == "2")
    assert (begun["B1"], begun["B3_1"], begun["B5"], begun["Outcome"]) == ("1", "-1", "-7", "suspended")
    assert out.manifest["by_status"] == {"completes": 1, "part_interviews": 1, "screened_out": 0}
    assert out.manifest["left_out"] == {"nothing was asked beyond the screener": 1}


def test_the_program_knows_mode_times_calls_and_who(
    shop: Store, study: Study, ann: Interviewer, out: Out, clock: Any
) -> None:
    answers = whole(study)
    first = dict(list(answers.items())[:6])
    hold(shop, study, ann, "C1", {"S1": 9}, "no_reply", minutes=1)
    clock.forward(days=1)
    hold(shop, study, ann, "C1", first, "suspended", minutes=4)
    clock.forward(days=1)
    hold(shop, study, ann, "C1", BEGUN | dict(list(answers.items())[6:]), "completed", minutes=9)
    (row,) = out()
    assert (row["Mode"], row["ModeFirst"], row["NCalls"], row["NSessions"]) == ("1", "1", "3", "2")
    assert (row["IntStart"], row["IntEnd"]) == ("2019-11-20 10:01:00", "2019-11-21 10:14:00")
    assert (row["IntLenSec"], row["Region"], row["QVersion"]) == (str(13 * 60), "North East", "2019.1")
    assert row["J1"] == str(answers["J1"])


def test_a_later_no_reply_does_not_undo_what_was_said(shop: Store, study: Study, ann: Interviewer, out: Out) -> None:
    hold(shop, study, ann, "C1", BEGUN | {"B1": 1, "B2": 1, "B5": 2}, "suspended")
    hold(shop, study, ann, "C1", {"S1": 9}, "no_reply")
    (row,) = out(partials=True)
    assert (row["S1"], row["B5"], row["NCalls"], row["Outcome"]) == ("1", "2", "1", "no_reply")


def test_begun_online_and_finished_by_telephone_is_one_interview(
    shop: Store, study: Study, ann: Interviewer, out: Out, clock: Any
) -> None:
    online = OnlineAnswers({"B1": 9, "B2": 6, "B3": [1, 4]})
    load_online(shop, study, [OnlineRow(1, "C1", "partial", clock(), answers=online)])
    hold(shop, study, ann, "C1", {"S1": 9}, "no_reply")
    assert out(partials=True) == []  # the online file has it
    rest = whole(study, BEGUN | {"B1": 9, "B2": 6, "B3": [1, 4]})
    said = {item: value for item, value in rest.items() if item not in ("B1", "B2", "B3")}
    hold(shop, study, ann, "C1", said, "completed")
    (row,) = out()
    assert (row["Mode"], row["ModeFirst"], row["NSessions"], row["NCalls"]) == ("1", "2", "1", "2")
    assert (row["B1"], row["B3_1"], row["B3_4"], row["B3_2"]) == ("9", "1", "1", "0")


def test_who_completed_online_is_in_the_online_file_alone(
    shop: Store, study: Study, ann: Interviewer, out: Out, clock: Any
) -> None:
    hold(shop, study, ann, "C1", BEGUN | {"B1": 1, "B2": 1}, "suspended")
    load_online(shop, study, [OnlineRow(1, "C1", "complete", clock())])
    assert out(partials=True) == []


def test_screened_out_are_those_whom_a_question_found_not_eligible(store: Store, tmp_path: Path) -> None:
    asye = load_study("asye")
    install_study(store, asye)
    people = [SampleRow(serial=f"C{n}", name=f"Person {n}", phones=(f"01632 9600{n:02d}",)) for n in (1, 2)]
    load_sample(store, people, study=asye)
    ann = sign_in(store, "Ann")
    hold(store, asye, ann, "C1", BEGUN | {"B1": 6}, "not_eligible")
    hold(store, asye, ann, "C2", {"S1": 15}, "wrong_number")
    out = Out(store, asye, tmp_path / "out")
    assert out() == []
    (row,) = out(screened_out=True)
    assert (row["Status"], row["B1"], row["Outcome"]) == ("3", "6", "not_eligible")


def test_survey_ids_are_random_and_stay(shop: Store, study: Study, ann: Interviewer, out: Out) -> None:
    hold(shop, study, ann, "C1", whole(study), "completed")
    (first,) = out()
    hold(shop, study, ann, "C2", whole(study, seed=2), "completed")
    rows = out()
    assert first["SurveyID"] in {row["SurveyID"] for row in rows}
    assert len({draw_survey_id() for _ in range(100)}) == 100
    links = {row["Serial"]: row["SurveyID"] for row in out.read("link/link.csv")}
    assert links.keys() == {"C1", "C2"}
    assert links["C1"] == first["SurveyID"]


def test_an_id_that_is_taken_is_drawn_again(shop: Store) -> None:
    drawn: Iterator[str] = iter(["AAAA", "AAAA", "BBBB", "AAAA", "CCCC"])
    assert survey_ids(shop, [1, 2], draw=lambda: next(drawn)) == {1: "AAAA", 2: "BBBB"}
    assert survey_ids(shop, [1, 2, 3], draw=lambda: next(drawn)) == {1: "AAAA", 2: "BBBB", 3: "CCCC"}


def test_a_soft_launch_takes_the_first_tenth_by_completion() -> None:
    def candidate(n: int, hour: int | None) -> Candidate:
        return Candidate(n, n, "completed", None if hour is None else datetime(2019, 11, 19, hour, tzinfo=UTC))

    many = [candidate(n, 23 - n) for n in range(1, 21)]
    assert [each.interview_id for each in first_completes(many)] == [19, 20]
    assert [each.interview_id for each in first_completes([candidate(1, None), candidate(2, 9)])] == [2]
    assert first_completes([]) == []


def test_who_withdrew_is_in_no_export(shop: Store, study: Study, ann: Interviewer, out: Out) -> None:
    appoint_administrator(shop)
    from cati.desk import sign_in_as

    hold(shop, study, ann, "C1", whole(study), "completed")
    withdraw_respondent(shop, study, "C1", sign_in_as(shop, None), reason="by e-mail")
    assert out(partials=True) == []
    assert list(out.manifest["left_out"].values()) == [1]


def test_who_must_not_be_contacted_is_in_no_contact_file(shop: Store, study: Study, ann: Interviewer, out: Out) -> None:
    for serial in ("C1", "C2"):
        hold(shop, study, ann, serial, whole(study, BEGUN | {"K1": 1}), "completed")
    with shop.write() as connection:
        connection.execute(update(cases).where(cases.c.serial == "C1").values(barred="On the opt-out list"))
    assert len(out()) == 2
    assert [row["SampleName"] for row in out.read("contact/contact.csv")] == ["Person 2"]


def test_contact_details_erased_since_are_missed_by_nobody(
    shop: Store, study: Study, ann: Interviewer, out: Out
) -> None:
    answers = whole(study, BEGUN | {"K1": 1})
    hold(shop, study, ann, "C1", {item: value for item, value in answers.items() if item != "K4"}, "completed")
    (row,) = out()
    assert (row["K1"], row["Recontact"]) == ("1", "1")
    assert out.read("report.csv") == []


# words under review


def test_words_that_may_say_who_somebody_is_are_held_back_until_reviewed(
    shop: Store, study: Study, ann: Interviewer, out: Out
) -> None:
    words = {
        "C1": "mail me at ann.other@example.org",
        "C2": "ring +44 (0)113 496 0000 after six",
        "C3": "=cmd|'/c calc' says Person to all",
        "C4": "the pay, and the hours",
    }
    for serial, text in words.items():
        hold(shop, study, ann, serial, whole(study, AGENCY) | {"B3_9_text": text}, "completed")
    rows = out()
    by_serial = {row["Serial"]: row["SurveyID"] for row in out.read("link/link.csv")}
    texts = {row["SurveyID"]: row["B3_9_text"] for row in rows}
    assert [texts[by_serial[serial]] for serial in words] == ["-6", "-6", "-6", words["C4"]]
    flagged = out.read("review/write_ins.csv")
    assert {row["Why"] for row in flagged} == {"e-mail address", "telephone number", "name"}
    assert out.manifest["write_ins_held_back"] == 3

    decided = {by_serial["C1"]: ("replace", "mail\nme\t"), by_serial["C2"]: ("hold", ""), by_serial["C3"]: ("keep", "")}
    review = out.folder.parent / "review.csv"
    with review.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, flagged[0].keys())
        writer.writeheader()
        for row in flagged:
            row["Decision"], row["Replacement"] = decided[row["SurveyID"]]
            writer.writerow(row)
    decided_there = out.folder / "review/write_ins.csv"
    decided_there.write_bytes(review.read_bytes())
    with pytest.raises(InputError, match="holds 3 decisions that would be lost"):
        out()
    assert decided_there.read_bytes() == review.read_bytes()
    rows = out(reviewed=read_reviewed(review))
    texts = {row["SurveyID"]: row["B3_9_text"] for row in rows}
    assert [texts[by_serial[serial]] for serial in words] == ["mail me", "-6", f"'{words['C3']}", words["C4"]]
    assert out.manifest["write_ins_held_back"] == 1
    assert [row["Decision"] for row in out.read("review/write_ins.csv")].count("keep") == 1


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("X,B1d_18_text,name,Ann,perhaps,", "row 2, Decision: 'perhaps'; write keep, replace or hold"),
        ("X,B1d_18_text,name,Ann,replace,", "row 2, Replacement: empty"),
        ("X,V,n,A,keep,\nX,V,n,A,hold,", "row 3: X v stands there twice"),
    ],
)
def test_a_review_that_was_filled_in_wrongly_is_told(tmp_path: Path, row: str, said: str) -> None:
    file = tmp_path / "review.csv"
    file.write_text(f"SurveyID,Variable,Why,Text,Decision,Replacement\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError) as told:
        read_reviewed(file)
    assert said.casefold() in str(told.value).casefold()


def test_after_a_purge_words_that_nobody_reviewed_are_held_back(
    shop: Store, study: Study, ann: Interviewer, out: Out
) -> None:
    words = {"C1": "ask Person", "C2": "the hours"}
    for serial, text in words.items():
        hold(shop, study, ann, serial, whole(study, AGENCY) | {"B3_9_text": text}, "completed")
    assert {row["B3_9_text"] for row in out()} == {"-6", "the hours"}
    shop.clock.forward(days=1)  # type: ignore[union-attr]
    appoint_administrator(shop)
    purge(shop, study, 0, sign_in_as(shop, None))
    assert {row["B3_9_text"] for row in out()} == {"-6"}
    flagged = [row for row in out.read("review/write_ins.csv") if row["Variable"] == "B3_9_text"]
    assert {row["Why"] for row in flagged} == {"name erased: cannot be checked for it any more"}
    kept = {(row["SurveyID"], "b3_9_text"): Decision(row["Text"], "keep", "") for row in flagged}
    assert {row["B3_9_text"] for row in out(reviewed=Reviewed(kept))} == set(words.values())


def test_a_replacement_is_one_line_and_no_reserve_code(shop: Store, study: Study, ann: Interviewer, out: Out) -> None:
    hold(shop, study, ann, "C1", whole(study, AGENCY) | {"B3_9_text": "mail me at ann.other@example.org"}, "completed")
    out()
    (flagged,) = out.read("review/write_ins.csv")
    review = out.folder.parent / "review.csv"
    with review.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, flagged.keys())
        writer.writeheader()
        writer.writerow(flagged | {"Decision": "replace", "Replacement": "-8"})
    (row,) = out(reviewed=read_reviewed(review))
    assert row["B3_9_text"] == "'-8."  # with the mark that keeps a spreadsheet from computing it


def test_what_the_sample_says_of_a_region_breaks_no_line_and_no_workbook(
    shop: Store, study: Study, ann: Interviewer, out: Out
) -> None:
    hold(shop, study, ann, "C1", whole(study), "completed")
    with shop.write() as connection:
        connection.execute(cases.update().values(region="North\nEast\x01"))
    (row,) = out()
    assert row["Region"] == "North East"
    assert any(each["Variable"] == "Region" for each in out.read("report.csv"))
    wanted = Wanted(chosen_formats("xlsx,triple-s"))
    export(shop, study, out.folder, wanted, now=shop.time(), replace=True, told=quiet)
    assert (out.folder / "wave2_triple_s.asc").read_bytes().count(b"\n") == 1


# several versions of the questionnaire


def test_interviews_of_two_versions_stand_in_one_table_and_the_difference_is_told(
    shop: Store, study: Study, ann: Interviewer, out: Out
) -> None:
    hold(shop, study, ann, "C1", whole(study), "completed")
    name = study.files["questionnaire"]
    text = study.texts[name].replace('version: "2019.1"', 'version: "2019.2"')
    gone = text.index("      - id: J4\n"), text.index("  - id: K\n    title: Recontact")
    newer = replace(study, texts=study.texts | {name: text[: gone[0]] + text[gone[1] :]})
    install_study(shop, newer)
    hold(shop, newer, ann, "C2", whole(newer), "completed")
    out.study = newer
    rows = {row["QVersion"]: row for row in out()}
    assert rows.keys() == {"2019.1", "2019.2"}
    assert rows["2019.1"]["J4"] in "123"
    assert rows["2019.2"]["J4"] == "-5"
    assert any(row["Variable"] == "J4" and "only in version 2019.1" in row["What"] for row in out.read("report.csv"))
    assert [row["QVersion"] for row in out(version="2019.2")] == ["2019.2"]
    with pytest.raises(InputError, match=r"No interview of this export was held under version 2020\.1"):
        out(version="2020.1")


# whole or not at all


@pytest.fixture
def held(sqlite_database: str, study: Study, clock: Any) -> Iterator[Store]:
    """A SQLite database with four completes."""
    from cati.storage import open_store

    store = open_store(sqlite_database, clock=clock)
    hold_interviews(store, study, respondents(study, 4, seed=2))
    yield store
    store.close()


def test_a_folder_that_is_not_empty_is_left_alone(held: Store, study: Study, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.txt").write_text("irreplaceable")
    for replacing in (False, True):
        with pytest.raises(InputError, match="not empty" if not replacing else "no earlier export"):
            export(held, study, folder, Wanted(chosen_formats("csv")), now=held.time(), replace=replacing, told=quiet)
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_full_disk_leaves_the_earlier_export_as_it_was(
    held: Store, study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    wanted = Wanted(chosen_formats("csv"))
    export(held, study, folder, wanted, now=held.time(), told=quiet)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutsideError, match=r"No space left on device.*earlier export is as it was"):
        export(held, study, folder, wanted, now=held.time(), replace=True, told=quiet)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(("form", "writer"), [("sav", "write_sav"), ("dta", "write_dta")])
def test_a_file_that_its_library_cut_short_without_a_word_is_no_export(
    held: Store, study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, writer: str
) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    write = getattr(pyreadstat, writer)

    def cut_short(frame: Any, path: str, **named: Any) -> None:
        write(frame, path, **named)
        os.truncate(path, os.path.getsize(path) - 100)

    monkeypatch.setattr(pyreadstat, writer, cut_short)
    with pytest.raises(OutsideError, match=r"could not be written whole\. Is the disk full"):
        export(held, study, tmp_path / "out", Wanted(chosen_formats(form)), now=held.time(), told=quiet)
    assert not (tmp_path / "out").exists()


def test_a_new_export_takes_the_place_of_the_earlier_one_whole(held: Store, study: Study, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    export(held, study, folder, Wanted(chosen_formats("csv,triple-s")), now=held.time(), told=quiet)
    export(held, study, folder, Wanted(chosen_formats("csv")), now=held.time(), replace=True, told=quiet)
    assert not (folder / "wave2_triple_s.xml").exists()
    assert (folder / "wave2.csv").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_several_processes_write_what_one_writes(
    held: Store, study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    for count in (1, 2):
        monkeypatch.setattr(running, "processes", lambda _, count=count: count)
        monkeypatch.setattr(workers, "PIECE", 2)
        wanted = Wanted(chosen_formats("csv"))
        export(held, study, tmp_path / "out", wanted, now=held.time(), replace=True, told=quiet)
        files = sorted(path for path in (tmp_path / "out").rglob("*") if path.is_file())
        written.append([path.read_bytes() for path in files if path.name != "manifest.json"])
    assert written[0] == written[1]
    assert len(written[0]) == 7


def test_interviews_that_lie_between_those_asked_for_stay_out(shop: Store, study: Study, ann: Interviewer) -> None:
    """Ids close to one another are read as a range, which has others in it."""
    for seed, serial in enumerate(("C1", "C2", "C3"), start=1):
        hold(shop, study, ann, serial, whole(study, seed=seed), "completed")
    one, two, three = list(held_interviews(shop, [1, 2, 3]))
    assert list(held_interviews(shop, [3, 1])) == [one, three]
    assert list(held_interviews(shop, [2])) == [two]
    assert len({each.serial for each in (one, two, three)}) == 3
    assert all(each.calls and each.answers and each.numbers for each in (one, two, three))


def test_a_process_for_few_interviews_is_enough() -> None:
    assert workers.processes(workers.WORTH_IT - 1) == 1
    assert 1 <= workers.processes(1_000_000) <= 8
