"""The files of an export, read by programs that share no code with the writers: they all say the same."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from benchmarks.interviews import CONTINUE, hold_interviews, respondents

from cati.exchange.codebook import Codebook, codebook_of
from cati.exchange.codebook.wording import shortened
from cati.exchange.export import FORMATS, Wanted, chosen_formats, export
from cati.storage import open_store
from cati.studies import Study

from .readers import frequencies, pspp, triple_s

MANY = 60
FORMULA = "=HYPERLINK(A1) and so on"
WELSH = "Ŵyr na'r tŷ, łódź, 😀 “quoted”, semi;colon"
LONG = "word " * 120
AGENCY: dict[str, Any] = {**CONTINUE, "B1": 1, "B2": 6, "B3": [9]}


def quiet(what: str, total: int | None) -> Callable[[int], None]:  # noqa: ARG001
    """Tells nobody."""
    return lambda _: None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, study: Study, _sqlite_template: Path) -> Path:
    """An export in every format: random interviews, and three with words that do harm."""
    place = tmp_path_factory.mktemp("exported")
    store = open_store(str(shutil.copy(_sqlite_template, place / "cati.db")))
    answers = respondents(study, MANY - 3, seed=3)
    for words in (FORMULA, WELSH, LONG):
        answers += respondents(study, 1, seed=4, fixed=AGENCY)
        answers[-1]["B3_9_text"] = words
    hold_interviews(store, study, answers, names=["Zebedee Quartermaine"] * MANY)
    wanted = Wanted(chosen_formats(",".join(FORMATS)))
    export(store, study, place / "out", wanted, now=store.time(), told=quiet)
    store.close()
    return place / "out"


@pytest.fixture(scope="module")
def book(study: Study) -> Codebook:
    return codebook_of(study)


@pytest.fixture(scope="module")
def rows(folder: Path) -> list[dict[str, str]]:
    """The CSV, by the standard library."""
    with (folder / "wave2.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_csv_is_codes_in_utf_8_without_a_mark(folder: Path, rows: list[dict[str, str]], book: Codebook) -> None:
    data = (folder / "wave2.csv").read_bytes()
    assert data.startswith(b'"SurveyID","Mode"')
    assert data.count(b"\r\n") == data.count(b"\n") == MANY + 1
    assert list(rows[0]) == list(book.at)
    assert len({row["SurveyID"] for row in rows}) == MANY
    assert [row["SurveyID"] for row in rows] == sorted(row["SurveyID"] for row in rows)
    for row in rows:
        for variable in book.variables:
            if variable.kind in ("coded", "flag"):
                assert int(row[variable.name]) in variable.labels, variable.name


def test_words_are_whole_and_no_formula_fires(folder: Path, rows: list[dict[str, str]]) -> None:
    words = {row["B3_9_text"] for row in rows}
    assert {f"'{FORMULA}", WELSH, LONG.strip()} <= words
    for row in rows:
        assert not any(cell[:1] in "=+@" for cell in row.values() if cell)
    report = (folder / "report.csv").read_text(encoding="utf-8")
    assert "begins like a formula" in report


def test_duckdb_reads_parquet_and_csv_alike(folder: Path, rows: list[dict[str, str]], book: Codebook) -> None:
    duckdb = pytest.importorskip("duckdb")
    parquet = duckdb.sql(f"SELECT * FROM '{folder}/wave2.parquet' ORDER BY SurveyID")
    assert parquet.columns == list(book.at)
    found = parquet.fetchall()
    assert len(found) == MANY
    for row, values in zip(rows, found, strict=True):
        for variable, value in zip(book.variables, values, strict=True):
            expected = row[variable.name]
            if variable.is_numeric:
                assert str(value) == expected
            elif variable.kind == "text":
                assert value in (expected, expected.removeprefix("'")), variable.name
    read = duckdb.sql(f"SELECT B1, count(*) FROM read_csv('{folder}/wave2.csv') GROUP BY B1").fetchall()
    assert dict(read) == Counter(int(row["B1"]) for row in rows)
    inside = duckdb.sql(f"SELECT value FROM parquet_kv_metadata('{folder}/wave2.parquet') WHERE key='cati.codebook'")
    assert [each["name"] for each in json.loads(inside.fetchall()[0][0])["variables"]] == list(book.at)


def test_pspp_counts_what_the_csv_counts(folder: Path, rows: list[dict[str, str]], book: Codebook) -> None:
    for name in ("B1", "B3_9", "B3a_main", "H1_3", "B4a_region"):
        found = frequencies(folder / "wave2.sav", name)
        expected = Counter(row[name] for row in rows)
        missing = {str(code.value) for code in book.by_name[name].reserve}
        assert found == {value: (count, value in missing) for value, count in expected.items()}, name


def test_pspp_reads_the_sets_the_labels_and_the_missing_range(folder: Path, book: Codebook) -> None:
    sets = pspp(folder / "wave2.sav", "MRSETS /DISPLAY NAME=ALL.")
    shown = {row[0]: row[4].split("\n") for row in sets if len(row) == 5 and row[0].startswith("$")}
    assert shown == {f"${each.name}": list(each.variables) for each in book.sets}
    text = "\n".join(",".join(row) for row in pspp(folder / "wave2.sav", "DISPLAY DICTIONARY /VARIABLES=B1 B15."))
    assert "B1. Are you currently working in a Local authority/ Trust" in text
    assert "Not applicable - I do not do any direct work with children and families" in text
    assert "-9 THRU -1" in text


def test_widths_of_words_do_not_hang_on_the_data(folder: Path, book: Codebook) -> None:
    shown = pspp(folder / "wave2.sav", "DISPLAY DICTIONARY.")
    widths = {row[0]: row[7] for row in shown if len(row) == 10}
    for variable in book.variables:
        if variable.kind == "text":
            expected = 1024 if variable.name == "B3_9_text" else variable.width
            assert widths[variable.name] == f"A{expected}", variable.name
    report = (folder / "report.csv").read_text(encoding="utf-8")
    assert "holds a text of 599 bytes: 1,024 wide, not 255" in report


def test_polars_readstat_reads_the_same(folder: Path, rows: list[dict[str, str]], book: Codebook) -> None:
    readstat = pytest.importorskip("polars_readstat")
    frame = readstat.scan_readstat(str(folder / "wave2.sav"), preserve_order=True).collect()
    assert frame.height == MANY
    assert frame.columns == list(book.at)
    for name in ("B1", "B15", "E7_1_number", "IntvID"):
        answers = [None if int(row[name]) < 0 else int(row[name]) for row in rows]
        assert frame[name].to_list() == answers, name  # it takes the user-missing range for nothing at all
    described = readstat.ScanReadstat(str(folder / "wave2.sav")).metadata["variables"]
    assert [each["label"] for each in described] == [
        shortened(variable.label, 255, in_bytes=True) for variable in book.variables
    ]
    for each, variable in zip(described, book.variables, strict=True):
        if variable.is_numeric:
            assert (each["missing_range"], each["missing_doubles"]) == (True, [-9.0, -1.0])
            labels = {int(value): label for value, label in each.get("value_labels", {}).items()}
            assert labels == {value: shortened(label, 120, in_bytes=True) for value, label in variable.labels.items()}
    assert [value or "" for value in frame["F1a"].to_list()] == [row["F1a"] for row in rows]
    begun = [str(value)[:19].replace("T", " ") for value in frame["IntStart"].to_list()]
    assert begun == [row["IntStart"] for row in rows]
    stata = readstat.scan_readstat(str(folder / "wave2.dta"), preserve_order=True).collect()
    assert stata.columns == list(book.at)
    assert [int(value) for value in stata["H1_3"].to_list()] == [int(row["H1_3"]) for row in rows]
    assert sorted(stata["B3_9_text"].to_list())[-1] == WELSH


def test_times_are_those_on_the_wall_of_the_study(rows: list[dict[str, str]]) -> None:
    first = min(row["IntStart"] for row in rows)
    assert first == "2019-11-19 10:00:00"
    assert {row["IntLenSec"] for row in rows} == {"840"}


def test_openpyxl_finds_no_formula_in_the_workbook(folder: Path, rows: list[dict[str, str]], book: Codebook) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    workbook = openpyxl.load_workbook(folder / "wave2.xlsx")
    assert workbook.sheetnames == ["Data", "Labels", "Codebook"]
    data = list(workbook["Data"].iter_rows())
    assert [cell.value for cell in data[0]] == list(book.at)
    assert len(data) == MANY + 1
    assert not any(cell.data_type == "f" for sheet in workbook for row in sheet.iter_rows() for cell in row)
    words = {row[book.at["B3_9_text"]].value for row in data}
    assert {FORMULA, WELSH, LONG.strip()} <= words
    labels = list(workbook["Labels"].iter_rows(values_only=True))
    b1 = book.at["B1"]
    assert labels[1][b1] == book.by_name["B1"].labels[int(rows[0]["B1"])]


def test_triple_s_has_the_safe_profile(folder: Path, rows: list[dict[str, str]], book: Codebook) -> None:
    text = (folder / "wave2_triple_s.xml").read_text(encoding="ascii")
    assert '<sss version="2.0">' in text
    for trap in ("<!DOCTYPE", "<filter", "score=", "<spread", 'code="-'):
        assert trap not in text
    assert text.count("finish=") == text.count("<position")
    found = triple_s(folder / "wave2_triple_s.xml", folder / "wave2_triple_s.asc")
    assert len(found.rows) == MANY
    ends = [0, *(finish for _, finish in found.positions)]
    assert [start for start, _ in found.positions] == [end + 1 for end in ends[:-1]]
    singles = [name for name, kind in found.types.items() if kind == "single"]
    not_asked = {code.value for code in book.by_name["B1"].codes if code.value < 0 and code.key is None}
    for row, given in zip(rows, found.rows, strict=True):
        assert given["SurveyID"] == row["SurveyID"]
        for name in singles:  # as R's sss does: the text of the data is looked for among the texts of the codes
            value = int(row[name])
            assert found.codes[name].get(given[name]) == (book.by_name[name].labels[value] if given[name] else None)
            assert (given[name] == "") == (value in not_asked)
        hours = int(row["B15"])
        if hours >= 0:
            assert given["B15"] == row["B15"]
        elif hours not in not_asked:
            assert found.codes["B15"][given["B15"]] == book.by_name["B15"].labels[hours]
        assert given["F1a"] == (
            "" if row["F1a"] in {str(code.value) for code in book.by_name["F1a"].codes} else row["F1a"]
        )
        flags = [row[f"B3_{code}"] for code in range(1, 11)]
        assert given["B3"] == ("" if "-1" in flags else "".join(flags))
    assert found.types["B3"] == "multiple"
    assert found.codes["B3"]["1"] == "The pay is better"
    assert "Don't know / prefer not to say" in found.codes["B15"].values()
    assert min(int(code) for code in found.codes["B15"]) > 900
    assert found.codes["H2"]["12"]  # codes 11 and 12 stand in their own columns


def test_words_that_windows_1252_does_not_have_are_told_and_csv_3_has_them(folder: Path) -> None:
    fixed = triple_s(folder / "wave2_triple_s.xml", folder / "wave2_triple_s.asc")
    assert "Wyr na'r ty, lódz, ? “quoted”, semi;colon" in {row["B3_9_text"] for row in fixed.rows}
    assert "Windows-1252 does not have all of its characters" in (folder / "report.csv").read_text(encoding="utf-8")
    with (folder / "wave2_triple_s3.csv").open(encoding="utf-8", newline="") as file:
        words = {row["B3_9_text"] for row in csv.DictReader(file)}
    assert WELSH in words
    description = (folder / "wave2_triple_s3.xml").read_text(encoding="ascii")
    assert '<sss version="3.0">' in description
    assert 'format="csv" skip="1" encoding="UTF-8"' in description


def test_labels_that_a_format_cannot_hold_are_shortened_at_a_word_and_told(folder: Path, book: Codebook) -> None:
    report = (folder / "report.csv").read_text(encoding="utf-8")
    assert "B1,sav,the label of code 5 is shortened to 120 bytes" in report
    assert "B1,dta,its label is shortened to 80 characters; the codebook has it whole" in report
    whole = json.loads((folder / "codebook.json").read_text(encoding="utf-8"))
    labels = {each["name"]: each["label"] for each in whole["variables"]}
    assert labels["B1"] == book.by_name["B1"].label


def test_nobody_is_named_in_the_data(folder: Path) -> None:
    data = [path for path in folder.iterdir() if path.is_file() and path.name != "report.csv"]
    assert len(data) > 10
    for path in data:
        raw = path.read_bytes()
        for secret in (b"Quartermaine", b"example.org", b"W0000", b"01632", b"Ann Interviewer"):
            assert secret not in raw, path.name


def test_who_agreed_is_in_the_contact_file_alone(folder: Path, rows: list[dict[str, str]]) -> None:
    with (folder / "contact/contact.csv").open(encoding="utf-8", newline="") as file:
        contacts = list(csv.DictReader(file))
    with (folder / "link/link.csv").open(encoding="utf-8", newline="") as file:
        links = {row["SurveyID"]: row for row in csv.DictReader(file)}
    agreed = {row["SurveyID"] for row in rows if row["Recontact"] == "1"}
    assert 0 < len(contacts) == len(agreed) < MANY
    assert {survey for survey, row in links.items() if row["ContactID"]} == agreed
    by_contact = {row["ContactID"]: row for row in contacts}
    for row in rows:
        contact = by_contact.get(links[row["SurveyID"]]["ContactID"])
        if contact is not None:
            assert [contact[f"Agreed_{item}"] == "yes" for item in ("K1", "K2", "K3")] == [
                row[item] == "1" for item in ("K1", "K2", "K3")
            ]
            assert contact["SampleName"] == "Zebedee Quartermaine"
    assert not {row["SurveyID"] for row in rows} & set(by_contact)
    for private in ("contact/contact.csv", "link/link.csv", "review/write_ins.csv", "report.csv"):
        assert (folder / private).stat().st_mode & 0o077 == 0


def test_the_manifest_has_the_hash_of_every_file(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {each["path"] for each in manifest["files"]} == files - {"manifest.json", "wave2.sps"}
    for each in manifest["files"]:
        data = (folder / each["path"]).read_bytes()
        assert (each["sha256"], each["bytes"]) == (hashlib.sha256(data).hexdigest(), len(data))
    assert manifest["interviews"] == manifest["by_status"]["completes"] == MANY
    assert [each["version"] for each in manifest["questionnaire_versions"]] == ["2019.1"]
