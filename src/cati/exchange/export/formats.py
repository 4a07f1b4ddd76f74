"""The formats of an export: what each is called, its files, and who writes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cati.errors import InputError
from cati.exchange.export import delimited, parquet, spss, stata, triple_s, workbook
from cati.exchange.export.needing import is_there, needed
from cati.exchange.export.table import Table, Trouble
from cati.nearest import did_you_mean


@dataclass(frozen=True, slots=True)
class Format:
    """A format. `endings`: of its files, the first that of the data or its description; `packages`: what it needs, with
    the extra that installs them; `write`: the table and the paths of the files to what they do not hold."""

    name: str
    endings: tuple[str, ...]
    write: Callable[[Table, Sequence[Path]], list[Trouble]]
    packages: tuple[str, ...] = ()
    extra: str = ""

    @property
    def is_installed(self) -> bool:
        return is_there(*self.packages)

    def check(self) -> None:
        """Raises InputError where a package that writes it is missing."""
        for package in self.packages:
            needed(package, self.extra, self.name)


FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("sav", (".sav",), lambda t, p: spss.write_sav(t, p[0]), ("pyreadstat", "polars"), spss.EXTRA),
        Format("triple-s", ("_triple_s.xml", "_triple_s.asc"), lambda t, p: triple_s.write_fixed(t, p[0], p[1])),
        Format("triple-s-csv", ("_triple_s3.xml", "_triple_s3.csv"), lambda t, p: triple_s.write_csv_30(t, p[0], p[1])),
        Format("csv", (".csv",), lambda t, p: delimited.write_csv(t, p[0])),
        Format("xlsx", (".xlsx",), lambda t, p: workbook.write_xlsx(t, p[0]), ("openpyxl",), "xlsx"),
        Format("parquet", (".parquet",), lambda t, p: parquet.write_parquet(t, p[0]), ("polars",), parquet.EXTRA),
        Format("dta", (".dta",), lambda t, p: stata.write_dta(t, p[0]), ("pyreadstat", "polars"), stata.EXTRA),
    )
}
DEFAULT = ("sav", "csv")


def chosen_formats(text: str | None) -> list[Format]:
    """The formats that a list such as `sav,csv` names; without one, the default, or as much of it as is installed.

    Raises InputError for a format that there is not, and for one whose package is missing.
    """
    if text is None:
        return [each for name in DEFAULT if (each := FORMATS[name]).is_installed]
    names = list(dict.fromkeys(name.strip().lower() for name in text.split(",") if name.strip()))
    if not names:
        raise InputError(f"--format names no format; give some of {', '.join(FORMATS)}.")
    for name in names:
        if name not in FORMATS:
            raise InputError(f"There is no format {name!r}. {did_you_mean(name, FORMATS)}".strip())
        FORMATS[name].check()
    return [FORMATS[name] for name in names]
