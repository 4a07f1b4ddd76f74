"""A soft launch and what follows it: sample load --hold, issue, hold and counts as they are typed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cati.cli.issuing import parse_share
from cati.cli.output import ENDINGS
from cati.errors import InputError

Cati = Callable[..., Any]


def write_sample(path: Path, first: int = 0, count: int = 40) -> Path:
    lines = ["serial,name,region,phone,recontact,batch"]
    for n in range(first, first + count):
        batch = ("main", "soft launch", "main", "")[n % 4]
        region = "London" if n % 2 else "North East"
        lines.append(f"P{n:03},Person {n},{region},01134960{n:03},{'no' if n % 20 == 3 else 'yes'},{batch}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """Forty people in two regions: 20 of batch main, 10 of the soft launch, 10 of none; two did not agree."""
    return write_sample(tmp_path / "sample.csv")


@pytest.fixture
def out(cati: Cati, database: Path, sample: Path) -> Path:
    """A database with them, issued on loading."""
    assert cati("sample", "load", sample, "--database", database).code == 0
    return database


def starting(cati: Cati, database: Path) -> int:
    n: int = cati("report", "outcomes", "--format", "json", "--database", database).json["rows"][0]["n"]
    return n


def test_a_soft_launch_and_the_rest_of_it(cati: Cati, out: Path) -> None:
    assert starting(cati, out) == 38
    ran = cati("sample", "issue", "--share", "10%", "--by", "region", "--seed", "7", "--json", "--database", out)
    assert ran.code == 0
    assert "38 cases that nobody had called were held again first" in ran.err
    done = ran.json
    assert (done["issued"], done["held"], done["taken_back"], done["seed"]) == (4, 34, 38, 7)
    assert [(part["stratum"], part["eligible"], part["issued"]) for part in done["strata"]] == [
        ({"region": "London"}, 18, 2),
        ({"region": "North East"}, 20, 2),
    ]
    assert [(each["batch"], each["loaded"]) for each in done["batches"]] == [
        ("", 10),
        ("main", 20),
        ("soft launch", 10),
    ]
    assert sum(each["issued"] for each in done["batches"]) == 4 == starting(cati, out)
    assert {"batch", "loaded", "issued", "held", "called", "interviews"} <= set(done["batches"][0])
    told = cati("sample", "issue", "--batch", "soft launch", "--batch", "main", "--database", out)
    assert (told.code, told.err) == (0, "")
    assert "Issued " in told.out
    rest = cati("sample", "issue", "--all", "--database", out)
    assert (rest.code, starting(cati, out)) == (0, 38)
    again = cati("sample", "issue", "--all", "--database", out)
    assert (again.code, again.out.splitlines()[0]) == (0, "Nothing to do: nobody is held.")


def test_all_of_what_was_issued_on_loading_is_nothing_to_do(cati: Cati, out: Path) -> None:
    ran = cati("sample", "issue", "--all", "--database", out)
    assert (ran.code, ran.err, ran.out.splitlines()[0]) == (0, "", "Nothing to do: nobody is held.")
    assert starting(cati, out) == 38


def test_a_sample_is_loaded_to_be_held(cati: Cati, database: Path, sample: Path, tmp_path: Path) -> None:
    ran = cati("sample", "load", sample, "--hold", "--json", "--database", database)
    assert (ran.code, ran.json["held"], starting(cati, database)) == (0, 38, 0)
    assert "38 cases are held: cati sample issue" in ran.err
    assert ran.json["batches"] == [
        {"batch": "", "loaded": 10, "updated": 0, "held": 8},
        {"batch": "main", "loaded": 20, "updated": 0, "held": 20},
        {"batch": "soft launch", "loaded": 10, "updated": 0, "held": 10},
    ]
    later = write_sample(tmp_path / "later.csv", first=40, count=2)
    told = cati("sample", "load", later, "--database", database)
    assert "2 cases are held" in told.err
    assert "batch soft launch: 1 loaded, 1 of them held" in told.out
    now = write_sample(tmp_path / "now.csv", first=42, count=1)
    assert cati("sample", "load", now, "--issue", "--database", database).err == ""
    assert starting(cati, database) == 1
    assert cati("sample", "load", later, "--dry-run", "--hold", "--json").json["held"] == 2


def test_a_dry_run_changes_nothing(cati: Cati, out: Path) -> None:
    ran = cati("sample", "issue", "--number", "6", "--by", "region", "--dry-run", "--database", out)
    assert (ran.code, starting(cati, out)) == (0, 38)
    assert "Would issue 6 cases" in ran.out
    assert "would be held again first" in ran.err
    assert "would be held: cati sample issue" not in cati("sample", "load", "-", "--dry-run", stdin=b"serial\n1\n").err


def test_fewer_than_asked_for_is_said(cati: Cati, out: Path) -> None:
    ran = cati("sample", "issue", "--number", "50", "--database", out)
    assert ran.code == 0
    assert "50 cases were asked for, and only 38 of them were held" in ran.err


def test_one_case_is_told_as_one(cati: Cati, database: Path) -> None:
    at = ("--database", database)
    cati("sample", "load", "-", "--hold", *at, stdin=b"serial,batch\n1,soft\n")
    ran = cati("sample", "issue", "--number", "2", *at)
    assert "1 case of those issued has no number to call" in ran.err
    assert "2 cases were asked for, and only 1 of them was held" in ran.err
    assert "Batches: soft (1 case)." in cati("sample", "hold", "--batch", "main", *at).err


def test_cases_are_held_again(cati: Cati, out: Path) -> None:
    done = cati("sample", "hold", "--batch", "main", "--json", "--database", out).json
    assert (done["taken_back"], done["held"], done["issued"]) == (20, 20, 18)
    assert done["kept"] == {"called": 0, "in_hand": 0, "final": 0}
    assert starting(cati, out) == 18
    assert "Held again: 18 cases." in cati("sample", "hold", "--all", "--database", out).out


def test_the_counts_come_in_every_format(cati: Cati, out: Path, tmp_path: Path) -> None:
    counts = cati("sample", "counts", "--json", "--database", out).json
    assert counts == cati("sample", "counts", "--format", "json", "--database", out).json | {"at": counts["at"]}
    assert [(row["value"], row["loaded"], row["not_agreed"], row["issued"]) for row in counts["rows"]] == [
        ("", 10, 2, 8),
        ("main", 20, 0, 20),
        ("soft launch", 10, 0, 10),
    ]
    assert (counts["total"]["loaded"], counts["total"]["issued"]) == (40, 38)
    for form, endings in ENDINGS.items():
        file = tmp_path / f"counts{endings[0]}"
        assert cati("sample", "counts", "--by", "region", "--output", file, "--database", out).code == 0, form
        assert file.stat().st_size > 200
    text = cati("sample", "counts", "--database", out).out
    assert "(none)" in text
    assert "No number" not in text  # a column of noughts tells nobody anything
    assert "no_number" in cati("sample", "counts", "--format", "csv", "--database", out).out


def test_a_case_and_the_reports_tell_the_batch(cati: Cati, out: Path) -> None:
    assert "batch        soft launch" in cati("case", "show", "P001", "--database", out).out
    outcomes = cati("report", "outcomes", "--by", "batch", "--format", "json", "--database", out).json
    assert {value: table["rows"][0]["n"] for value, table in outcomes["by"]["tables"].items()} == {
        "(none)": 8,
        "main": 20,
        "soft launch": 10,
    }
    rates = cati("report", "rates", "--by", "batch", "--format", "json", "--database", out).json
    assert rates["by"]["groups"]["soft launch"]["RR1"] == 0.0
    assert sum(group["groups"]["NC"] for group in rates["by"]["groups"].values()) == rates["groups"]["NC"] == 38


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "What is to be issued?"),
        (("--seed", "3"), "What is to be issued?"),
        (("--all", "--batch", "main"), "--all is everything"),
        (("--all", "--share", "5%"), "--all is everything"),
        (("--share", "5%", "--number", "3"), "not both"),
        (("--batch", "main", "--by", "region"), "--share or --number"),
        (("--all", "--seed", "3"), "--share or --number"),
        (("--number", "0"), "--number"),
        (("--number", "ten"), "--number"),
        (("--share", "10"), "--share 10% or --number 10"),
        (("--share", "0%"), "above 0%"),
        (("--share", "120%"), "100% at the most"),
        (("--share", "a tenth"), "no share"),
        (("--batch", "soft lunch"), "Did you mean soft launch?"),
        (("--share", "10%", "--by", "regoin"), "Did you mean region?"),
    ],
)
def test_what_is_asked_for_amiss_is_bad_input_and_moves_nobody(
    cati: Cati, out: Path, arguments: tuple[str, ...], said: str
) -> None:
    ran = cati("sample", "issue", *arguments, "--database", out)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert starting(cati, out) == 38


@pytest.mark.parametrize(
    "arguments",
    [
        ("hold",),
        ("hold", "--all", "--batch", "main"),
        ("hold", "--batch", "mian"),
        ("load", "sample.csv", "--hold", "--issue"),
        ("counts", "--json", "--format", "csv"),
        ("counts", "--by", "batsch"),
    ],
)
def test_the_other_commands_are_as_strict(cati: Cati, out: Path, arguments: tuple[str, ...]) -> None:
    ran = cati("sample", *arguments, "--database", out)
    assert (ran.code, ran.out) == (2, "")


@pytest.mark.parametrize(
    ("text", "share"),
    [("10%", "1/10"), (" 12.5 % ", "1/8"), ("0.1", "1/10"), (".25", "1/4"), ("1.0", "1"), ("100%", "1")],
)
def test_a_share_is_a_per_cent_or_a_fraction_with_a_dot(text: str, share: str) -> None:
    assert str(parse_share(text)) == share


@pytest.mark.parametrize("text", ["10", "1", "", "%", "0,1", "12,5%", "-5%", "0.0", "1.01", "1e1%", "٣%", "10%%"])
def test_what_is_no_share_or_could_be_two_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--share"):
        parse_share(text)


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("070 1234 5678", "personal number"),
        ("+44 70 1234 5678", "personal number"),
        ("0044 909 879 0005", "premium rate"),
        ("+33 899 12 34 56", "premium rate"),
        ("076 1234 5678", "pager"),
    ],
)
def test_numbers_that_cost_the_caller_are_refused_with_their_row(
    cati: Cati, database: Path, number: str, why: str
) -> None:
    content = f"serial,phone,phone2\n1,0113 496 0001,\n2,{number},\n3,0113 496 0003,{number}\n".encode()
    ran = cati("sample", "load", "-", "--json", "--database", database, stdin=content)
    assert (ran.code, ran.json["loaded"]) == (1, 1)
    assert [(one["row"], one["column"], one["value"]) for one in ran.json["refused"]] == [
        (3, "phone", number),
        (4, "phone2", number),
    ]
    assert all(why in one["why"] for one in ran.json["refused"])
