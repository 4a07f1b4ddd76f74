"""What is wrong with a questionnaire: where, what, and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from cati.errors import InputError


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. `kind` names the check; `line` is 1 up, None where the finding has no place in the file."""

    severity: Literal["error", "warning"]
    kind: str
    file: str
    line: int | None
    item: str
    what: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        item = f"{self.item}: " if self.item else ""
        return f"{place}: {item}{self.what}. {self.remedy}"

    def as_json(self) -> dict[str, Any]:
        """The finding as plain data, its fields under their own names."""
        return asdict(self)


class QuestionnaireError(InputError):
    """A questionnaire that cannot be used. `problems` holds every finding; the message lists them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        errors = [problem for problem in self.problems if problem.severity == "error"]
        super().__init__("\n".join(str(problem) for problem in errors))
