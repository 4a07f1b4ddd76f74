"""The file that says which calls the demonstration begins with, read strictly: a slip in it is told by name."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cati.errors import InputError
from cati.studies import Study, demo_script


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Appointment(_Part):
    """For so many minutes from now (a minus: it is due), or at an hour of tomorrow."""

    kind: Literal["hard", "soft"]
    minutes: int | None = None
    tomorrow: int | None = Field(default=None, ge=0, le=23)

    @model_validator(mode="after")
    def _one_time(self) -> Self:
        if (self.minutes is None) == (self.tomorrow is None):
            raise ValueError("give either minutes or tomorrow")
        return self


class Refused(_Part):
    """How firmly, who, and why."""

    strength: Literal["soft", "hard"]
    who: str
    reason: str = ""


class Call(_Part):
    """What a call came to, how often, and how many questions were answered (None: those that lead to the outcome)."""

    outcome: str
    times: int = Field(default=1, ge=1)
    answered: int | None = Field(default=None, ge=1)
    note: str = ""
    refusal: Refused | None = None
    appointment: Appointment | None = None


class Script(_Part):
    """The calls of the shift, in no order, and the answers that lead into the interview."""

    into_interview: dict[str, int]
    calls: list[Call] = Field(min_length=1)


def script_of(study: Study) -> Script:
    """The script of a study that comes with cati; its outcomes are the study's, its questions those of the telephone.

    Raises InputError naming the place in the file and what is wrong there.
    """
    return read_script(demo_script(study.id), study)


def read_script(data: Any, study: Study) -> Script:
    """The same from what the file holds."""
    where = f"{study.id}/demo.yaml"
    try:
        script = Script.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{where}: {place or 'the file'}: {first['msg']}.") from None
    for number, call in enumerate(script.calls):
        try:
            study.scheme.outcome(call.outcome)
        except InputError as error:
            raise InputError(f"{where}: calls.{number}.outcome: {error}") from None
    unknown = script.into_interview.keys() - {item.id for _, item in study.questionnaire.each_item()}
    if unknown:
        raise InputError(f"{where}: into_interview: the questionnaire has no item {sorted(unknown)[0]}.")
    return script
