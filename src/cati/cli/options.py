"""The options that many commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from cati.cli.output import ENDINGS

_Made = TypeVar("_Made", bound="Callable[..., Any] | click.Command")

_DATABASE = "cati.database"
_NOW = "cati.now"


def _remember(key: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:  # noqa: ARG001
        if value is not None:  # given before the command or after it: what stands last counts
            ctx.meta[key] = value

    return keep


def shared(*names: str, key: str, metavar: str, help: str) -> Callable[[_Made], _Made]:
    """An option whose value is remembered under a key, and handed to no function: ask `remembered`."""

    def add(target: _Made) -> _Made:
        arguments: dict[str, Any] = {"metavar": metavar, "expose_value": False, "callback": _remember(key)}
        if isinstance(target, click.Command):
            target.params.append(click.Option(list(names), help=help, **arguments))
            return target
        return click.option(*names, help=help, **arguments)(target)

    return add


database_option = shared(
    "--database",
    key=_DATABASE,
    metavar="URL",
    help="A file of SQLite or postgresql://…; else CATI_DATABASE, else a file in your data folder.",
)
now_option = shared(
    "--now",
    key=_NOW,
    metavar="TIME",
    help="Stands in for the clock (ISO 8601; without an offset, the study's time zone).",
)


def remembered(key: str) -> str | None:
    """What an option made by `shared` said, wherever it stood; None if it was not given."""
    given: str | None = click.get_current_context().meta.get(key)
    return given


def database_url() -> str | None:
    """What --database said, wherever it stood; None if it was not given."""
    return remembered(_DATABASE)


def now_text() -> str | None:
    """What --now said, wherever it stood; None if it was not given."""
    return remembered(_NOW)


study_argument = click.argument("study", metavar="STUDY")
mode_option = click.option("--mode", type=click.Choice(["telephone", "online"]), default="telephone", show_default=True)
json_option = click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--format, --output and --force, as every report has them."""
    for option in (
        click.option("--force", is_flag=True, help="Let --output replace a file that does not look like a report."),
        click.option(
            "--output",
            "target",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Write to a file; its ending says which format.",
        ),
        click.option(
            "--format", "form", type=click.Choice(list(ENDINGS)), help="Default: text, or what --output ends in."
        ),
    ):
        command = option(command)
    return command
