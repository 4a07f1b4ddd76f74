"""Response rates as a report: every rate with its definition and interval, and under them what was counted where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cati.outcomes import GROUPS, RATE_DEFINITIONS, Rates, RateValue, Scheme, group_counts, outcome_table, rates, wilson
from cati.outcomes.intervals import LEVEL, METHOD
from cati.outcomes.rates import Eligible, count_text
from cati.reports.document import Cell, Column, Document, Grid, GridRow, Percent, Provenance
from cati.reports.outcome_document import scheme_json, scheme_lines, table_facts

K_AND_U = "K = I+P+R+NC+O, cases known to be eligible. U = UH+UO, cases of unknown eligibility."
AAPOR = "Definitions: AAPOR, Standard Definitions: final dispositions of case codes and outcome rates for surveys."
GROUP_NAMES: Mapping[str, str] = {
    "I": "interview",
    "P": "partial interview",
    "R": "refusal and break-off",
    "NC": "non-contact",
    "O": "other, eligible",
    "UH": "unknown whether reached at all",
    "UO": "unknown, other",
    "NE": "not eligible",
}
INTERVALS = (
    f"Intervals: {LEVEL:.0%}, {METHOD}; they take the cases for a simple random sample, and e for known, and say "
    "nothing of bias."
)

WEIGHTED = (
    "Counts that are not whole are taken for sums of weights: the rates hold, the intervals only for weights that add "
    "up to the number of cases, and even then they leave out what weighting costs."
)


@dataclass(frozen=True, slots=True)
class RatesReport:
    """The rates of one set of cases, with the scheme, the settings and the outcomes they come from."""

    scheme: Scheme
    table_rates: tuple[RateValue, ...]
    rates: Rates
    settings: Mapping[str, str]
    counts: Mapping[str, int]

    def interval(self, key: str) -> tuple[float, float] | None:
        """Wilson's interval of a rate, by its key; None where the rate is not defined."""
        for rate in self.table_rates:
            if rate.key == key:
                return wilson(rate.numerator, rate.denominator)
        return wilson(*self.rates.parts[key])


def rates_report(
    scheme: Scheme,
    counts: Mapping[str, int],
    settings: Mapping[str, str] | None = None,
    e: Eligible | Mapping[str, Eligible] | None = None,
    *,
    source: str | None = None,
) -> RatesReport:
    """The rates of `counts` (outcome key to cases) under the scheme's settings, or `settings` in their place.

    `e` and `source` as `rates` takes them. Raises InputError as `group_counts` and `rates` do.
    """
    table = outcome_table(scheme, counts)
    found = rates(group_counts(scheme, counts, settings), e, source=source)
    return RatesReport(scheme, table.rates, found, scheme.settings_with(settings), dict(counts))


def rates_json(report: RatesReport, provenance: Provenance) -> dict[str, Any]:
    """Every rate by its key, not defined as null, and beside them what they were made from."""
    keys = [*(rate.key for rate in report.table_rates), *RATE_DEFINITIONS]
    return {
        **{rate.key: None if rate.value is None else float(rate.value) for rate in report.table_rates},
        **report.rates.as_floats(),
        "intervals": {
            "level": LEVEL,
            "method": METHOD,
            **{key: None if (found := report.interval(key)) is None else list(found) for key in keys},
        },
        "definitions": {
            **{rate.key: rate.definition for rate in report.table_rates},
            **RATE_DEFINITIONS,
            "e": report.rates.e_source,
            "K": "I+P+R+NC+O",
            "U": "UH+UO",
        },
        "groups": dict(report.rates.counts),
        "outcomes": {key: n for key, n in report.counts.items() if n},
        "settings": dict(report.settings),
        **provenance.json(),
        "scheme": scheme_json(report.scheme),
    }


