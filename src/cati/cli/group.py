"""Commands that load when they are called, made from the registry."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import click

from cati.cli import registry
from cati.cli.options import database_option, now_option
from cati.nearest import did_you_mean

CONTEXT: dict[str, Any] = {"help_option_names": ["--help"], "max_content_width": 110}


class Command(click.Command):
    """A command whose help ends in examples."""

    def __init__(self, *arguments: Any, examples: tuple[str, ...] = (), **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The examples, each on its line, unwrapped so that they can be copied."""
        formatter.write_paragraph()
        formatter.write("Examples:\n")
        for example in self.examples:
            formatter.write(f"  {example}\n")


class Group(click.Group):
    """A group of the registry: what it lists is there at once, a command's code is loaded when it is called."""

    def __init__(self, entry: registry.Entry, **named: Any) -> None:
        super().__init__(entry.name, help=f"{entry.summary}.", context_settings=CONTEXT, **named)
        self.entries = {each.name: each for each in entry.entries}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names, in the order of the registry: the order of the work."""
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, loaded now."""
        entry = self.entries.get(cmd_name)
        return None if entry is None else load(entry)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments call. A name that there is not gets the nearest one that there is."""
        if args and args[0] not in self.entries and not args[0].startswith("-"):
            ctx.fail(f"There is no command {args[0]!r}. {did_you_mean(args[0], self.entries)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands, from the registry alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(entry.name, entry.summary) for entry in self.entries.values()])


class Root(Group):
    """The program: its help is the registry's page."""

    def get_help(self, ctx: click.Context) -> str:  # noqa: ARG002
        """The page that `cati --help` prints without loading any of this."""
        return registry.help_page()


def load(entry: registry.Entry) -> click.Command:
    """The command or group of an entry."""
    if entry.entries:
        return database_option(now_option(Group(entry)))
    module, _, attribute = entry.target.partition(":")
    found = getattr(import_module(module), attribute)
    if not isinstance(found, click.Command):
        raise TypeError(f"{entry.target} is not a command")
    return found


def command(name: str, *, examples: tuple[str, ...]) -> Callable[[Callable[..., Any]], Command]:
    """Makes a function a command; its docstring is the help."""

    def make(function: Callable[..., Any]) -> Command:
        return click.command(name, cls=Command, examples=examples, context_settings=CONTEXT)(function)

    return make


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: ARG001
    if value and not ctx.resilient_parsing:
        click.echo(registry.version_line())
        ctx.exit()


root = database_option(now_option(Root(registry.ROOT)))
root.params.append(click.Option(["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_show_version))
