"""Sample files, written as offices write them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cati.desk import SampleRow
from cati.exchange import LoadReport, read_sample

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
