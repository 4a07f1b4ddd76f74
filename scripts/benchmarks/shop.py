"""A database with the Wave 2 study and as many people as are needed, on a Wednesday of the fieldwork."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cati.storage import Store
    from cati.studies import Study

NOW = datetime(2019, 11, 20, 11, 0, tzinfo=UTC)


def open_shop(path: Path, cases: int) -> tuple[Store, Study]:
    """Makes the database and leaves it open; the numbers are of the range reserved for drama."""
    from cati.desk import SampleRow, install_study, load_sample
    from cati.storage import init_database, open_store
    from cati.studies import load_study

    init_database(str(path))
    store = open_store(str(path), clock=lambda: NOW - timedelta(hours=3))
    study = load_study("wave2")
    install_study(store, study, fieldwork=(date(2019, 11, 11), date(2020, 1, 7)))
    rows = [
        SampleRow(
            serial=f"{1000 + at}",
            name=f"Person {at}",
            la="Leeds",
            region="Yorkshire and Humber",
            ofsted="Good",
            phones=(f"+441134960{at % 1000:03d}",),
            link="individual",
        )
        for at in range(cases)
    ]
    load_sample(store, rows, study=study, who="bench")
    store.clock = lambda: NOW
    return store, study
