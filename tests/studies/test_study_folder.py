"""A study folder of one's own: what it needs, and what is said where something of it is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cati.studies
from cati.errors import InputError
from cati.interview.walk import walk
from cati.questionnaire.problems import QuestionnaireError
from cati.studies import load_study, outcome_scheme_text
from cati.studies.study import study_from_texts

SHIPPED = Path(cati.studies.__file__).parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the Wave 2 folder, to be damaged."""
    return Path(shutil.copytree(SHIPPED / "wave2", tmp_path / "mine"))


def changed(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_folder_is_a_study_like_those_that_come_with_cati(folder: Path) -> None:
    mine, shipped = load_study(str(folder)), load_study("wave2")
    assert mine.source == str(folder)
    assert (mine.id, mine.title, mine.timezone.key) == (shipped.id, shipped.title, "Europe/London")
    assert mine.loaded.content_hash == shipped.loaded.content_hash
    assert walk(mine.program("online"), {"answers": {"B1": 4}}) == walk(
        shipped.program("online"), {"answers": {"B1": 4}}
    )


def test_a_study_is_its_texts_so_that_a_database_can_hold_it_whole(folder: Path) -> None:
    mine = load_study(str(folder))
    shutil.rmtree(folder)
    again = study_from_texts(mine.texts, "the database")
    assert again.loaded.content_hash == mine.loaded.content_hash
    assert again.scheme.outcomes == mine.scheme.outcomes
    assert (again.fieldwork_start, again.fieldwork_end) == (mine.fieldwork_start, mine.fieldwork_end)
    assert again.code_lists.keys() == {"local_authorities"}


def test_an_outcome_scheme_in_the_folder_goes_before_the_one_that_comes_with_cati(folder: Path) -> None:
    text = outcome_scheme_text("wave2")
    (folder / "wave2.yaml").write_text("# mine\n" + text, encoding="utf-8")
    assert load_study(str(folder)).texts["wave2.yaml"].startswith("# mine")


def test_a_sample_that_lies_in_the_folder_is_no_part_of_the_study(folder: Path) -> None:
    (folder / "sample.csv").write_text("serial,name,phone\n1,Ann Other,01632 960001\n", encoding="utf-8")
    (folder / "counts.csv").write_text("outcome,n\nrefusal,3\n", encoding="utf-8")
    mine = load_study(str(folder))
    assert mine.texts.keys() == load_study("wave2").texts.keys()
    assert mine.loaded.content_hash == load_study("wave2").loaded.content_hash


def test_code_lists_may_be_shared_between_studies() -> None:
    wave2, asye = load_study("wave2"), load_study("asye")
    assert asye.code_lists["local_authorities"] == wave2.code_lists["local_authorities"]


def test_a_byte_order_mark_is_no_part_of_a_file(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_file():
            path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    mine = load_study(str(folder))
    assert mine.id == "wave2"
    assert len(mine.code_lists["local_authorities"].entries) == 152
    assert mine.loaded.problems


def a_folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


Damage = Callable[[Path], Any]

LOADING: list[tuple[str, Damage, str]] = [
    ("no folder", lambda folder: shutil.rmtree(folder), "no study here. Name wave2 or asye, or a folder"),
    ("no study.yaml", lambda folder: (folder / "study.yaml").unlink(), "no study here.*cati study new"),
    (
        "a key that there is not",
        lambda folder: changed(folder, "study.yaml", "outcomes:", "outcome:"),
        "study.yaml, line 5: `outcome` is not a key here. Did you mean outcomes",
    ),
    (
        "a key that is like none",
        lambda folder: changed(folder, "study.yaml", "outcomes:", "xyz: 1\noutcomes:"),
        "`xyz` is not a key here. .*: id, title",
    ),
    (
        "questionnaire missing",
        lambda folder: (folder / "questionnaire.yaml").unlink(),
        r"mine/questionnaire.yaml: the file is missing",
    ),
    ("rules missing", lambda folder: (folder / "calling.yaml").unlink(), r"mine/calling.yaml: the file is missing"),
    (
        "not UTF-8",
        lambda folder: (folder / "questionnaire.yaml").write_bytes("title: Städte".encode("latin-1")),
        r"questionnaire.yaml: this is not UTF-8 text \(byte 9\)",
    ),
    (
        "not UTF-8 at all",
        lambda folder: (folder / "study.yaml").write_bytes("id: x".encode("utf-16")),
        r"study.yaml: this is not UTF-8 text \(byte 0\)",
    ),
    (
        "a folder in the place of a file",
        lambda folder: a_folder_instead(folder / "calling.yaml"),
        "calling.yaml: cannot be read",
    ),
    (
        "an outcome scheme that nobody has",
        lambda folder: changed(folder, "study.yaml", "outcomes: wave2", "outcomes: wave3"),
        r"mine/wave3.yaml: the file is missing, and wave3: there is no outcome scheme of this name.*wave2, asye",
    ),
    (
        "no outcome scheme named",
        lambda folder: changed(folder, "study.yaml", "outcomes: wave2", ""),
        "study.yaml: `outcomes` is missing",
    ),
    (
        "not YAML",
        lambda folder: (folder / "study.yaml").write_text("id: [", encoding="utf-8"),
        "study.yaml, line .*: this is not valid YAML",
    ),
    ("empty", lambda folder: (folder / "study.yaml").write_text("", encoding="utf-8"), "study.yaml: expected keys"),
    (
        "a list",
        lambda folder: (folder / "study.yaml").write_text("- id", encoding="utf-8"),
        "study.yaml: expected keys",
    ),
    (
        "a file that is no text",
        lambda folder: changed(folder, "study.yaml", "calling: calling.yaml", "calling: 5"),
        "`calling` is missing; it names a file",
    ),
    ("no id", lambda folder: changed(folder, "study.yaml", "id: wave2", "id: 5"), "`id` is missing"),
    ("no title", lambda folder: changed(folder, "study.yaml", "title:", "title: ' ' #"), "`title` is missing"),
    (
        "no such time zone",
        lambda folder: changed(folder, "study.yaml", "Europe/London", "Europe/Londres"),
        "there is no time zone 'Europe/Londres'",
    ),
    (
        "the time zone of whatever computer it is",
        lambda folder: changed(folder, "study.yaml", "Europe/London", "localtime"),
        "there is no time zone 'localtime'",
    ),
    (
        "a time zone out of the folder of time zones",
        lambda folder: changed(folder, "study.yaml", "Europe/London", "../../etc/passwd"),
        "there is no time zone",
    ),
    (
        "code lists that are none",
        lambda folder: changed(folder, "study.yaml", "calling:", "code_lists: [a.csv]\ncalling:"),
        "`code_lists` gives each list a file",
    ),
    (
        "a shared code list that is not there",
        lambda folder: changed(folder, "study.yaml", "calling:", "code_lists: {places: ../places.csv}\ncalling:"),
        r"\.\./places.csv: the file is missing",
    ),
]


@pytest.mark.parametrize(("damage", "told"), [pytest.param(*case[1:], id=case[0]) for case in LOADING])
def test_a_study_that_cannot_be_loaded_says_which_file_and_why(folder: Path, damage: Damage, told: str) -> None:
    damage(folder)
    with pytest.raises(InputError, match=told):
        load_study(str(folder))


def test_fieldwork_dates_are_dates_and_the_right_way_round(folder: Path) -> None:
    for new in ("start: soon", "start: 2020-02-30", "start: 2020-01-08"):
        changed(folder, "calling.yaml", "start: 2019-11-11", new)
        with pytest.raises(InputError, match=r"calling\.yaml"):
            _ = load_study(str(folder)).fieldwork_start
        changed(folder, "calling.yaml", new, "start: 2019-11-11")


def test_a_questionnaire_with_a_fault_is_no_questionnaire_but_its_study_can_still_be_looked_at(folder: Path) -> None:
    changed(folder, "questionnaire.yaml", "ask: S1=1/2", "ask: S1=1/99")
    mine = load_study(str(folder))
    loaded, problems = mine.read_questionnaire()
    assert loaded is not None
    (fault,) = [problem for problem in problems if problem.severity == "error"]
    assert fault.file == f"{folder}/questionnaire.yaml"
    assert "S1 has no code 99" in fault.what
    for _ in range(2):  # the second time as the first
        with pytest.raises(QuestionnaireError, match="S1 has no code 99"):
            mine.program("telephone")


def test_a_code_list_that_is_taken_away_is_missed(folder: Path) -> None:
    (folder / "local_authorities.csv").unlink()
    with pytest.raises(QuestionnaireError, match="B4a: there is no code list local_authorities"):
        load_study(str(folder)).program("telephone")


def test_an_unknown_scheme_is_told_by_name() -> None:
    with pytest.raises(InputError, match="wave9: there is no outcome scheme"):
        outcome_scheme_text("wave9")


def test_soft_checks_are_a_switch_of_the_study_and_off_without_it(folder: Path) -> None:
    assert not load_study(str(folder)).soft_checks
    changed(folder, "study.yaml", "id: wave2", "id: wave2\nsoft_checks: true")
    mine = load_study(str(folder))
    assert mine.soft_checks
    assert study_from_texts(mine.texts, "the database").soft_checks
    changed(folder, "study.yaml", "soft_checks: true", "soft_checks: sometimes")
    with pytest.raises(InputError, match=r"`soft_checks` is 'sometimes'; write true or false"):
        load_study(str(folder))
