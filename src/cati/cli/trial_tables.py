"""What rehearsals found, as tables to read and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

from cati.outcomes import Table, outcome_table
from cati.rehearsal import LEVEL, MEASURES, Findings, Job, Measure, Population, difference, mean_of, study_of
from cati.reports import Column, Document, Grid, GridRow, Percent
from cati.reports.document import Cell
from cati.studies import Study

_SIMULATED = (
    "Simulated: the people, the interviewers and the clock. Real: the study's files, the claim, the interview, the "
    "outcomes, the rules. It compares rules; it does not forecast a response rate."
)
_RIVALS = "random, quexs, sabretooth: documented orders of other systems, for comparison only."


@dataclass(frozen=True, slots=True)
class Variant:
    """What is compared: under these rules (by name), in this order, the study with them."""

    rules: str
    order: str
    study: Study


@dataclass(frozen=True, slots=True)
class Trial:
    """Rehearsals of several variants at the same seeds. `found`: the findings of each variant, seed by seed."""

    job: Job
    population: Population
    variants: tuple[Variant, ...]
    found: tuple[list[Findings], ...]

    @property
    def seeds(self) -> list[int]:
        """The seeds."""
        return [each.seed for each in self.found[0]]

    def label(self, variant: Variant) -> str:
        """What tells a variant from the others."""
        several = []
        if len({each.rules for each in self.variants}) > 1:
            several.append(variant.rules)
        if len({each.order for each in self.variants}) > 1:
            several.append(variant.order)
        return ", ".join(several) or variant.order


def trial_json(trial: Trial) -> str:
    """The findings of every variant at every seed, and the differences; the same for the same arguments."""
    study = study_of(trial.job)
    first = trial.found[0]
    data: dict[str, Any] = {
        "study": study.id,
        "population": {
            "source": trial.population.source,
            "title": trial.population.title,
            "sources": dict(trial.population.sources),
        },
        "fieldwork": {"start": study.fieldwork_start.isoformat(), "end": study.fieldwork_end.isoformat()},
        "cases": trial.job.cases,
        "interviewer_hours": first[0].hours,
        "seeds": trial.seeds,
        "variants": [
            {
                "label": trial.label(variant),
                "rules": variant.rules,
                "order": variant.order,
                "means": {measure: mean_of(measure, found) for measure in MEASURES},
                "findings": [each.as_data() for each in found],
            }
            for variant, found in zip(trial.variants, trial.found, strict=True)
        ],
        "differences": [
            {
                "variant": trial.label(variant),
                "from": trial.label(trial.variants[0]),
                "measure": measure,
                "seeds": found.seeds,
                "mean": found.mean,
                "low": found.low,
                "high": found.high,
                "level": LEVEL,
            }
            for variant, others in zip(trial.variants[1:], trial.found[1:], strict=True)
            for measure in MEASURES
            if (found := difference(measure, first, others)) is not None
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def trial_document(trial: Trial) -> Document:
    """The tables: one variant in full, several side by side."""
    alone = len(trial.variants) == 1
    grids = [*_alone(trial)] if alone else [_outcomes_beside(trial), _measures(trial), *_differences(trial)]
    study = study_of(trial.job)
    seeds = trial.seeds
    which = f"Seed {seeds[0]}" if len(seeds) == 1 else f"{len(seeds)} seeds from {seeds[0]} on, means"
    people = "case" if trial.job.cases == 1 else "cases"
    notes = [
        f"{which}. {trial.job.cases:,} {people}, {trial.found[0][0].hours:,.0f} interviewer hours, "
        f"{study.fieldwork_start} to {study.fieldwork_end}. Population: {trial.population.source}, "
        f"{trial.population.title}.",
        _SIMULATED,
    ]
    if any(each.order != "cati" for each in trial.variants):
        notes.append(_RIVALS)
    return Document(f"Rehearsal of fieldwork: {study.title}", tuple(grids), tuple(notes))


def _alone(trial: Trial) -> Iterator[Grid]:
    yield _weeks(trial)
    yield _measures(trial)
    yield _attempts(trial.found[0])
    yield _parts(trial.found[0])


def _weeks(trial: Trial) -> Grid:
    found, study = trial.found[0], study_of(trial.job)
    weeks = len(found[0].weeks)
    tables = [_table(study, found, week) for week in range(weeks)]
    rows = _same_rows(tables)
    columns = [Column("row", "Outcome", numeric=False)]
    for week in range(weeks):
        until = min(study.fieldwork_start + timedelta(days=7 * week + 6), study.fieldwork_end)
        columns.append(Column(f"week_{week + 1}", f"{until.day} {until:%b}"))
    columns.append(Column("pct_start", "% of start"))
    cells = [
        GridRow(
            (rows[-1].rows[at].label, *(table.rows[at].n for table in rows), _per_cent(rows[-1].rows[at].pct_start)),
            rows[-1].rows[at].depth,
        )
        for at in range(len(rows[0].rows))
    ]
    return Grid("Telephone outcomes at the end of each week", tuple(columns), tuple(cells))


def _outcomes_beside(trial: Trial) -> Grid:
    study = study_of(trial.job)
    tables = _same_rows([_table(study, found, -1) for found in trial.found])
    columns = [Column("row", "Outcome", numeric=False)]
    columns += [Column(f"variant_{at}", trial.label(each)) for at, each in enumerate(trial.variants, 1)]
    cells = [
        GridRow((row.label, *(table.rows[at].n for table in tables)), row.depth)
        for at, row in enumerate(tables[0].rows)
    ]
    return Grid("Telephone outcomes at the end", tuple(columns), tuple(cells))


def _table(study: Study, found: Sequence[Findings], week: int) -> Table:
    """The outcome table at the end of a week; of several seeds, of the means, rounded so that they add up."""
    counts = Counter[str]()
    for each in found:
        counts.update(each.weeks[week])
    return outcome_table(study.scheme, _rounded(counts, len(found)))


def _rounded(counts: Counter[str], by: int) -> dict[str, int]:
    """Means in whole numbers with the sum of the means (largest remainders first)."""
    whole = {key: n // by for key, n in counts.items()}
    left = sum(counts.values()) // by - sum(whole.values())
    for key in sorted(counts, key=lambda key: (-(counts[key] % by), key))[:left]:
        whole[key] += 1
    return whole


def _same_rows(tables: Sequence[Table]) -> list[Table]:
    printed = {row.key for table in tables for row in table.rows}
    return [table.with_rows(printed) for table in tables]


def _measures(trial: Trial) -> Grid:
    columns = [Column("measure", "Measure", numeric=False)]
    columns += [Column(f"variant_{at}", trial.label(each)) for at, each in enumerate(trial.variants, 1)]
    rows = [
        GridRow((measure.label, *(_figure(mean_of(name, found), measure) for found in trial.found)), _depth(name))
        for name, measure in MEASURES.items()
    ]
    return Grid("What it took", tuple(columns), tuple(rows))


def _depth(measure: str) -> int:
    """What is measured of the hard appointments stands under them."""
    return int(measure.startswith("hard_") and measure != "hard_due")


def _differences(trial: Trial) -> Iterator[Grid]:
    first = trial.label(trial.variants[0])
    columns = (
        Column("measure", "Measure", numeric=False),
        Column("mean", "Difference"),
        Column("low", "from"),
        Column("high", "to"),
    )
    for variant, found in zip(trial.variants[1:], trial.found[1:], strict=True):
        rows = []
        for name, measure in MEASURES.items():
            made = difference(name, trial.found[0], found)
            values = (None, None, None) if made is None else (made.mean, made.low, made.high)
            rows.append(GridRow((measure.label, *(_signed(value, measure) for value in values)), _depth(name)))
        note = "Paired by seed: the same people. " + (
            f"{LEVEL:.0%} intervals by Student's t." if len(trial.seeds) > 1 else "Intervals need --seeds 2 or more."
        )
        yield Grid(f"{trial.label(variant)}, compared with {first}", columns, tuple(rows), (note,))


def _attempts(found: Sequence[Findings]) -> Grid:
    counts = Counter[int]()
    for each in found:
        counts.update(each.attempts)
    total, so_far, rows = sum(counts.values()), 0, []
    for calls in range(1, max(counts, default=0) + 1):
        so_far += counts[calls]
        rows.append(GridRow((str(calls), _figure(counts[calls] / len(found)), Percent(Fraction(so_far, total)))))
    columns = (Column("calls", "Calls", numeric=False), Column("people", "Interviewed"), Column("pct", "Up to here"))
    return Grid("Attempts to complete", columns, tuple(rows))


def _parts(found: Sequence[Findings]) -> Grid:
    rows = []
    for part in found[0].parts:
        calls = sum(each.parts[part].calls for each in found)
        contacts = sum(each.parts[part].contacts for each in found)
        completes = sum(each.parts[part].completes for each in found)
        rate = Percent(Fraction(contacts, calls)) if calls else None
        means = [_figure(n / len(found)) for n in (calls, contacts, completes)]
        rows.append(GridRow((part.replace("_", " "), *means[:2], rate, means[2])))
    columns = (
        Column("part", "Part of the week", numeric=False),
        Column("calls", "Calls"),
        Column("spoken_to", "Contacts"),
        Column("rate", "Contact rate"),
        Column("completes", "Interviewed"),
    )
    return Grid("Calls by part of the week", columns, tuple(rows))


def _per_cent(whole: int | None) -> Cell:
    return None if whole is None else f"{whole}%"


def _figure(value: float | None, measure: Measure | None = None) -> Cell:
    if value is None:
        return None
    if measure is not None and measure.is_share:
        return f"{100 * value:.1f}%"
    if value == int(value):
        return int(value)
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _signed(value: float | None, measure: Measure) -> Cell:
    if value is None:
        return None
    if measure.is_share:
        return f"{100 * value:+.1f} pp"
    return f"{value:+.1f}" if abs(value) >= 10 else f"{value:+.2f}"
