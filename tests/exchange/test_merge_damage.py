"""A thousand damaged online files: each merges with what is wrong listed, or is refused with the reason; none merges
into wrong data in silence.

The oracle knows the undamaged merge, cell by cell. Where a damaged file merges into other data, a finding must name the
variable or the person. The suite takes a sample; all of them: CATI_MERGE_DAMAGE=1000.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from cati.errors import InputError
from cati.exchange.merging import Findings, Merged, Wanted, merge

from .damage import DAMAGES, damaged
from .merge_tools import Fieldwork

TRIES = int(os.environ.get("CATI_MERGE_DAMAGE", str(len(DAMAGES))))


def merged(both: Fieldwork, path: Path) -> Merged:
    return merge(both.store, both.study, path, both.export, Wanted(trial=True), told=lambda *_: lambda _: None)


def tried(both: Fieldwork, path: Path) -> tuple[Merged | None, str]:
    """The merge, or why the file was refused as a whole."""
    try:
        return merged(both, path), ""
    except InputError as refused:
        return None, str(refused)


def cells(merged: Merged) -> dict[tuple[str, str], Any]:
    """Every value of the merged data, by person (of the open link: by when they ended) and variable."""
    assert merged.table is not None
    serials = dict(merged.links)
    ids, ends = merged.table.column("SurveyID"), merged.table.column("IntEnd")
    who = [serials[survey_id] or f"open link, {end}" for survey_id, end in zip(ids, ends, strict=True)]
    return {
        (who[at], variable.name): value
        for variable, column in merged.table.each()
        if variable.name != "SurveyID"
        for at, value in enumerate(column)
    }


@pytest.fixture(scope="module")
def truth(both: Fieldwork, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Any]:
    """The merge of the file as it should be."""
    found = merged(both, both.write(tmp_path_factory.mktemp("truth") / "online.csv"))
    assert found.findings.conflicts == []
    return cells(found)


def unexplained(
    found: dict[tuple[str, str], Any], truth: dict[tuple[str, str], Any], findings: Findings, items: dict[str, str]
) -> list[tuple[str, str]]:
    """The cells that are not as they should be, and of which no finding says anything."""
    told = {each.variable for each in findings.differences if each.severity != "note"}
    lost = {each.serial for each in findings.left_out}
    counts_differ = any(each.kind == "counts" for each in findings.differences)
    routes = {(each.serial, each.item) for each in findings.route_violations}
    wrong = []
    for who, name in truth.keys() | found.keys():
        key = (who, name)
        if found.get(key) == truth.get(key) and (key in found) == (key in truth):
            continue
        gone = key not in found or key not in truth
        explained = items[name] in told or name in told or (who, items[name]) in routes
        if not explained and not (gone and (who in lost or counts_differ)):
            wrong.append(key)
    return wrong


@pytest.mark.parametrize("seed", range(TRIES))
def test_a_damaged_file_is_never_merged_in_silence(
    both: Fieldwork, truth: dict[tuple[str, str], Any], tmp_path: Path, seed: int
) -> None:
    file = damaged(both.rows(), both.book.to_json(), seed)
    path = tmp_path / "online.csv"
    path.write_bytes(file.data)
    if file.book is not None:
        path.with_suffix(".codebook.json").write_text(json.dumps(file.book), encoding="utf-8")
    found, refused = tried(both, path)
    if found is None:
        assert not file.harmless, f"{file.what}: {refused}"
        assert str(path) in refused, file.what
        return
    if found.findings.conflicts:
        assert not file.harmless, (file.what, found.findings.conflicts)
        assert all(each.kind and each.online for each in found.findings.conflicts)
        return
    items = {variable.name: variable.multi or variable.item for variable in both.book.variables}
    assert unexplained(cells(found), truth, found.findings, items) == [], file.what
    if file.harmless:
        assert cells(found) == truth, file.what


def test_every_kind_of_damage_is_in_the_sample() -> None:
    assert len(DAMAGES) <= TRIES
