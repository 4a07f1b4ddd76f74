"""A population file that is wrong is told so: file, line, key, what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cati.errors import InputError
from cati.rehearsal import SHIPPED, check_against, population_text, read_population
from cati.studies import Study, load_study


def _line(text: str, start: str) -> int:
    return max(at for at, line in enumerate(text.splitlines(), 1) if line.strip().startswith(start))


@pytest.mark.parametrize("name", SHIPPED)
def test_the_populations_that_come_with_cati_fit_the_studies_that_they_were_drawn_up_for(name: str) -> None:
    text, source = population_text(name)
    population = read_population(text, source)
    check_against(population, load_study(population.study).scheme, text)
    for shares in population.shares().values():
        assert sum(shares.values()) == pytest.approx(1)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_figure_names_its_source_or_says_that_it_is_assumed(name: str) -> None:
    for key, said in read_population(*population_text(name)).sources.items():
        assert re.search(r"^Assumed|Report, |UNICOM|SAGE|[0-9]{4}", said), key


@pytest.mark.parametrize(
    ("was", "becomes", "at", "told"),
    [
        ("engaged: 12", "engaged: twelve", "engaged: twelve", '"twelve" is not a number; write one such as 12 or 4.5'),
        ("engaged: 12", "engaged: 112", "engaged: 112", "112 is out of range (less than or equal to 100)"),
        ("engaged: 12", "ingaged: 12", "ingaged:", "unknown key. Did you mean engaged?"),
        ("sample: 2751\n", "", "title:", "missing; add `sample:`"),
        ("person: 14", "person: 80", "likeness: {", "leave nothing to the moment"),
        ("interviewers: 2", "interviewers: 0", "weekend: {hours", "0 is out of range"),
        ("sun: [11:00-17:00]}, inter", "sun: [08:00-17:00]}, inter", "weekend: {hours", "some hours on sun lie in no"),
        ("sun: [11:00-17:00]}, inter", "sun: [17:00-11:00]}, inter", "weekend: {hours", "ends before it starts"),
        ("parts: [evening, weekend]", "parts: [evenings]", "call_back_consumer", "Did you mean evening?"),
        ("weekend: 4}}", "weekends: 4}}", "work_number:", "how likely is an answer in the weekend?"),
    ],
)
def test_a_fault_is_told_with_its_line_and_what_to_do(
    panel_text: str, was: str, becomes: str, at: str, told: str
) -> None:
    assert was in panel_text
    wrong = panel_text.replace(was, becomes)
    with pytest.raises(InputError) as error:
        read_population(wrong, "mine.yaml")
    lines = str(error.value).splitlines()
    place = f"mine.yaml:{_line(wrong, at)}:"
    assert any(told in line and (line.startswith(place) or at == "title:") for line in lines), lines


def test_shares_that_do_not_add_up_are_told_with_their_sum(panel_text: str) -> None:
    wrong = panel_text.replace("days_ahead: {0: 25", "days_ahead: {0: 20")
    with pytest.raises(InputError, match=r"appointments\.days_ahead: the per cents add up to 95, not to 100"):
        read_population(wrong, "mine.yaml")


def test_a_figure_without_a_source_is_refused(panel_text: str) -> None:
    lines = panel_text.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("  engaged:"))
    end = next(number for number in range(at + 1, len(lines)) if lines[number].startswith("  n"))
    with pytest.raises(InputError, match="where do the figures of `engaged` come from"):
        read_population("\n".join(lines[:at] + lines[end:]), "mine.yaml")


def test_outcomes_that_the_study_does_not_have_are_told_with_the_nearest(panel_text: str, study: Study) -> None:
    wrong = panel_text
    for right, other in (
        ("    soft_appointment: 9", "    soft_apointment: 9"),
        ("no_reply: no_reply", "no_reply: no_answer"),
        ("online: completed_online", "online: completed"),
    ):
        assert right in wrong
        wrong = wrong.replace(right, other)
    with pytest.raises(InputError) as error:
        check_against(read_population(wrong, "mine.yaml"), study.scheme, wrong)
    told = str(error.value)
    assert "contacts.0.soft_apointment: the outcome scheme wave2 has no soft_apointment. Did you mean" in told
    assert (
        f"mine.yaml:{_line(wrong, 'no_reply:')}: outcomes.no_reply: the outcome scheme wave2 has no no_answer" in told
    )
    assert "outcomes.online: the online survey cannot bring a case to completed in the outcome scheme wave2" in told


def test_outcomes_that_cannot_be_had_there_are_told(panel_text: str, study: Study) -> None:
    late = panel_text.replace("too_late: not_available", "too_late: soft_appointment")
    with pytest.raises(InputError, match=r"outcomes\.too_late: soft_appointment takes an appointment"):
        check_against(read_population(late, "mine.yaml"), study.scheme, late)
    again = panel_text.replace("    refusal_recent_survey: 0.5", "    referral_number: 0.5")
    with pytest.raises(InputError, match=r"contacts\.0\.referral_number: referral_number gives a new number"):
        check_against(read_population(again, "mine.yaml"), study.scheme, again)


def test_a_file_that_is_not_there_or_no_population_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no population here\. Name panel or cold, or a file"):
        population_text(str(tmp_path / "none.yaml"))
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"title: \xff")
    with pytest.raises(InputError, match="not UTF-8"):
        population_text(str(binary))
    with pytest.raises(InputError, match="a population is expected here"):
        read_population("- 1\n", "list.yaml")
    with pytest.raises(InputError, match="not valid YAML"):
        read_population("title: a: b\n", "colon.yaml")
