"""`cati questionnaire rehearse`: random respondents through a questionnaire. No database."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from cati.cli import output
from cati.cli.group import command
from cati.cli.options import json_option, mode_option, study_argument

if TYPE_CHECKING:
    from cati.questionnaire.model import Mode

_MOST_INTERVIEWS = 10_000_000


@command(
    "rehearse",
    examples=(
        "cati questionnaire rehearse wave2",
        "cati questionnaire rehearse asye --mode online --interviews 20000 --seed 7 --json",
        "cati questionnaire rehearse wave2 --words-a-minute 130",
    ),
)
@study_argument
@click.option(
    "--interviews",
    type=click.IntRange(1, _MOST_INTERVIEWS),
    metavar="N",
    default=4000,
    show_default=True,
    help="How many random respondents.",
)
@click.option(
    "--seed", type=int, metavar="S", default=1, show_default=True, help="The same seed, the same respondents."
)
@mode_option
@click.option(
    "--words-a-minute",
    type=click.FloatRange(30, 1000),
    metavar="W",
    help="Pace of reading, for the lengths. Default: 150 read out on the telephone, 238 in silence online.",
)
@json_option
def rehearse(study: str, interviews: int, seed: int, mode: Mode, words_a_minute: float | None, as_json: bool) -> None:
    """Play random respondents: how often each item, row, option, special answer, jump and end was reached, what never
    was and why, and how long an interview is likely to take, by path.

    How many interviews a second the routing model does is told on stderr; with --json, under a key of its own.
    """
    from cati.interview.lengths import WORDS_A_MINUTE, Pace
    from cati.interview.rehearsal import rehearse as play
    from cati.reports.rehearsal_report import rehearsal_json, rehearsal_text, speed
    from cati.studies import load_study

    program = load_study(study).program(mode)
    tell = output.progress("Interviews rehearsed", interviews)
    pace = Pace(words_a_minute or WORDS_A_MINUTE[mode])
    found = play(program, interviews, seed, clock=time.perf_counter, pace=pace, progress=tell)
    tell(interviews)
    if as_json:
        output.emit_json(rehearsal_json(program, found))
        return
    output.emit(rehearsal_text(program, found, output.width()))
    output.say(f"{speed(found) or 0:,} interviews per second (the routing model alone).")
