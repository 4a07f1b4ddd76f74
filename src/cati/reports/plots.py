"""Plots as part of a report: what is drawn beside a table, in the terminal and on a page. Every figure of a plot is in
the table below it, so that nobody needs to see it, and data formats leave it out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its label, its length (0 or more), and the figure that is written beside it."""

    label: str
    value: float
    text: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars, one a line, on one scale that begins at 0."""

    title: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Stack:
    """Bars of equal length, divided in the proportion of their parts. `rows`: label and the parts, one a series."""

    title: str
    series: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Heat:
    """A field of shares (0 to 1; None: nothing there), the darker the higher. `rows`: label and shares, one a
    column."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """Shares (0 to 1) over time, and after them those that are expected: each with the range it is likely to lie in.

    `known`: label and share; `ahead`: label, low, middle, high.
    """

    title: str
    known: tuple[tuple[str, float], ...]
    ahead: tuple[tuple[str, float, float, float], ...] = ()


Plot = Bars | Stack | Heat | Curve
