"""`cati fieldwork rehearse`: calling rules on trial, a whole fieldwork at a time. No database of anybody's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cati.cli import output
from cati.cli.group import command
from cati.cli.options import json_option, report_options
from cati.errors import InputError

if TYPE_CHECKING:
    from cati.cli.trial_tables import Variant
    from cati.rehearsal import Job, Population
    from cati.studies import Study

_ORDERS = ("cati", "random", "quexs", "sabretooth")
_OWN = "the study's rules"
_CASES = 1000  # a run of them without options ends while one waits
_SOON = 300


@command(
    "rehearse",
    examples=(
        "cati fieldwork rehearse wave2",
        "cati fieldwork rehearse wave2 --cases 600 --hours 50% --seeds 20 --rules calling.yaml --rules other.yaml",
        "cati fieldwork rehearse asye --population cold --order all --hours 150 --json",
        "cati fieldwork rehearse my-study --population my-population.yaml --weeks 3 --output rehearsal.html",
    ),
)
@click.argument("study", metavar="[STUDY]", required=False)
@click.option(
    "--population",
    "people",
    metavar="panel|cold|FILE",
    help="Who is called, and who calls. Default: the one that was drawn up for the study, else panel.",
)
@click.option("--seed", type=int, metavar="S", help="The same seed, the same people. Default: the population's.")
@click.option(
    "--seeds", type=click.IntRange(1, 1000), metavar="N", default=1, show_default=True, help="So many seeds, S and on."
)
@click.option(
    "--rules",
    "rule_files",
    type=click.Path(path_type=Path),
    metavar="FILE",
    multiple=True,
    help="Calling rules in place of the study's; several times: side by side, compared with the first.",
)
@click.option(
    "--order",
    "orders",
    type=click.Choice([*_ORDERS, "all"]),
    multiple=True,
    default=("cati",),
    show_default=True,
    help="Whose order; the others are there to compare with. Several times: side by side.",
)
@click.option(
    "--cases",
    type=click.IntRange(1, 100_000),
    metavar="N",
    help=f"So many people, with interviewers in proportion. Default: the population's, at most {_CASES:,}.",
)
@click.option(
    "--hours", metavar="SHARE", help="Of the population's interviewer hours: a share (40%), or so many in all (300)."
)
@click.option("--weeks", type=click.IntRange(1, 520), metavar="N", help="Only the first weeks of the fieldwork.")
@json_option
@report_options
def rehearse(
    study: str | None,
    people: str | None,
    seed: int | None,
    seeds: int,
    rule_files: tuple[Path, ...],
    orders: tuple[str, ...],
    cases: int | None,
    hours: str | None,
    weeks: int | None,
    as_json: bool,
    form: str | None,
    target: Path | None,
    force: bool,
) -> None:
    """Simulate a whole fieldwork before it begins: invented people who answer more at some hours than at others, keep
    appointments or miss them, refuse, have dead numbers; interviewers on shifts. They are called through the real
    claim, interview, outcome and rules, on a simulated clock, in a database that is gone afterwards.

    Prints outcome tables by week, attempts to complete, the time that interviewers waited, appointments kept on time,
    cases never reached. Change a rule, run again, compare: variants meet the same people, and with several seeds the
    paired differences have 95 per cent intervals. The population is a file; its figures have their sources in it.

    A run of 300 cases takes about half a minute, of 1,000 one to two. There is one for each seed, rule file and order,
    and as many at a time as there are processors.
    """
    from cati.cli.trial_tables import Trial, trial_document, trial_json
    from cati.rehearsal import check_against, days_of, population_text, read_population, run_all, usual_processes
    from cati.reports import render_document
    from cati.studies import load_study

    chosen = output.chosen_format("json" if as_json else form, target)
    people = people or _population_for(study)
    text, source = population_text(people)
    population = read_population(text, source)
    read = load_study(study or population.study)
    check_against(population, read.scheme, text)
    variants = _variants(read, rule_files, _ORDERS if "all" in orders else tuple(dict.fromkeys(orders)))
    first = population.seed if seed is None else seed
    size = cases or min(population.sample, _CASES)
    jobs = [
        _job(variant, text, population, first + number, size, hours, weeks)
        for variant in variants
        for number in range(seeds)
    ]
    output.say(_what_is_played(jobs, seeds, len(variants), population.sample if cases is None else size))
    total = sum(map(days_of, jobs))
    tell = output.progress("Days of fieldwork", total)
    found = run_all(jobs, processes=usual_processes(), progress=tell)
    tell(total)
    by_variant = [found[at * seeds : (at + 1) * seeds] for at in range(len(variants))]
    trial = Trial(jobs[0], population, tuple(variants), tuple(by_variant))
    if chosen == "json":
        output.deliver(trial_json(trial), chosen, target, force=force)
        return
    document = trial_document(trial)
    output.deliver(render_document(document, chosen, width=output.width()), chosen, target, force=force)


def _what_is_played(jobs: list[Job], seeds: int, variants: int, all_cases: int) -> str:
    """How much is simulated before anything is seen of it, and how it would be more or less."""
    from cati.rehearsal import days_of, hours_of

    first = jobs[0]
    said = (
        f"simulates {_count(first.cases, 'case')} over {_count(days_of(first), 'day')} of fieldwork with "
        f"{hours_of(first):,.0f} interviewer hours: {_count(len(jobs), 'run')} "
        f"({_count(seeds, 'seed')}, {_count(variants, 'variant')})."
    )
    if first.cases < all_cases:
        said += f" All {all_cases:,} cases of the population: --cases {all_cases}."
    if first.cases > _SOON:
        said += f" Sooner done: --cases {_SOON}."
    return said


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _population_for(study: str | None) -> str:
    """The population that comes with cati and was drawn up for this study, else the first."""
    from cati.rehearsal import SHIPPED, population_text, read_population

    drawn_up = (name for name in SHIPPED if read_population(*population_text(name)).study == study)
    return next(drawn_up, SHIPPED[0])


def _variants(study: Study, rule_files: tuple[Path, ...], orders: tuple[str, ...]) -> list[Variant]:
    """Every set of rules under every order, the first of each first."""
    from cati.cli.trial_tables import Variant

    rules = [(str(path), _with_rules(study, path)) for path in dict.fromkeys(rule_files)] or [(_OWN, study)]
    return [Variant(name, order, each) for name, each in rules for order in orders]


def _with_rules(study: Study, path: Path) -> Study:
    """The study with the calling rules of a file in place of its own. Raises InputError where they do not fit."""
    from cati.fieldwork import CallingRules
    from cati.studies.agreement import disagreements

    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: this is not UTF-8 text (byte {error.start + 1}). Save it as UTF-8.") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error
    rules = CallingRules.from_yaml(text, str(path))
    if rules.timezone.key != study.timezone.key:
        raise InputError(f"{path}: the time zone is {rules.timezone.key}, but the study's is {study.timezone.key}.")
    changed = replace(study, texts=study.texts | {study.files["calling"]: text})
    own = f"{study.source}/{study.files['calling']}"
    faults = [each for each in disagreements(changed) if each.file == own and each.severity == "error"]
    if faults:
        raise InputError("\n".join(f"{path}:{each.line}: {each.what}. {each.remedy}" for each in faults))
    return changed


def _job(
    variant: Variant, text: str, population: Population, seed: int, cases: int, hours: str | None, weeks: int | None
) -> Job:
    from cati.rehearsal import Job, full_hours

    texts = tuple(sorted(variant.study.texts.items()))
    job = Job(texts, variant.study.source, text, population.source, variant.order, seed, cases, 1.0, weeks)
    return replace(job, share=_share(hours, cases / population.sample, full_hours(job)))


def _share(hours: str | None, proportion: float, full: float) -> float:
    """The share of the population's interviewers, from what --hours says. Raises InputError for what is no share."""
    if not full:
        raise InputError("Nobody is on shift in this fieldwork: its days and the population's shifts do not meet.")
    if hours is None:
        return proportion
    number, per_cent = hours.strip().removesuffix("%"), hours.strip().endswith("%")
    try:
        given = float(number)
    except ValueError:
        given = 0.0
    if not 0 < given < 1_000_000:
        raise InputError(f"--hours {hours}: give a share such as 40%, or a number of hours such as 300.")
    return proportion * given / 100 if per_cent else given / full
