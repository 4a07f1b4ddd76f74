"""Interviews exported to SPSS, against the library that writes the file given the same table ready made."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.interviews import hold_interviews, respondents
from benchmarks.measuring import Figure, Missing, Told, in_turn, seconds

_DIFFERENT = 1000
"""Respondents that differ; more interviews than that are these over again."""
_FLOOR = "pyreadstat, the same table ready made"


def measure(interviews: int, rounds: int) -> Told:
    """The whole export (database, routes, codebook, file, manifest), and the file alone, each against pyreadstat."""
    from cati.exchange.export.needing import is_there

    if not is_there("pyreadstat", "polars"):
        return [Missing("export", "needs the packages that write SPSS files: pip install 'cati[sav]'")]
    with tempfile.TemporaryDirectory(prefix="cati-bench-") as name:
        return _measure(Path(name), interviews, rounds)


def _measure(place: Path, interviews: int, rounds: int) -> Told:
    from cati.exchange.export import FORMATS, Wanted, export
    from cati.exchange.export.running import gathered
    from cati.storage import open_store
    from cati.studies import load_study

    study = load_study("wave2")
    store = open_store(str(place / "cati.db"), create=True)
    try:
        hold_interviews(store, study, respondents(study, min(interviews, _DIFFERENT), seed=2019), interviews)
        wanted = Wanted([FORMATS["sav"]])
        table = gathered(store, study, wanted, _quiet).table
        floor = _floor(table, place / "floor.sav")

        def whole() -> float:
            return seconds(
                lambda: export(store, study, place / "out", wanted, now=store.time(), replace=True, told=_quiet)
            )

        def file_alone() -> float:
            return seconds(lambda: FORMATS["sav"].write(table, [place / "mine.sav"]))

        variables = len(table.codebook.variables)
        what = f"{interviews:,} interviews × {variables} variables"
        told: Told = []
        for label, work in (("the file of a table", file_alone), ("from the database to the finished folder", whole)):
            cati, bare = in_turn(work, lambda: seconds(floor), rounds).medians()
            told.append(Figure(f"Export to .sav, {label}: {what}", "s", cati, _FLOOR, bare, aim=2, rounds=rounds))
        before = processor_seconds()
        whole()
        between = processor_seconds()
        floor()
        after = processor_seconds()
        told.append(
            Figure(
                f"The same, processor time of all its processes: {what}",
                "s",
                between - before,
                _FLOOR,
                after - between,
                note="What else the machine does weighs less on it; with two processors the wall waits for half of it.",
            )
        )
        return told
    finally:
        store.close()


def processor_seconds() -> float:
    """What this process has used of the processors so far, and its children that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _floor(table: Any, path: Path) -> Any:
    """Writes the same values, labels, measures and missing ranges with pyreadstat alone."""
    import pyreadstat

    from cati.exchange.export.frame import frame_of
    from cati.exchange.export.spss import lowest

    frame = frame_of(table, "sav", "sav")
    book = table.codebook
    labels = {variable.name: variable.label for variable in book.variables}
    values: Any = {
        variable.name: {
            str(code.value) if variable.kind == "text" else code.value: code.label for code in variable.codes
        }
        for variable in book.variables
        if variable.codes
    }
    missing: Any = {
        variable.name: [{"lo": lowest(variable), "hi": -1}] for variable in book.variables if variable.is_numeric
    }

    def write() -> None:
        pyreadstat.write_sav(
            frame,
            str(path),
            column_labels=labels,
            row_compress=True,
            variable_value_labels=values,
            missing_ranges=missing,
        )

    return write


def _quiet(what: str, total: int | None) -> Any:  # noqa: ARG001
    return lambda _: None
