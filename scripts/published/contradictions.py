"""Every printed number that other printed numbers contradict: each percentage worked out again from its own n."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

from published.printed import bases, number, per_cent, responses, table, whole

PRINTED_MARGIN, MARGIN_N, COHORT = 1.18, 3302, 5621


def contradictions() -> list[str]:
    """A line for each, with the numbers that contradict it."""
    return [
        *_outcome_table("a_9"),
        *_outcome_table("a_10"),
        *_rates_of_1_1(),
        *_kinds("1_4"),
        *_kinds("a_12"),
        *(line for name, sizes in _RESPONSES.items() for line in _response_table(name, *sizes)),
        *_between_tables(),
        _margin(),
    ]


_RESPONSES = {"1_2": (4597, 2751), "a_7": (4597, 2751), "1_3": (None, 471), "a_8": (None, 471)}
"""The printed starting sample of each response table (Table 1.1; A.10 for ASYE has the telephone's alone)."""


def _name(name: str) -> str:
    return name.replace("_", ".").upper()


def _told(name: str, cell: str, printed: str, n: int, base: int) -> str:
    return f"{_name(name)} {cell}: printed {printed}; {n:,} / {base:,} is {100 * n / base:.2f}%, {whole(n, base)}%"


def _outcome_table(name: str) -> Iterator[str]:
    rows = table(name)
    totals = {row["row"]: number(row["n"]) for row in rows}
    columns = {
        "As % of total starting sample": "Total starting sample",
        "As % of usable sample": "All confirmed usable sample",
    }
    for row in rows:
        for column, base in columns.items():
            if row[column].endswith("%") and per_cent(row[column]) != whole(number(row["n"]), totals[base]):
                yield _told(name, f"{row['row']}, {column}", row[column], number(row["n"]), totals[base])
    parts = ("All confirmed unusable sample", "All confirmed usable sample")
    yield from _sum(name, "Total starting sample", totals["Total starting sample"], [totals[part] for part in parts])


def _rates_of_1_1() -> Iterator[str]:
    rows = {row["measure"]: row for row in table("1_1")}
    for wave in ("Wave 1", "Wave 2"):
        n = {name: number(row[wave]) for name, row in rows.items() if not row[wave].endswith("%")}
        for rate, of in (
            ("Online response rate (RR)", "Online (n)"),
            ("Overall RR (as % of starting sample)", "Total response"),
        ):
            if per_cent(rows[rate][wave]) != whole(n[of], n["Starting sample"]):
                yield _told("1_1", f"{rate}, {wave}", rows[rate][wave], n[of], n["Starting sample"])
        yield from _sum("1_1", f"Total response, {wave}", n["Total response"], [n["Online (n)"], n["Telephone top-up"]])


def _kinds(name: str) -> Iterator[str]:
    rows = table(name)
    n = [number(row["Respondents (n)"]) for row in rows]
    for row, count in zip(rows, n, strict=True):
        printed = row["Respondents as % of Wave 1 achieved sample"]
        if per_cent(printed) != whole(count, n[0]):
            yield _told(name, row["row"], printed, count, n[0])
    yield from _sum(name, rows[0]["row"], n[0], n[1:3])
    yield from _sum(name, rows[2]["row"], n[2], n[3:])


def _response_table(name: str, sample: int | None, telephone: int) -> Iterator[str]:
    """Sums across and down, percentages of printed totals, and percentages that no total could give."""
    rows = responses(name)
    overall = rows[0]
    for row in rows:
        where = row.value if row.variable == "Overall" else f"{row.variable} {row.value}"
        yield from _sum(name, f"{where}, total", row.total, [row.online, row.telephone])
        for what, n, percent in (
            ("online", row.online, row.online_percent),
            ("telephone", row.telephone, row.telephone_percent),
            ("total", row.total, row.total_percent),
        ):
            if bases(n, percent)[0] > bases(n, percent)[1]:
                yield f"{_name(name)} {where}, {what}: {n:,} is {percent}% of no whole number"
    for variable in ("Region", "Ofsted"):
        some = [row for row in rows if row.variable == variable]
        for what in ("online", "telephone", "total", "open_link"):
            counts = [getattr(row, what) for row in some]
            if counts[0] is not None:
                yield from _sum(name, f"{what} by {variable}", getattr(overall, what), counts)
        for what, total, ranges in (
            ("starting sample", sample, [row.sample for row in some]),
            ("telephone's starting sample", telephone, [row.approached_by_telephone for row in some]),
        ):
            low, high = sum(each[0] for each in ranges), sum(each[1] for each in ranges)
            if total is not None and not low <= total <= high:
                needed = f"{low:,} to {high:,}"
                yield f"{_name(name)} by {variable}: the percentages need a {what} of {needed}, not {total:,}"
    if sample is not None and whole(overall.total, sample) != overall.total_percent:
        yield _told(name, "Overall, total", f"{overall.total_percent}%", overall.total, sample)
    if whole(overall.telephone, telephone) != overall.telephone_percent:
        yield _told(name, "Overall, telephone", f"{overall.telephone_percent}%", overall.telephone, telephone)


def _between_tables() -> Iterator[str]:
    """Numbers of the same thing in two tables."""
    first = {row["measure"]: row for row in table("1_1")}
    kinds = {row["row"]: number(row["Respondents (n)"]) for row in table("1_4")}
    achieved, declined, *_ = (kinds[name] for name in ("Wave 1 complete", "Did not consent to recontact at Wave 2"))
    start, total = number(first["Starting sample"]["Wave 2"]), number(first["Total response"]["Wave 1"])
    if achieved - declined != start:
        yield (
            f"1.1 Starting sample, Wave 2: printed {start:,}; Tables 1.4 and A.12 leave {achieved:,} - {declined:,} = "
            f"{achieved - declined:,}"
        )
    if achieved != total:
        yield f"1.1 Total response, Wave 1: printed {total:,}; Tables 1.4 and A.12 print {achieved:,} Wave 1 completes"
    online, overall = first["Online response rate (RR)"]["Wave 2"], responses("a_7")[0]
    if per_cent(online) != overall.online_percent:
        others = f"Tables 1.2 and A.7 print {overall.online_percent}%"
        yield f"1.1 Online response rate (RR), Wave 2: printed {online}; {others}"


def _margin() -> str:
    """Which population the printed margin of error would need: it is printed nowhere."""
    bare = 1.96 * 50 / sqrt(MARGIN_N)
    given = bare * sqrt((COHORT - MARGIN_N) / (COHORT - 1))
    share = (PRINTED_MARGIN / bare) ** 2
    needed = (MARGIN_N - share) / (1 - share)
    return (
        f"Margin of error at n = {MARGIN_N:,}: printed ±{PRINTED_MARGIN}, not reproducible: no population is printed "
        f"with it. The cohort of {COHORT:,} gives ±{given:.2f}, none ±{bare:.2f}; it would take some {needed:,.0f} "
        "people"
    )


def _sum(name: str, what: str, printed: int, parts: list[int]) -> Iterator[str]:
    if sum(parts) != printed:
        yield f"{_name(name)} {what}: printed {printed:,}; its parts add up to {sum(parts):,}"
