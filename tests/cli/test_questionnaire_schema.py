"""The JSON Schema that editors use: shipped beside the studies, equal to the models, and every key described."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Cati = Callable[..., Any]
SHIPPED = "src/cati/studies/questionnaire.schema.json"


@pytest.fixture(scope="module")
def schema(repository: Path) -> dict[str, Any]:
    """The shipped schema."""
    read: dict[str, Any] = json.loads((repository / SHIPPED).read_text(encoding="utf-8"))
    return read


def test_the_shipped_schema_is_that_of_the_models(cati: Cati, repository: Path) -> None:
    made = cati("questionnaire", "export", "wave2", "--to", "json-schema").out
    assert (repository / SHIPPED).read_text(encoding="utf-8") == made, (
        f"run cati questionnaire export wave2 --to json-schema --output {SHIPPED}"
    )


@pytest.mark.parametrize("study", ["wave2", "asye"])
def test_a_shipped_questionnaire_tells_editors_where_the_schema_is(repository: Path, study: str) -> None:
    file = repository / "src/cati/studies" / study / "questionnaire.yaml"
    key, _, place = file.read_text(encoding="utf-8").splitlines()[0].partition("$schema=")
    assert key == "# yaml-language-server: "
    assert (file.parent / place).resolve() == (repository / SHIPPED).resolve()


def test_every_part_and_key_of_the_file_is_described(schema: dict[str, Any]) -> None:
    parts = {**schema["$defs"], "the file": schema}
    bare = [name for name, part in parts.items() if not part.get("description")]
    bare += [
        f"{name}.{key}" for name, part in parts.items() for key, value in part["properties"].items() if not _told(value)
    ]
    assert bare == []


def test_unknown_keys_are_refused_everywhere(schema: dict[str, Any]) -> None:
    parts = {**schema["$defs"], "the file": schema}
    assert [name for name, part in parts.items() if part.get("additionalProperties") is not False] == []


@pytest.mark.parametrize("study", ["wave2", "asye"])
def test_every_key_of_the_shipped_questionnaires_is_in_the_schema(
    repository: Path, schema: dict[str, Any], study: str
) -> None:
    from cati.questionnaire.yaml_source import read_yaml

    text = (repository / "src/cati/studies" / study / "questionnaire.yaml").read_text(encoding="utf-8")
    known = {key for part in (*schema["$defs"].values(), schema) for key in part["properties"]}
    data = read_yaml(text, study).data
    free = {name for key in ("sample", "fills", "option_lists", "texts", "closings", "decisions") for name in data[key]}
    assert set(_keys(data)) - free <= known


def _told(value: dict[str, Any]) -> bool:
    return bool(value.get("description"))


def _keys(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield key
            yield from _keys(value)
    if isinstance(data, list):
        for value in data:
            yield from _keys(value)
