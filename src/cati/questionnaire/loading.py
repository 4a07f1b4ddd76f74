"""Reading a questionnaire file: YAML, then the model, then everything that must hold before it can be asked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from cati.nearest import did_you_mean
from cati.questionnaire import model
from cati.questionnaire.codelists import CodeList
from cati.questionnaire.compiling import Findings, LineOf, compile_with_findings
from cati.questionnaire.problems import Problem, QuestionnaireError
from cati.questionnaire.program import Program
from cati.questionnaire.structure import check_structure
from cati.questionnaire.yaml_source import Path, read_yaml


class Loaded:
    """A questionnaire file that was read: the questionnaire, its hash, a program a mode, and what was found.

    `source` names the file in messages; `line_of` gives the line (1 up) of a part of it.
    """

    def __init__(
        self,
        questionnaire: model.Questionnaire,
        programs: Mapping[model.Mode, Program],
        problems: list[Problem],
        content_hash: str,
        source: str,
        line_of: LineOf,
    ) -> None:
        self.questionnaire = questionnaire
        self.programs = programs
        self.problems = problems
        self.content_hash = content_hash
        self.source = source
        self.line_of = line_of


def load(
    text: str,
    *,
    source: str,
    code_lists: Mapping[str, CodeList] | None = None,
    outcomes: Iterable[str] | None = None,
) -> Loaded:
    """Read a questionnaire.

    `source` names the file in messages; `code_lists` are those that look-ups refer to; `outcomes` the keys of the
    study's outcome scheme (None: ends are not compared with it). Raises QuestionnaireError if anything found is an
    error; warnings are in `problems`.
    """
    loaded, problems = read(text, source=source, code_lists=code_lists, outcomes=outcomes)
    if loaded is None or any(problem.severity == "error" for problem in problems):
        raise QuestionnaireError(problems)
    return loaded


def read(
    text: str,
    *,
    source: str,
    code_lists: Mapping[str, CodeList] | None = None,
    outcomes: Iterable[str] | None = None,
) -> tuple[Loaded | None, list[Problem]]:
    """As `load`, but gives every problem back instead of raising; None where nothing could be built at all.

    Raises InputError for text that is not YAML.
    """
    document = read_yaml(text, source)
    findings = Findings(source, document.line)
    if not isinstance(document.data, dict):
        findings.error(
            "model", (), "", "this is not a questionnaire", "It begins with keys such as id, title, sections."
        )
        return None, findings.problems
    try:
        questionnaire = model.Questionnaire.model_validate(document.data)
    except ValidationError as error:
        for each in _telling(error.errors(include_url=False)):
            _note_model_error(each, document.data, findings)
        return None, findings.problems
    lists = dict(code_lists or {})
    check_structure(questionnaire, lists, outcomes, findings)
    if any(problem.kind == "unknown-list" for problem in findings.problems):
        return None, findings.problems
    content_hash = hash_of(text, lists)
    programs = {mode: compile_with_findings(questionnaire, mode, lists, findings, content_hash) for mode in model.MODES}
    loaded = Loaded(questionnaire, programs, findings.problems, content_hash, source, document.line)
    return loaded, findings.problems


def hash_of(text: str, code_lists: Mapping[str, CodeList]) -> str:
    """SHA-256 (hex) of everything that decides what is asked: the file's text and the code lists."""
    digest = hashlib.sha256(text.encode())
    for name in sorted(code_lists):
        digest.update(f"\0{name}\0".encode())
        digest.update("\n".join(entry.name for entry in code_lists[name].entries).encode())
    return digest.hexdigest()


def _telling(errors: list[Any]) -> list[Any]:
    """Without what a union's other branch says of the same place: that a list is no text, where it was looked into."""
    kept = []
    for error in errors:
        place = _branch_place(error["loc"])
        deeper = [
            other for other in errors if other is not error and _branch_place(other["loc"])[: len(place)] == place
        ]
        if error["type"] in _OTHER_BRANCH and any(
            other["type"] not in _OTHER_BRANCH or len(_branch_place(other["loc"])) > len(place) for other in deeper
        ):
            continue
        kept.append(error)
    return kept


_OTHER_BRANCH = {"string_type", "bool_type", "model_type", "list_type", "bool_parsing"}
_BRANCHES = ("str", "bool", "list[Option]", "list[EndCase]", "list[FillVariant]", "WriteIn", "FillVariant")


def _branch_place(loc: tuple[Any, ...]) -> tuple[Any, ...]:
    """A place without the names of a union's branches."""
    return tuple(part for part in loc if part not in _BRANCHES)


def _note_model_error(error: Any, data: Any, findings: Findings) -> None:
    path, item = _place(error["loc"], data)
    place = [part for part in _branch_place(error["loc"]) if isinstance(part, str)]
    name = place[-1] if place else "this"
    kind, message = error["type"], str(error["msg"])
    if kind == "extra_forbidden":
        name = str(error["loc"][-1])
        what = f"`{name}` is not a key here"
        remedy = did_you_mean(name, _keys_near(error["loc"]), "Remove it or correct its name.")
    elif kind == "missing":
        what, remedy = f"`{name}` is missing", f"Add `{name}:`."
    elif kind == "union_tag_invalid":
        types = ["message", "end", "single", "multi", "number", "text", "lookup", "grid", "contact"]
        what = f"there is no item type {error['ctx'].get('tag')}"
        remedy = did_you_mean(str(error["ctx"].get("tag")), types, f"Types: {', '.join(types)}.")
    elif kind == "union_tag_not_found":
        what, remedy = "the item has no `type`", "Add for example `type: single`."
    elif kind in ("model_type", "dict_type"):
        what, remedy = f"`{name}`: keys of its own are expected here", f"Found {str(error.get('input'))[:60]!r}."
    else:
        what = f"`{name}`: {message[0].lower()}{message[1:]}"
        remedy = f"Found {str(error.get('input'))[:60]!r}."
    findings.error("model", path, item, what, remedy)


def _place(loc: tuple[str | int, ...], data: Any) -> tuple[Path, str]:
    """The path in the file of an error's place in the models, and the item it lies in."""
    path: list[str | int] = []
    item = ""
    for part in loc:
        if isinstance(data, dict) and part in data:
            data = data[part]
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            continue  # the tag of a union, or a key that is missing
        path.append(part)
        if isinstance(data, dict) and "type" in data and isinstance(data.get("id"), str):
            item = data["id"]
    return tuple(path), item


def _keys_near(loc: tuple[str | int, ...]) -> list[str]:
    """The keys that the models know at about this place."""
    kinds: dict[str, type[model.Part]] = {
        "options": model.Option, "option_lists": model.Option, "specials": model.SpecialAnswer, "rows": model.Row,
        "wording": model.Block, "jumps": model.Jump, "checks": model.SoftCheck, "fields": model.ContactField,
        "sections": model.Section, "fills": model.FillVariant, "closings": model.Closing, "texts": model.NamedText,
        "source": model.Source, "specify": model.WriteIn, "end": model.EndCase,
    }  # fmt: skip
    by_tag: dict[str, type[model.Part]] = {
        "single": model.Single, "multi": model.Multi, "number": model.Number, "text": model.Text,
        "lookup": model.Lookup, "grid": model.Grid, "contact": model.ContactBlock, "message": model.Message,
        "end": model.End,
    }  # fmt: skip
    known: Any = model.Questionnaire
    for part in loc[:-1]:
        if isinstance(part, str):
            known = kinds.get(part) or by_tag.get(part) or known
    return [field.alias or name for name, field in known.model_fields.items()]
