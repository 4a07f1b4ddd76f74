"""`cati questionnaire …`: what is asked. No database."""

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
    from cati.questionnaire.model import Mode
    from cati.questionnaire.problems import Problem

_PLACE = re.compile(r"(?:line )?([0-9]+)(?:, column [0-9]+)?: ")
_SENTENCE_END = re.compile(r"[.;] ")
_PAPER_FORMATS = ("text", "html", "markdown")


@command(
    "check",
    examples=("cati questionnaire check wave2", "cati questionnaire check studies/mine --json"),
)
@study_argument
@json_option
@click.pass_context
def check(ctx: click.Context, study: str, as_json: bool) -> None:
    """Everything that is wrong with a study's definition: file, line, item, what it is and how to mend it.

    STUDY is wave2, asye or the path of a study folder. Exit code 1 if anything found is an error.
    """
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
        yield from disagreements(study)


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


@command(
    "walk",
    examples=(
        "cati questionnaire walk wave2 respondents.jsonl",
        """echo '{"answers": {"S1": 1, "S2": 1, "S4": 1}}' | cati questionnaire walk wave2 - --mode telephone""",
    ),
)
@study_argument
@click.argument("file", metavar="FILE")
@mode_option
@click.pass_context
def walk(ctx: click.Context, study: str, file: str, mode: Mode) -> None:
    """Walk respondents through the questionnaire: FILE (or -) is JSON Lines, one respondent a line; one result a line
    comes back, in order.

    A line whose answers can never be taken gives "errors" and exit code 2 at the end; the other lines are answered.
    """
    from cati.cli.walking import walk_file
    from cati.studies import load_study

    refused = walk_file(load_study(study).program(mode), file)
    ctx.exit(2 if refused else 0)


@command(
    "show",
    examples=("cati questionnaire show wave2 --mode telephone", "cati questionnaire show asye --output asye.html"),
)
@study_argument
@click.option("--mode", type=click.Choice(["telephone", "online"]), help="One mode alone; else both, side by side.")
@click.option("--format", "form", type=click.Choice(_PAPER_FORMATS), help="Default: text, or what --output ends in.")
@click.option("--output", "target", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file.")
@click.option("--force", is_flag=True, help="Let --output replace a file that does not look like a questionnaire.")
def show(study: str, mode: Mode | None, form: str | None, target: Path | None, force: bool) -> None:
    """The paper questionnaire: every item, base, instruction, option, jump and decision, to be signed off."""
    from cati.reports.paper import paper
    from cati.studies import load_study

    chosen = output.chosen_format(form, target, _PAPER_FORMATS)
    found = load_study(study)
    output.deliver(paper(found.questionnaire, mode, chosen, found.loaded.content_hash), chosen, target, force=force)


@command(
    "export",
    examples=(
        "cati questionnaire export wave2 --to json-schema",
        "cati questionnaire export wave2 --to surveyjs --mode online --output wave2.json",
    ),
)
@study_argument
@click.option("--to", "kind", type=click.Choice(["surveyjs", "json-schema"]), required=True, help="What to make of it.")
@mode_option
@click.option("--output", "target", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file.")
@click.option("--force", is_flag=True, help="Let --output replace a file whose name does not end in .json.")
def export(study: str, kind: str, mode: Mode, target: Path | None, force: bool) -> None:
    """The questionnaire for other programs.

    surveyjs is a SurveyJS survey that runs the same route in one mode; json-schema is the schema of the questionnaire
    file format, the same for every study and mode.
    """
    from cati.studies import load_study

    found = load_study(study)
    if kind == "surveyjs":
        from cati.exchange.surveyjs import survey_json

        data = survey_json(found.program(mode))
    else:
        from cati.exchange.json_schema import questionnaire_schema

        data = questionnaire_schema()
    output.deliver(json.dumps(data, ensure_ascii=False, indent=2) + "\n", "json", target, force=force)
