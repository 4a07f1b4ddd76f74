"""What can be wrong with an outcome scheme, said so that its author can mend it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel, ValidationError

from cati.nearest import did_you_mean
from cati.outcomes.scheme import GROUPS
from cati.questionnaire.yaml_source import Path

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from cati.outcomes.scheme_file import OutcomeFile, SchemeFile

Problem = tuple[int, str]
Lines = Mapping[Path, int]


def line_of(path: Path, lines: Lines) -> int:
    """The line of a path, or of the nearest thing that contains it."""
    while path not in lines:
        path = path[:-1]
    return lines[path]


def model_problems(error: ValidationError, model: type[BaseModel], lines: Lines) -> list[Problem]:
    """What pydantic found, with lines and remedies."""
    remedies: dict[Path, str] = {}
    for detail in error.errors():
        remedies.setdefault(_plain_path(detail["loc"], lines), _remedy(detail, model))
    # Of a value that fits no branch of a union, every branch complains: the innermost complaint says it best.
    inner = [path for path in remedies if not any(other[: len(path)] == path for other in remedies if other != path)]
    return [(line_of(path, lines), f"{'.'.join(map(str, path))}: {remedies[path]}") for path in inner]


def _plain_path(loc: tuple[int | str, ...], lines: Lines) -> Path:
    """Without the names of union branches and `[key]` markers, which stand in no file; a missing key stands last."""
    path: Path = ()
    for i, part in enumerate(loc):
        missing = i == len(loc) - 1 and isinstance(part, str) and part.isidentifier() and part not in ("str", "int")
        if (*path, part) in lines or missing:
            path = (*path, part)
    return path


def _remedy(detail: ErrorDetails, model: type[BaseModel]) -> str:
    kind, given = detail["type"], detail.get("input")
    if kind == "extra_forbidden":
        keys = _keys_at(detail["loc"][:-1], model)
        return f"is not a key here; {did_you_mean(str(detail['loc'][-1]), keys)}"
    if kind == "missing":
        return "is missing; add it"
    if kind == "literal_error":
        choices = [choice.strip(" '") for choice in detail["ctx"]["expected"].replace(" or ", ",").split(",")]
        return f"{given!r} is not a value here; {did_you_mean(str(given), choices)}"
    if kind == "string_type":
        return f"{given!r} is not text; put it in quotes"
    return f"{given!r}: {detail['msg']}"


def _keys_at(loc: tuple[int | str, ...], model: type[BaseModel]) -> list[str]:
    """The keys that the model takes at a place in the file."""
    current: type[BaseModel] | None = model
    for part in loc:
        if current is None:
            return []
        field = next((f for name, f in current.model_fields.items() if part in (name, f.alias)), None)
        if field is not None:
            current = _model_in(field.annotation)
    return [field.alias or name for name, field in current.model_fields.items()] if current else []


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        found = _model_in(argument)
        if found is not None:
            return found
    return None


def scheme_problems(file: SchemeFile, lines: Lines) -> list[Problem]:
    """What is wrong between the parts of a scheme whose parts are each in order."""
    found: list[Problem] = []
    for check in (_rows, _table, _precedence, _numbers, _settings, _outcomes):
        for path, problem in check(file):
            found.append((line_of(path, lines), f"{'.'.join(map(str, path))}: {problem}"))
    return found


Found = Iterator[tuple[Path, str]]


def _rows(file: SchemeFile) -> Found:
    seen: list[str] = []
    for i, row in enumerate(file.table.rows):
        path: Path = ("table", "rows", i)
        if row.key in seen:
            yield (*path, "key"), f"row {row.key!r} stands twice; keep one"
        if row.parent is not None and row.parent not in seen:
            yield (*path, "parent"), f"{row.parent!r} is not a row above this one; {did_you_mean(row.parent, seen)}"
        if row.parent is None and i > 0:
            yield path, f"row {row.key!r} has no parent; only the first row, the total, goes without"
        seen.append(row.key)


def _table(file: SchemeFile) -> Found:
    keys = [row.key for row in file.table.rows]
    columns = file.table.columns
    bases: list[tuple[Path, str]] = [
        (("table", "columns", "pct_start", "base"), columns.pct_start.base),
        (("table", "columns", "pct_usable", "base"), columns.pct_usable.base),
    ]
    for name, rate in file.table.rates.items():
        bases += [(("table", "rates", name, "of"), rate.of), (("table", "rates", name, "base"), rate.base)]
    for path, row in bases:
        if row not in keys:
            yield path, f"{row!r} is not a row; {did_you_mean(row, keys)}"


def _precedence(file: SchemeFile) -> Found:
    places: dict[str, str] = {}
    for i, rank in enumerate(file.precedence):
        path: Path = ("precedence", i)
        last = i == len(file.precedence) - 1
        for j, key in enumerate(rank.outcomes):
            if key not in file.outcomes:
                yield (*path, "outcomes", j), f"{key!r} is not an outcome; {did_you_mean(key, file.outcomes)}"
            elif key in places:
                yield (*path, "outcomes", j), f"{key!r} is in class {places[key]!r} too; an outcome has one class"
            places[key] = rank.class_
        if (rank.decides == "default") != last or (last and len(rank.outcomes) != 1):
            yield (
                path,
                "the last class, and only it, has `decides: default` and one outcome: that of a case without calls",
            )
        if (rank.decides == "listed") != rank.needs_every_number_failed:
            yield path, "`decides: listed` and `needs_every_number_failed: true` go together; give both or neither"
    for key in file.outcomes:
        if key not in places:
            yield ("outcomes", key), "is in no class of `precedence`; add it to one"


def _numbers(file: SchemeFile) -> Found:
    failing = {key for rank in file.precedence if rank.needs_every_number_failed for key in rank.outcomes}
    for name, state in file.number_states.items():
        if state.outcome not in failing:
            yield (
                ("number_states", name, "outcome"),
                f"{state.outcome!r} is in no class that needs every number failed; "
                f"{did_you_mean(state.outcome, failing)}",
            )
    for key, outcome in file.outcomes.items():
        if outcome.number_state is not None and outcome.number_state not in file.number_states:
            yield (
                ("outcomes", key, "number_state"),
                f"{outcome.number_state!r} is not a number state; "
                f"{did_you_mean(outcome.number_state, file.number_states)}",
            )
        if key in failing and outcome.number_state is None:
            yield ("outcomes", key), "is found when every number has failed, so it needs a `number_state`"


def _settings(file: SchemeFile) -> Found:
    for name, setting in file.settings.items():
        if setting.value not in setting.values:
            yield (
                ("settings", name, "value"),
                f"{setting.value!r} is none of its values; {did_you_mean(setting.value, setting.values)}",
            )


def _outcomes(file: SchemeFile) -> Found:
    parents = {row.parent for row in file.table.rows}
    leaves = [row.key for row in file.table.rows if row.key not in parents]
    for key, outcome in file.outcomes.items():
        if outcome.row not in leaves:
            yield (
                ("outcomes", key, "row"),
                f"{outcome.row!r} is not a row without rows; {did_you_mean(outcome.row, leaves)}",
            )
        if (outcome.kind == "appointment") != (outcome.appointment in ("hard", "soft")):
            yield (
                ("outcomes", key),
                "`kind: appointment` needs `appointment: hard` or `soft`, and other kinds have neither",
            )
        yield from _dispositions(key, outcome, file)


def _dispositions(key: str, outcome: OutcomeFile, file: SchemeFile) -> Found:
    from cati.outcomes.scheme_file import DispositionFile

    if outcome.aapor is None:
        return
    given: dict[str, object] = dict(outcome.aapor)
    path: Path = ("outcomes", key, "aapor")
    setting = given.pop("setting", None)
    entries: dict[str, object] = {"": given}
    if setting is not None:
        if not isinstance(setting, str) or setting not in file.settings:
            yield (*path, "setting"), f"{setting!r} is not a setting; {did_you_mean(str(setting), file.settings)}"
            return
        values = file.settings[setting].values
        for value in sorted(given.keys() ^ values.keys()):
            missing = value in values
            yield (
                path,
                f"no disposition for {value!r}; add one"
                if missing
                else f"{value!r} is not a value of {setting}; {did_you_mean(value, values)}",
            )
        entries = given
    for value, entry in entries.items():
        try:
            DispositionFile.model_validate(entry)
        except ValidationError:
            where = (*path, value) if value else path
            yield where, f'needs a code such as "2.11" (in quotes) and a group: {", ".join(GROUPS)}'
