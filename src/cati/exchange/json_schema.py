"""The JSON Schema of the questionnaire file, made from its models, for editors and other programs."""

from __future__ import annotations

from typing import Any

from cati.questionnaire.model import Questionnaire

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def questionnaire_schema() -> dict[str, Any]:
    """The schema of a questionnaire file: the same for every study and mode."""
    schema = Questionnaire.model_json_schema(by_alias=True)
    return {"$schema": DIALECT, **schema, "title": "cati questionnaire"}
