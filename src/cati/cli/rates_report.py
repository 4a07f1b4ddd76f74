"""`cati report rates`: the response rates of the cases in the database, and what the choices behind them do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cati.cli import output
from cati.cli.asked import (
    NONE,
    WEEK,
    Moment,
    at_option,
    by_option,
    cases_option,
    check_together,
    group_option,
    moment_of,
    named,
    together,
)
from cati.cli.given import parse_e, parse_settings
from cati.cli.group import command
from cati.cli.opening import opened
from cati.cli.options import database_option, now_option, report_options
from cati.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cati.outcomes import Rates
    from cati.reports import RatesReport
    from cati.storage import Store
    from cati.studies import Study

OVERALL = "all"
_K, _U = ("I", "P", "R", "NC", "O"), ("UH", "UO")


@command(
    "rates",
    examples=(
        "cati report rates",
        "cati report rates --by region --e-by all",
        "cati report rates --format json --e 0.8",
        "cati report rates --sensitivity",
        "cati report rates --cases NC",
    ),
)
@by_option("A row a value")
@at_option
@click.option(
    "--e", "share", metavar="SHARE", help="The share of unknown cases taken to be eligible (0.8, or UH=0.8,UO=0.5)."
)
@click.option(
    "--e-by",
    "within",
    metavar="VARIABLE",
    help="Estimate e within each value of a variable, or once over `all` cases. Default: of the cases of each rate.",
)
@click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    help="Count contested cases otherwise, such as unlocatable=unknown.",
)
@click.option("--sensitivity", "every_choice", is_flag=True, help="The rates under every choice of the settings.")
@cases_option
@group_option
@report_options
@database_option
@now_option
def rates(
    by: str | None,
    at: str | None,
    share: str | None,
    within: str | None,
    settings: tuple[str, ...],
    every_choice: bool,
    row: str | None,
    group: str | None,
    form: str | None,
    target: Path | None,
    force: bool,
) -> None:
    """The telephone response rate, the adjusted response rate and the AAPOR rates, each with definition and interval.

    --by week shows how the rates stood at the end of each week. --cases takes an AAPOR group (I, P, R, NC, O, UH, UO,
    NE), K or U, a row of the outcome table, or an outcome.
    """
    check_together(by=by, row=row, group=group)
    if share is not None and within is not None:
        raise InputError("--e gives e and --e-by estimates it; leave one of them out.")
    if by == WEEK and within not in (None, OVERALL):
        raise InputError(f"--by week shows every case again each week; --e-by {within} does not go with it.")
    if every_choice and (by or within or row):
        raise InputError("--sensitivity is one table of all cases; leave --by, --e-by and --cases out.")
    chosen = output.chosen_format(form, target)
    counted, given = parse_settings(settings), parse_e(share)
    with opened() as (store, study):
        moment = moment_of(store, study.timezone, at)
        if row is not None:
            content = _cases(store, study, moment, row, by, group, counted, chosen)
        elif every_choice:
            content = _sensitivity(store, study, moment, counted, given, chosen)
        else:
            content = _rates(store, study, moment, by, within, counted, given, chosen)
    output.deliver(content, chosen, target, force=force)


def _rates(
    store: Store,
    study: Study,
    moment: Moment,
    by: str | None,
    within: str | None,
    settings: Mapping[str, str],
    given: Any,
    form: Any,
) -> str | bytes:
    from cati.desk import outcome_counts, outcome_counts_by_week
    from cati.reports import rates_report, render_rates, render_rates_by

    # the whole from its parts: counted apart, a call coded in between would set them at odds
    groups: dict[str, dict[str, int]] = {}
    if by is None:
        counts = outcome_counts(store, at=moment.at)
    elif by == WEEK:
        weeks = outcome_counts_by_week(store, at=moment.at)
        groups = {week.monday: dict(week.counts) for week in weeks}
        counts = dict(weeks[-1].counts) if weeks else {}
    else:
        groups = named(outcome_counts(store, by, at=moment.at))
        counts = together(groups)
    estimate = None if within is None else Estimate(store, study, moment, within, settings, counts)

    def report(some: Mapping[str, int], value: str | None = None) -> RatesReport:
        if estimate is None:
            return rates_report(study.scheme, some, settings, given)
        return rates_report(study.scheme, some, settings, estimate.of(by, value), source=estimate.source)

    width = output.width()
    if by is None:
        return render_rates(report(counts), form, provenance=moment.made, width=width)
    reports = {value: report(some, value) for value, some in groups.items()}
    return render_rates_by(by, report(counts), reports, form, provenance=moment.made, width=width)


class Estimate:
    """e estimated within each value of a variable, or once over all cases; and what that comes to for other cases."""

    def __init__(
        self,
        store: Store,
        study: Study,
        moment: Moment,
        within: str,
        settings: Mapping[str, str],
        counts: Mapping[str, int],
    ) -> None:
        from cati.desk import outcome_counts
        from cati.outcomes.rates import E_OVERALL, E_WITHIN

        self._store, self._study, self._moment, self._within = store, study, moment, within
        self._settings = settings
        self.source = E_OVERALL if within == OVERALL else E_WITHIN.format(variable=within)
        strata = {"": counts} if within == OVERALL else outcome_counts(store, within, at=moment.at)
        self._e = {stratum: self._rates(some).e for stratum, some in strata.items()}
        self._unknown = {stratum: self._unknown_of(some) for stratum, some in strata.items()}
        self._across: dict[str, dict[str, int]] | None = None

    def of(self, by: str | None, value: str | None) -> Any:
        """The e of all cases, or of those with a value (by its name) of the variable `by`."""
        from cati.outcomes.rates import Undefined, pooled_e

        if self._within == OVERALL:
            return Undefined.E if self._e[""] is None else self._e[""]
        if by is None or value is None:
            return pooled_e(self._unknown, self._e)
        if self._across is None:
            self._across = self._read_across(by)
        return pooled_e(self._across.get(value, {}), self._e)

    def _read_across(self, by: str) -> dict[str, dict[str, int]]:
        """The unknown cases of each value of `by` (by its name), by stratum."""
        from cati.desk import outcome_counts_across

        found: dict[str, dict[str, int]] = {}
        for (value, stratum), some in outcome_counts_across(
            self._store, (by, self._within), at=self._moment.at
        ).items():
            strata = found.setdefault(value or NONE, {})
            strata[stratum] = strata.get(stratum, 0) + self._unknown_of(some)
        return found

    def _rates(self, counts: Mapping[str, int]) -> Rates:
        from cati.outcomes import group_counts
        from cati.outcomes import rates as rates_of

        return rates_of(group_counts(self._study.scheme, counts, self._settings))

    def _unknown_of(self, counts: Mapping[str, int]) -> int:
        from cati.outcomes import group_counts

        groups = group_counts(self._study.scheme, counts, self._settings)
        return sum(groups[group] for group in _U)


def _sensitivity(
    store: Store, study: Study, moment: Moment, settings: Mapping[str, str], given: Any, form: Any
) -> str | bytes:
    from cati.desk import outcome_counts
    from cati.reports import render_sensitivity, sensitivity

    choices = sensitivity(study.scheme, outcome_counts(store, at=moment.at), settings, given)
    return render_sensitivity(study.scheme, choices, form, provenance=moment.made, width=output.width())


def _cases(
    store: Store,
    study: Study,
    moment: Moment,
    row: str,
    by: str | None,
    group: str | None,
    settings: Mapping[str, str],
    form: Any,
) -> str | bytes:
    from cati.cli.report import case_list
    from cati.outcomes import GROUPS
    from cati.reports import render_cases

    letters: dict[str, tuple[str, ...]] = {**{each: (each,) for each in GROUPS}, "K": _K, "U": _U}
    groups = letters.get(row)
    if groups is None:
        keys = study.scheme.counted_in(row)
    else:
        found = {key: study.scheme.disposition(key, settings) for key in study.scheme.outcomes}
        keys = tuple(key for key, each in found.items() if each is not None and each.group in groups)
    cases = case_list(store, study, moment, row, keys, by, group)
    return render_cases(cases, study.scheme, form, provenance=moment.made, width=output.width())
