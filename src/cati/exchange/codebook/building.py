"""The codebook of a questionnaire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cati.exchange.codebook.interview_variables import interview_variables
from cati.exchange.codebook.names import check_names
from cati.exchange.codebook.questions import Questions
from cati.exchange.codebook.variables import Codebook
from cati.questionnaire import model
from cati.questionnaire.codelists import CodeList

if TYPE_CHECKING:
    from cati.studies import Study


def codebook_of(study: Study) -> Codebook:
    """The codebook of a study's questionnaire, telephone and online. Raises InputError where `check_names` does."""
    return build(study.questionnaire, study.code_lists, study=study.id, timezone=study.timezone.key)


def build(
    questionnaire: model.Questionnaire, code_lists: Mapping[str, CodeList], *, study: str, timezone: str
) -> Codebook:
    """As `codebook_of`, of the parts."""
    found = Questions(questionnaire, code_lists)
    variables = [*interview_variables(found.consents, timezone), *found.variables]
    check_names([*(variable.name for variable in variables), *(each.name for each in found.sets)])
    return Codebook(
        study=study,
        title=questionnaire.title,
        questionnaire=questionnaire.id,
        versions=(questionnaire.version,),
        timezone=timezone,
        variables=tuple(variables),
        sets=tuple(found.sets),
        apart=tuple(found.apart),
        consents=tuple(found.consents),
    )
