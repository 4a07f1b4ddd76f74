"""`cati questionnaire …`: what is asked. No database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cati.cli import output
from cati.cli.group import command
from cati.cli.options import mode_option, study_argument

if TYPE_CHECKING:
    from cati.questionnaire.model import Mode

_PAPER_FORMATS = ("text", "html", "markdown")


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
