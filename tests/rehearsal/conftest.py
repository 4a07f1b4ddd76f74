"""Populations and small rehearsals for the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol

import pytest

from cati.rehearsal import Population, population_text, read_population
from cati.rehearsal.room import Agenda
from cati.rehearsal.simulation import Simulation
from cati.storage import Store
from cati.storage.scratch import scratch_store
from cati.studies import Study


@pytest.fixture(scope="session")
def panel_text() -> str:
    """The text of the panel that comes with cati."""
    return population_text("panel")[0]


@pytest.fixture(scope="session")
def panel(panel_text: str) -> Population:
    """The panel that comes with cati."""
    return read_population(panel_text, "panel.yaml")


@dataclass(frozen=True)
class Rehearsed:
    """A simulation that has run, and its database."""

    simulation: Simulation
    store: Store


class Rehearse(Protocol):
    """Runs a small rehearsal; `order` None: cati's own."""

    def __call__(
        self, order: str | None = None, *, cases: int = 25, weeks: int = 1, share: float = 0.25, seed: int = 1
    ) -> Rehearsed: ...


@pytest.fixture(scope="module")
def rehearse_with() -> Iterator[Callable[[Study, Population], Rehearse]]:
    """Runs rehearsals of a study with a population."""
    with ExitStack() as opened:

        def with_them(study: Study, population: Population) -> Rehearse:
            def run(
                order: str | None = None, *, cases: int = 25, weeks: int = 1, share: float = 0.25, seed: int = 1
            ) -> Rehearsed:
                last = study.fieldwork_start + timedelta(days=7 * weeks - 1)
                cut = study.as_installed(
                    title=study.title,
                    timezone=study.timezone,
                    fieldwork=(study.fieldwork_start, last),
                    holidays=study.rules.holidays,
                )
                agenda = Agenda(datetime.combine(study.fieldwork_start, time(), study.timezone).astimezone(UTC))
                store = opened.enter_context(scratch_store(lambda: agenda.now))
                made = Simulation(store, cut, population, agenda, seed=seed, cases=cases, share=share, order=order)
                made.run()
                return Rehearsed(made, store)

            return run

        yield with_them


@pytest.fixture(scope="module")
def rehearse(rehearse_with: Callable[[Study, Population], Rehearse], study: Study, panel: Population) -> Rehearse:
    """Runs rehearsals of Wave 2 on the panel."""
    return rehearse_with(study, panel)


@pytest.fixture(scope="module")
def rehearsed(rehearse: Rehearse) -> Rehearsed:
    """One in cati's own order."""
    return rehearse(cases=40)
