"""A pytest plugin: a skipped test is a proof that was not made. It says which and why, and can fail the run for it.

Loaded by `scripts/test`. With CATI_FAIL_ON_SKIP=1, set where everything that the proofs need was installed, a run in
which anything was skipped fails.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

_skipped: Counter[str] = Counter()


def _note(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not report.skipped or hasattr(report, "wasxfail"):
        return
    why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    _skipped[why.removeprefix("Skipped: ")] += 1


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _note(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    _note(report)


def _must_not_skip() -> bool:
    return os.environ.get("CATI_FAIL_ON_SKIP", "") not in ("", "0")


def pytest_sessionfinish(session: pytest.Session) -> None:
    on_worker = hasattr(session.config, "workerinput")
    if _skipped and _must_not_skip() and not on_worker and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _skipped:
        return
    terminalreporter.section("proofs that were not made here")
    for why, count in sorted(_skipped.items()):
        terminalreporter.write_line(f"{count} skipped: {why}")
    if _must_not_skip():
        terminalreporter.write_line("Nothing may be skipped here (CATI_FAIL_ON_SKIP): the run has failed.", red=True)
