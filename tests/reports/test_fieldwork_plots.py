"""Plots as characters and as inline SVG: to scale, within the width, harmless, and nothing where there is nothing."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from cati.reports import Column, Document, Grid, GridRow, render_document
from cati.reports.plots import Bar, Bars, Curve, Heat, Plot, Stack
from cati.reports.plots_svg import plot_svg
from cati.reports.plots_text import plot_lines

BARS = Bars("Completes", (Bar("Mon", 4, "4"), Bar("Tue", 2, "2"), Bar("Wed", 0, "0")))
STACK = Stack("Outcomes", ("Done", "Other"), (("1", (3, 1)), ("2", (0, 0))))
HEAT = Heat("Contacts", ("09", "10"), (("Mon", (0.5, None)), ("Tue", (0.25, 0.0))))
CURVE = Curve("Response", (("Mon", 0.1), ("Tue", 0.2)), (("Wed", 0.2, 0.3, 0.4),))
ALL: list[Plot] = [BARS, STACK, HEAT, CURVE]


def test_bars_are_as_long_as_their_values() -> None:
    _, four, two, none = plot_lines(BARS, 60)
    assert four.count("█") == pytest.approx(2 * two.count("█"), abs=1)
    assert len(four) > 50
    assert none == "Wed  0"


def test_a_stack_fills_its_line_in_proportion_and_says_what_is_what() -> None:
    _, first, empty, legend = plot_lines(STACK, 60)
    assert first.count("█") == pytest.approx(3 * first.count("▓"), abs=1)
    assert first.endswith("n=4")
    assert empty.split() == ["2", "n=0"]
    assert legend == "█ Done  ▓ Other"


def test_a_field_says_its_figures_and_shades_them() -> None:
    lines = plot_lines(HEAT, 60)
    assert lines[1].split() == ["09", "10"]
    assert lines[2].split() == ["Mon", "50█"]
    assert lines[3].split() == ["Tue", "25▒", "0"]


def test_a_field_too_wide_is_broken_and_loses_no_column() -> None:
    wide = Heat("Contacts", tuple(f"{hour:02}" for hour in range(24)), (("Mon", tuple([0.5] * 24)),))
    lines = plot_lines(wide, 40)
    assert sum(line.count("50█") for line in lines) == 24
    assert max(map(cell_len, lines[:-1])) <= 40


def test_a_curve_shows_the_range_of_what_is_expected() -> None:
    _, monday, tuesday, wednesday = plot_lines(CURVE, 70)
    assert tuesday.count("█") == pytest.approx(2 * monday.count("█"), abs=1)
    low, middle, high = (wednesday.index(mark) for mark in "├●┤")
    assert low < middle < high
    assert wednesday.endswith("30.0% (20.0–40.0%)")


def test_a_title_too_long_for_the_width_is_wrapped() -> None:
    lines = plot_lines(Bars("a long title that goes on and on for more than forty characters", BARS.bars), 40)
    assert " ".join(lines[:2]) == "a long title that goes on and on for more than forty characters"


def test_many_points_are_thinned_and_the_last_stays() -> None:
    points = tuple((f"day {at}", at / 100) for at in range(100))
    lines = plot_lines(Curve("Response", points), 70)
    assert len(lines) < 30
    assert lines[-1].startswith("day 99")


@pytest.mark.parametrize("plot", [Bars("t", ()), Stack("t", ("a",), ()), Heat("t", (), ()), Curve("t", ())])
def test_a_plot_of_nothing_is_nothing(plot: Plot) -> None:
    assert plot_lines(plot, 60) == []
    assert plot_svg(plot) == ""


@pytest.mark.parametrize(
    "plot",
    [Bars("t", (Bar("a", 0, "0"),)), Heat("t", ("09",), (("Mon", (0.0,)),)), Curve("t", (("Mon", 0.0),), ())],
)
def test_a_plot_of_noughts_does_not_fail(plot: Plot) -> None:
    assert plot_lines(plot, 60)
    ElementTree.fromstring(plot_svg(plot))


@pytest.mark.parametrize("plot", ALL)
def test_a_figure_is_well_formed_says_what_it_is_and_fetches_nothing(plot: Plot) -> None:
    drawn = plot_svg(plot)
    svg = ElementTree.fromstring(drawn).find("svg")
    assert svg is not None
    assert plot.title in svg.attrib["aria-label"]
    for forbidden in ("<script", "href", "url(", "http", "@import"):
        assert forbidden not in drawn
    for part in svg.iter("rect"):
        assert float(part.attrib["x"]) + float(part.attrib["width"]) <= 880


def test_names_cannot_act_as_markup_or_steer_the_terminal() -> None:
    bad = "<script>[/x] \x1b[31m ``` \u202e"
    plots: tuple[Plot, ...] = (
        Bars(bad, (Bar(bad, 1, "1"),)),
        Stack(bad, (bad,), ((bad, (1,)),)),
        Heat(bad, ("09",), ((bad, (0.5,)),)),
        Curve(bad, ((bad, 0.5),)),
    )
    grid = Grid("Plots", (Column("name", "Name", numeric=False),), (GridRow(("x",)),), plots=plots)
    document = Document("Report", (grid,))
    text, page, markdown = (str(render_document(document, form)) for form in ("text", "html", "markdown"))
    assert "\x1b" not in text + page + markdown
    assert "\u202e" not in text + page + markdown
    assert "<script>" not in page
    assert markdown.count("```") == 2 * len(plots)
    ElementTree.fromstring(page.removeprefix("<!DOCTYPE html>\n").replace('<meta charset="utf-8">', "").replace(
        '<meta name="viewport" content="width=device-width, initial-scale=1">', ""))  # fmt: skip


@given(
    st.lists(st.tuples(st.text(max_size=40), st.floats(0, 1e6)), max_size=12),
    st.integers(40, 120),
)
def test_no_line_is_wider_than_the_width(values: list[tuple[str, float]], width: int) -> None:
    bars = Bars("t", tuple(Bar(label, value, f"{value:,.0f}") for label, value in values))
    stack = Stack("t", ("a", "b"), tuple((label, (int(value), 1)) for label, value in values))
    curve = Curve("t", tuple((label, value / 1e6) for label, value in values))
    for plot in (bars, stack, curve):
        assert all(cell_len(line) <= width for line in plot_lines(plot, width))


def test_data_formats_leave_plots_out() -> None:
    grid = Grid("Plots", (Column("n", "n"),), (GridRow((1,)),), plots=tuple(ALL))
    assert render_document(Document("Report", (grid,)), "csv") == "n\r\n1\r\n"


def test_labels_have_the_room_they_need_and_are_cut_where_everybody_sees_it() -> None:
    long = "Reasons for leaving and for coming back, and what would have changed them"
    texts = list(ElementTree.fromstring(plot_svg(Bars("b", (Bar("Bronwen", 1, "1"),)))).iter("text"))
    assert texts[0].text == "Bronwen"
    cut = next(ElementTree.fromstring(plot_svg(Bars("b", (Bar(long, 1, "1"),)))).iter("text"))
    title = cut.find("title")
    assert title is not None
    assert (title.text, (title.tail or "")[-1]) == (long, "…")
    assert long.startswith((title.tail or "")[:-1])
