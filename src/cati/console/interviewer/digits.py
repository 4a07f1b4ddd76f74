"""A telephone number in large digits, three lines high."""

from __future__ import annotations

_DIGITS: dict[str, tuple[str, str, str]] = {
    "0": ("┌─┐", "│ │", "└─┘"),
    "1": ("╶┐ ", " │ ", "╶┴╴"),
    "2": ("╶─┐", "┌─┘", "└─╴"),
    "3": ("╶─┐", " ─┤", "╶─┘"),
    "4": ("╷ ╷", "└─┤", "  ╵"),
    "5": ("┌─╴", "└─┐", "╶─┘"),
    "6": ("┌─╴", "├─┐", "└─┘"),
    "7": ("╶─┐", "  │", "  ╵"),
    "8": ("┌─┐", "├─┤", "└─┘"),
    "9": ("┌─┐", "└─┤", "╶─┘"),
    "+": ("   ", "╶┼╴", "   "),
}
_GAP = ("  ", "  ", "  ")


def grouped(number: str) -> str:
    """A number in groups that are easy to dial: the last six in threes."""
    if " " in number or len(number) < 9:
        return number
    return f"{number[:-6]} {number[-6:-3]} {number[-3:]}"


def large(number: str) -> tuple[str, str, str]:
    """Three lines that show the number; anything but digits becomes a gap."""
    columns = [_DIGITS.get(char, _GAP) for char in grouped(number)]
    first, second, third = (" ".join(column[row] for column in columns).rstrip() for row in range(3))
    return first, second, third
