"""`cati questionnaire check`: what is wrong with a study, who reaches what, and what changed since another version."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cati.cli import output
from cati.cli.group import command
from cati.cli.options import json_option, mode_option, study_argument
from cati.errors import InputError

if TYPE_CHECKING:
    from cati.questionnaire.deciding import Difference
    from cati.questionnaire.loading import Loaded
    from cati.questionnaire.model import Mode
    from cati.questionnaire.problems import Problem
    from cati.studies import Study

_PLACE = re.compile(r"(?:line )?([0-9]+)(?:, column [0-9]+)?: ")
_SENTENCE_END = re.compile(r"[.;] ")


@command(
    "check",
    examples=(
        "cati questionnaire check wave2",
        "cati questionnaire check studies/mine --json",
        "cati questionnaire check wave2 --witness I1=7 | cati questionnaire walk wave2 -",
        "cati questionnaire check studies/mine --against studies/mine-as-signed-off",
    ),
)
@study_argument
@json_option
@mode_option
@click.option("--witness", metavar="ID", help="Print a respondent who reaches ID: B3, G1_6, I1=7, B1=3>F1a, LAND:2 …")
@click.option(
    "--against", metavar="BASELINE", help="What differs from another version: a study, or a questionnaire file."
)
@click.pass_context
def check(ctx: click.Context, study: str, as_json: bool, mode: Mode, witness: str | None, against: str | None) -> None:
    """Everything that is wrong with a study's definition: file, line, item, what it is and how to mend it.

    Decided across the whole questionnaire, in both modes: whatever no respondent can reach is found, and so is whatever
    goes wrong for somebody. STUDY is wave2, asye or the path of a study folder. Exit code 1 if anything found is an
    error, if nobody reaches the witness's ID, or if the versions differ for a respondent.
    """
    if witness is not None and against is not None:
        raise InputError("Ask for a --witness or compare --against a version, one at a time.")
    if witness is not None:
        ctx.exit(_print_witness(study, mode, witness))
    if against is not None:
        ctx.exit(_print_differences(study, against, as_json))
    problems = list(problems_of(study))
    errors = sum(problem.severity == "error" for problem in problems)
    if as_json:
        found = [problem.as_json() for problem in problems]
        output.emit_json({"study": study, "errors": errors, "warnings": len(problems) - errors, "problems": found})
    else:
        from cati.reports.document import visible

        for problem in problems:
            output.emit(f"{problem.severity}: {visible(str(problem))}")
        output.emit(_summary(errors, len(problems) - errors))
    ctx.exit(1 if errors else 0)


def _print_witness(study: str, mode: Mode, target: str) -> int:
    """One respondent who reaches a part, a JSON line as `walk` takes it; 1 where nobody does."""
    from cati.questionnaire.deciding import decide
    from cati.studies import load_study

    respondent = decide(load_study(study).program(mode)).witness(target)
    if respondent is None:
        output.say(f"Nobody reaches {target} by {mode}.")
        return 1
    output.emit(json.dumps(respondent, ensure_ascii=False))
    return 0


def _print_differences(name: str, against: str, as_json: bool) -> int:
    """What differs between two versions, a mode after the other; 1 where some respondent sees a difference."""
    from cati.questionnaire.deciding import Undecided, compare
    from cati.questionnaire.model import MODES
    from cati.studies import load_study

    study = load_study(name)
    old = _baseline(study, against)
    found: list[tuple[Mode, Difference]] = []
    for each in MODES:
        try:
            found += [(each, difference) for difference in compare(old.programs[each], study.program(each))]
        except Undecided as undecided:
            raise InputError(f"{name}: {undecided}, by {each}. Compare smaller changes one at a time.") from undecided
    seen = [difference for _, difference in found if difference.respondent is not None]
    if as_json:
        differences = [{"mode": mode, **difference.as_json()} for mode, difference in found]
        output.emit_json({"study": name, "against": against, "seen": len(seen), "differences": differences})
        return 1 if seen else 0
    from cati.reports.document import visible

    for mode, difference in found:
        output.emit(visible(f"{difference.item} ({mode}, {difference.kind}): {difference.old} → {difference.new}"))
        if difference.respondent is not None:
            output.emit(f"  seen by {json.dumps(difference.respondent, ensure_ascii=False)}")
    output.emit(f"{len(found)} differences, {len(seen)} of them seen by a respondent" if found else "no differences")
    return 1 if seen else 0


def _baseline(study: Study, against: str) -> Loaded:
    """The version to compare with: a study's questionnaire, or a questionnaire file read beside this study's lists."""
    from cati.questionnaire.loading import load
    from cati.studies import load_study

    path = Path(against)
    if not path.is_file():
        return load_study(against).loaded
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{against}: cannot be read as UTF-8 text ({error}).") from error
    return load(text, source=against, code_lists=study.code_lists, outcomes=study.scheme.outcomes)


def problems_of(name: str) -> Iterator[Problem]:
    """What is wrong with the files of a study, in the order in which they are read.

    A file that cannot be read as what it is counts as one error. Raises InputError where there is no study at all.
    """
    from cati.studies import SHIPPED, load_study
    from cati.studies.agreement import disagreements

    if name not in SHIPPED and not (Path(name) / "study.yaml").is_file():
        load_study(name)  # says which studies there are
    source = name if name in SHIPPED else str(Path(name))
    try:
        study = load_study(name)
    except InputError as error:
        yield from _broken(source, "study.yaml", error)
        return
    try:
        _ = study.scheme
    except InputError as error:
        yield from _broken(source, study.files["outcomes"], error)
        return
    found: list[Problem] = []
    try:
        found += study.read_questionnaire()[1]
    except InputError as error:
        found += _broken(source, study.files["questionnaire"], error)
    try:
        _ = study.rules
    except InputError as error:
        found += _broken(source, study.files["calling"], error)
    yield from found
    if not any(problem.severity == "error" for problem in found):
        from cati.questionnaire.deciding import findings

        yield from disagreements(study)
        yield from findings(study.loaded)


def _broken(source: str, usual: str, error: InputError) -> Iterator[Problem]:
    """A message about a file of a study, a fault a line, as problems; of the file that it begins with, else `usual`."""
    from cati.questionnaire.problems import Problem

    for message in str(error).splitlines():
        named = re.match(re.escape(source) + r"/[^:,]+(?=[:,])", message)
        file = named[0] if named else f"{source}/{usual}"
        line, text = _place_in(message, file)
        what, *rest = _SENTENCE_END.split(text, maxsplit=1)
        remedy = "".join(rest) or "Mend this file."
        yield Problem("error", "file", file, line, "", what.rstrip("."), remedy[0].upper() + remedy[1:])


def _place_in(message: str, file: str) -> tuple[int | None, str]:
    """The line that a message begins with, if it names one, and what it says."""
    rest = message.removeprefix(file).lstrip(",: ")
    place = _PLACE.match(rest)
    return (int(place[1]), rest[place.end() :]) if place else (None, rest)


def _summary(errors: int, warnings: int) -> str:
    if not errors and not warnings:
        return "no problems"
    counts = [(errors, "error"), (warnings, "warning")]
    return ", ".join(f"{n} {word}{'s' if n != 1 else ''}" for n, word in counts if n)