def rates_document(report: RatesReport, provenance: Provenance, notes: tuple[str, ...] = ()) -> Document:
    """The rates as a report for people."""
    telephone = Grid(
        "Telephone response rates",
        _columns("rate"),
        tuple(
            GridRow(
                (
                    rate.key,
                    rate.label,
                    _share(rate.value),
                    *interval_cells(report.interval(rate.key)),
                    f"{rate.definition}: {rate.numerator:,} / {rate.denominator:,}",
                )
            )
            for rate in report.table_rates
        ),
    )
    return Document(
        f"Response rates – {report.scheme.title}",
        (telephone, _aapor_grid(report.rates)),
        (
            *_e_lines(report.rates),
            INTERVALS,
            *setting_lines(report),
            *counted_where(report),
            *notes,
            *scheme_lines(report.scheme, provenance),
        ),
        rates_facts(report, provenance),
    )


def setting_lines(report: RatesReport) -> tuple[str, ...]:
    """How contested cases are counted, a line a setting."""
    return tuple(
        f"{setting.label}: counted as {setting.values[report.settings[key]]} (setting {key}: {report.settings[key]})."
        for key, setting in report.scheme.settings.items()
    )


def rates_facts(report: RatesReport, provenance: Provenance) -> dict[str, str]:
    """What every line of a CSV says of the report."""
    return {**table_facts(report.scheme, provenance), "e_source": report.rates.e_source, **report.settings}


def group_rates_document(found: Rates, provenance: Provenance, title: str = "AAPOR outcome rates") -> Document:
    """The rates of given group counts: no scheme and no database stands behind them."""
    given = ", ".join(f"{group}={count_text(n)}" for group, n in found.counts.items())
    weighted = () if all(n == int(n) for n in found.counts.values()) else (WEIGHTED,)
    return Document(
        title,
        (_aapor_grid(found, ""),),
        (f"Counts: {given}.", *_e_lines(found), INTERVALS, *weighted, *provenance.lines()),
        {"e_source": found.e_source, **provenance.facts()},
    )


def _columns(what: str) -> tuple[Column, ...]:
    return (
        Column("key", "Key", numeric=False, data_only=True),
        Column(what, "Rate", numeric=False),
        Column("value", "Value"),
        Column("low", f"{LEVEL:.0%} from"),
        Column("high", "to"),
        Column("definition", "Definition", numeric=False),
    )


def interval_cells(found: tuple[float, float] | None) -> tuple[Cell, Cell]:
    """The two ends of an interval."""
    if found is None:
        return Percent(None, 1), Percent(None, 1)
    low, high = (Percent(Fraction(end), 1) for end in found)
    return low, high


def _aapor_grid(found: Rates, name: str = "AAPOR outcome rates") -> Grid:
    rows = [
        GridRow((key, key, _share(found[key]), *interval_cells(wilson(*found.parts[key])), _definition(key, found)))
        for key in RATE_DEFINITIONS
    ]
    rows.append(GridRow(("e", "e", _share(found.e), *interval_cells(None), found.e_source)))
    return Grid(name, _columns("rate"), tuple(rows))


def _definition(key: str, found: Rates) -> str:
    formula = RATE_DEFINITIONS[key]
    return f"{formula}, e {_e_text(found)}" if "eU" in formula else formula


def _share(value: Fraction | None) -> Percent:
    return Percent(value, 1, "not defined")


def _e_text(found: Rates) -> str:
    return f"= {_share(found.e)}" if found.e is not None else "is not defined"


def _e_lines(found: Rates) -> tuple[str, ...]:
    about_e = f"e, the share of U taken to be eligible, {_e_text(found)}: {found.e_source}."
    return (K_AND_U, about_e, AAPOR)


def counted_where(report: RatesReport) -> tuple[str, ...]:
    """A line a group: how many, and which outcomes with which codes."""
    lines = []
    for group in GROUPS:
        parts = []
        for key, n in report.counts.items():
            disposition = report.scheme.disposition(key, report.settings)
            if n and disposition is not None and disposition.group == group:
                parts.append(f"{report.scheme.outcomes[key].label} {n:,} ({disposition.code})")
        n_text = count_text(report.rates.counts[group])
        lines.append(f"{group}, {GROUP_NAMES[group]}: {n_text}{': ' if parts else ''}{'; '.join(parts)}.")
    return tuple(lines)
