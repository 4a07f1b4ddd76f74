"""The synthetic sample: the published margins, nobody who exists, the same on every machine."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cati.desk import SampleRow
from cati.desk.drawing import apportion
from cati.errors import InputError
from cati.exchange import WAVE2_REGIONS, LoadReport, read_sample, synthetic_sample, write_sample_csv
from cati.exchange.synthetic import WAVE2_RATINGS, local_authorities
from cati.phones import is_drama_number

# Table A.7, telephone: completes, and per cent of those approached
PRINTED = {
    "North East": (131, 53),
    "North West": (119, 47),
    "Yorkshire and the Humber": (86, 61),
    "East Midlands": (219, 61),
    "West Midlands": (120, 54),
    "East of England": (197, 59),
    "South East": (268, 61),
    "South West": (122, 61),
    "Greater London": (339, 61),
    "Outstanding": (268, 62),
    "Good": (709, 58),
    "Requires improvement": (419, 54),
    "Inadequate": (205, 65),
}


@pytest.fixture(scope="module")
def people() -> list[SampleRow]:
    return list(synthetic_sample())


def test_regions_and_ratings_give_the_printed_per_cents_of_table_a7(people: list[SampleRow]) -> None:
    counts = Counter(row.region for row in people) + Counter(row.ofsted for row in people)
    assert len(people) == 2751
    assert {name: counts[name] for name in WAVE2_REGIONS} == dict(WAVE2_REGIONS)
    assert {name: counts[name] for name in WAVE2_RATINGS} == dict(WAVE2_RATINGS)
    assert {name: int(100 * n / counts[name] + 0.5) for name, (n, _) in PRINTED.items()} == {
        name: per_cent for name, (_, per_cent) in PRINTED.items()
    }


def test_everybody_works_at_an_authority_of_the_region_and_it_has_one_rating(people: list[SampleRow]) -> None:
    authorities = local_authorities()
    assert all(row.la in authorities[row.region] for row in people)
    ratings = {(row.la, row.ofsted) for row in people}
    assert len(ratings) == len({la for la, _ in ratings}) == 95  # as many as agreed to take part


def test_nobody_can_be_reached(people: list[SampleRow]) -> None:
    phones = [phone for row in people for phone in row.phones]
    assert all(phone.startswith("+44") and is_drama_number(phone[3:]) for phone in phones)
    assert len(set(phones)) == len(phones)
    assert Counter(len(row.phones) for row in people).keys() == {1, 2}
    assert all(row.email.endswith(("@example.org", "@example.com")) for row in people)
    assert all(row.variables["synthetic"] for row in people)


def test_the_names_try_a_screen(people: list[SampleRow]) -> None:
    names = [row.name for row in people]
    assert sum("[" in name for name in names) == 1
    assert sum(any("\u0590" <= c <= "\u06ff" for c in name) for name in names) == 1
    assert any("'" in name for name in names)
    assert any(ord(c) > 0x17F for name in names for c in name)


def test_serials_are_unique_and_tell_nothing(people: list[SampleRow]) -> None:
    assert len({row.serial for row in people}) == len(people)
    assert len({row.region for row in people[:40]}) > 5


def test_the_same_seed_gives_the_same_sample_everywhere(people: list[SampleRow]) -> None:
    assert list(synthetic_sample(2019)) == people
    assert list(synthetic_sample(2020)) != people
    file = io.StringIO(newline="")
    write_sample_csv(people, file)
    digest = hashlib.sha256(file.getvalue().encode()).hexdigest()
    assert digest[:16] == "1f2b0559d021d7c9"


def test_the_file_of_the_sample_loads_as_the_same_people(people: list[SampleRow]) -> None:
    file = io.StringIO(newline="")
    assert write_sample_csv(people, file) == 2751
    report = LoadReport()
    assert list(read_sample(io.BytesIO(file.getvalue().encode()), report)) == people
    assert report.refused == []


def test_an_unknown_region_is_refused() -> None:
    with pytest.raises(InputError, match="Wessex"):
        list(synthetic_sample(1, {"Wessex": 3}))


@given(
    st.integers(0, 9),
    st.dictionaries(st.sampled_from(sorted(WAVE2_REGIONS)), st.integers(0, 60), max_size=9),
)
def test_any_counts_by_region_are_met(seed: int, counts: dict[str, int]) -> None:
    people = list(synthetic_sample(seed, counts))
    assert Counter(row.region for row in people) == Counter({region: n for region, n in counts.items() if n})
    expected = dict(zip(WAVE2_RATINGS, apportion(len(people), list(WAVE2_RATINGS.values())), strict=True))
    assert Counter(row.ofsted for row in people) == Counter({rating: n for rating, n in expected.items() if n})


def test_the_local_authorities_are_those_of_summer_2018() -> None:
    text = (files("cati") / "studies/wave2/local_authorities.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    # Tables A.1-A.3, "Total LAs in England"
    assert Counter(row["region"] for row in rows) == {
        "North East": 12,
        "North West": 23,
        "Yorkshire and the Humber": 15,
        "East Midlands": 9,
        "West Midlands": 14,
        "East of England": 11,
        "South East": 19,
        "South West": 16,
        "Greater London": 33,
    }
    names = {row["name"] for row in rows}
    assert len(names) == len({row["code"] for row in rows}) == 152
    assert {"Dorset", "Bournemouth", "Poole", "Northamptonshire", "Cumbria", "Somerset", "North Yorkshire"} <= names
    assert not {"Christchurch", "Bournemouth, Christchurch and Poole", "Cumberland", "North Northamptonshire"} & names
    kinds = Counter(row["code"][:3] for row in rows)
    # unitary authorities, metropolitan districts, London boroughs, counties
    assert kinds == {"E06": 56, "E08": 36, "E09": 33, "E10": 27}
