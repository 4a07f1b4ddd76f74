"""What the choices behind the rates do to them: every setting's every value, in one table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from cati.outcomes import RATE_DEFINITIONS, Rates, Scheme
from cati.outcomes.rates import E_GIVEN, Eligible
from cati.reports.document import Column, Document, Grid, GridRow, Number, Percent, Provenance
from cati.reports.outcome_document import scheme_json, scheme_lines, table_facts
from cati.reports.rates_document import AAPOR, K_AND_U, rates_report

_SHOWN = ("RR1", "RR3", "RR5", "REF2", "CON2")  # no setting moves a co-operation rate


@dataclass(frozen=True, slots=True)
class Choice:
    """One combination of the settings' values, the rates under it, and whether it is the one in force."""

    settings: Mapping[str, str]
    rates: Rates
    in_force: bool


def sensitivity(
    scheme: Scheme,
    counts: Mapping[str, int],
    settings: Mapping[str, str] | None = None,
    e: Eligible | Mapping[str, Eligible] | None = None,
) -> tuple[Choice, ...]:
    """The rates of `counts` under every combination of the scheme's settings; `settings` and `e` as they are in force.

    Raises InputError as `rates_report` does.
    """
    force = scheme.settings_with(settings)
    return tuple(
        Choice(chosen, rates_report(scheme, counts, chosen, e).rates, chosen == force)
        for chosen in _combinations(scheme)
    )


def _combinations(scheme: Scheme) -> Iterator[dict[str, str]]:
    names = list(scheme.settings)
    for values in product(*(scheme.settings[name].values for name in names)):
        yield dict(zip(names, values, strict=True))


def sensitivity_document(
    scheme: Scheme, choices: tuple[Choice, ...], provenance: Provenance, *, data: bool
) -> Document:
    """A row a combination. `data`: with every rate, for a program; else with those that fit on a page."""
    keys = tuple(RATE_DEFINITIONS) if data else _SHOWN
    columns = [Column(name, _capital(name.replace("_", " ")), numeric=False) for name in scheme.settings]
    columns += [Column("in_force", "In force", numeric=False)]
    columns += [Column("K", "K"), Column("U", "U"), Column("NE", "NE"), Column("e", "e")]
    columns += [Column(key, key) for key in keys]
    rows = []
    for choice in choices:
        counts = {group: int(n) for group, n in choice.rates.counts.items()}  # of cases, not of weights
        unknown = counts["UH"] + counts["UO"]
        known = sum(counts.values()) - unknown - counts["NE"]
        rows.append(
            GridRow(
                (
                    *choice.settings.values(),
                    "yes" if choice.in_force else "",
                    known,
                    unknown,
                    counts["NE"],
                    Number(choice.rates.e, 3),
                    *(Percent(choice.rates[key], 1) for key in keys),
                )
            )
        )
    formulas = "; ".join(f"{key} = {RATE_DEFINITIONS[key]}" for key in keys)
    return Document(
        f"Response rates under every choice – {scheme.title}",
        (Grid("", tuple(columns), tuple(rows)),),
        (
            "- where a rate is not defined: its base is empty.",
            *(
                f"{name}, {setting.label}: "
                + "; ".join(f"{value} = {meaning}" for value, meaning in setting.values.items())
                + "."
                for name, setting in scheme.settings.items()
            ),
            f"{formulas}.",
            K_AND_U,
            f"e, the share of U taken to be eligible: {choices[0].rates.e_source}."
            + ("" if choices[0].rates.e_source == E_GIVEN else " With e = 1, RR3 is RR1; with e = 0, it is RR5."),
            AAPOR,
            *scheme_lines(scheme, provenance),
        ),
        {**table_facts(scheme, provenance), "e_source": choices[0].rates.e_source},
    )


def sensitivity_json(scheme: Scheme, choices: tuple[Choice, ...], provenance: Provenance) -> dict[str, Any]:
    """The same as JSON data, with every rate; not defined is null."""
    return {
        "choices": [
            {
                "settings": dict(choice.settings),
                "in_force": choice.in_force,
                "groups": dict(choice.rates.counts),
                **choice.rates.as_floats(),
            }
            for choice in choices
        ],
        "definitions": {**RATE_DEFINITIONS, "e": choices[0].rates.e_source},
        **provenance.json(),
        "scheme": scheme_json(scheme),
    }


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
