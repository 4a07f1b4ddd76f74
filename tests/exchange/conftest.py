"""Sample files, written as offices write them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cati.desk import SampleRow, install_study
from cati.exchange import LoadReport, read_sample
from cati.storage.scratch import scratch_store
from cati.studies import Study

from ..conftest import FakeClock
from .merge_tools import Fieldwork, fieldwork

Read = Callable[..., tuple[list[SampleRow], LoadReport]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """`read(content)`: the good rows of a sample file with this content, and its report."""

    def run(content: str | bytes, encoding: str = "utf-8") -> tuple[list[SampleRow], LoadReport]:
        path = tmp_path / "sample.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        report = LoadReport()
        return list(read_sample(path, report)), report

    return run


@pytest.fixture(scope="module")
def both(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fieldwork]:
    """A fieldwork of both modes, the online responses loaded: for tests that only read it."""
    clock = FakeClock()
    with scratch_store(clock) as store:
        install_study(store, study)
        yield fieldwork(store, study, clock, tmp_path_factory.mktemp("export") / "out", telephone=6, online=12)
