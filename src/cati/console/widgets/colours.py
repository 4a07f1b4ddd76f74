"""The styles of the screens, by name. Sixteen colours and attributes only: what the terminal calls them is shown."""

from __future__ import annotations

import os

from rich.style import Style

COLOURS = {
    "": Style(),
    "header": Style(reverse=True, bold=True),
    "dim": Style(dim=True),
    "read": Style(bold=True),
    "row": Style(bold=True, color="cyan"),
    "instruction": Style(color="yellow"),
    "add": Style(italic=True),
    "heading": Style(bold=True, underline=True),
    "warning": Style(bold=True, color="yellow"),
    "big": Style(bold=True, color="green"),
    "code": Style(bold=True, color="cyan"),
    "held": Style(bold=True, color="green"),
    "more": Style(reverse=True),
    "info": Style(color="green"),
    "refused": Style(bold=True, color="red"),
    "failed": Style(bold=True, reverse=True, color="red"),
    "sure": Style(bold=True, color="yellow"),
    "prompt": Style(bold=True),
    "entry": Style(underline=True),
    "key": Style(reverse=True),
    "keylabel": Style(dim=True),
}
WITHOUT_COLOUR = {
    name: Style(bold=style.bold, italic=style.italic, underline=style.underline, reverse=style.reverse, dim=style.dim)
    for name, style in COLOURS.items()
}


def styles() -> dict[str, Style]:
    """The styles of this terminal: without colour where NO_COLOR asks for none."""
    return WITHOUT_COLOUR if os.environ.get("NO_COLOR") else COLOURS
