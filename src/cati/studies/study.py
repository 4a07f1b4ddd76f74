"""Reading a study folder.

A study is `wave2` or `asye`, which come with cati, or the path of a folder with `study.yaml` in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from cati.errors import InputError
from cati.nearest import did_you_mean
from cati.questionnaire.codelists import CodeList, read_code_list
from cati.questionnaire.yaml_source import read_yaml
from cati.studies.bank_holidays import bank_holidays
from cati.studies.targets import Targets, read_targets

if TYPE_CHECKING:
    from cati.fieldwork import CallingRules
    from cati.outcomes import Scheme
    from cati.questionnaire import model
    from cati.questionnaire.loading import Loaded
    from cati.questionnaire.problems import Problem
    from cati.questionnaire.program import Program

_HERE = Path(__file__).parent
SHIPPED = ("wave2", "asye")
_KEYS = ("id", "title", "timezone", "questionnaire", "outcomes", "calling", "code_lists", "soft_checks", "targets")
_NAMED_LIST = re.compile(r"\bcode_list:\s*[\"']?([^\s\"',}#]+)")


@dataclass(frozen=True)
class Study:
    """A study as read. What is expensive to build (questionnaire, scheme, rules) is built when it is first asked for.

    `texts` holds every file by its name, so that the study can be installed in a database whole. `soft_checks`: the
    interviewer is asked about contradictions between answers. `targets`: interviews wanted, by variable and value.
    """

    id: str
    title: str
    source: str
    timezone: ZoneInfo
    texts: dict[str, str] = field(repr=False)
    files: dict[str, str] = field(repr=False)
    soft_checks: bool = False
    targets: Targets = field(default_factory=dict)

    @cached_property
    def code_lists(self) -> dict[str, CodeList]:
        """The code lists beside the questionnaire, by name."""
        return {
            name.removesuffix(".csv"): read_code_list(text, name.removesuffix(".csv"), self._named(name))
            for name, text in self.texts.items()
            if name.endswith(".csv")
        }

    def read_questionnaire(self) -> tuple[Loaded | None, list[Problem]]:
        """The questionnaire with every problem found in it, errors included. Raises InputError for what is not YAML."""
        from cati.questionnaire.loading import read

        name = self.files["questionnaire"]
        return read(
            self.texts[name], source=self._named(name), code_lists=self.code_lists, outcomes=self.scheme.outcomes
        )

    @cached_property
    def loaded(self) -> Loaded:
        """The questionnaire, ready to be asked. Raises QuestionnaireError if it has errors."""
        from cati.questionnaire.problems import QuestionnaireError

        loaded, problems = self.read_questionnaire()
        if loaded is None or any(problem.severity == "error" for problem in problems):
            raise QuestionnaireError(problems)
        return loaded

    @property
    def questionnaire(self) -> model.Questionnaire:
        return self.loaded.questionnaire

    def program(self, mode: model.Mode) -> Program:
        """The questionnaire in one mode."""
        return self.loaded.programs[mode]

    @cached_property
    def scheme(self) -> Scheme:
        """The outcome scheme."""
        from cati.outcomes import Scheme

        name = self.files["outcomes"]
        return Scheme.from_yaml(self.texts[name], self._named(name))

    @cached_property
    def file_rules(self) -> CallingRules:
        """The calling rules as their file says: fieldwork dates, windows, delays, no bank holidays."""
        from cati.fieldwork import CallingRules

        name = self.files["calling"]
        rules = CallingRules.from_yaml(self.texts[name], self._named(name))
        if rules.timezone.key != self.timezone.key:
            raise InputError(
                f"{self._named(name)}: the time zone is {rules.timezone.key}, but study.yaml says {self.timezone.key}. "
                "Write the same one in both."
            )
        return rules

    @cached_property
    def rules(self) -> CallingRules:
        """The calling rules, with the bank holidays of the fieldwork's years."""
        return self.file_rules.with_holidays(bank_holidays(self.fieldwork_start, self.fieldwork_end))

    @property
    def fieldwork_start(self) -> date:
        """The first day of telephone fieldwork."""
        return self.file_rules.fieldwork_start

    @property
    def fieldwork_end(self) -> date:
        """The last day of telephone fieldwork."""
        return self.file_rules.fieldwork_end

    def as_installed(
        self, *, title: str, timezone: ZoneInfo, fieldwork: tuple[date, date], holidays: Iterable[date]
    ) -> Study:
        """The same files under the title, time zone, fieldwork dates and bank holidays that a database holds.

        The holidays are handed in, so that the calendar's library is not needed where interviews are held. Raises
        InputError if fieldwork ends before it starts.
        """
        moved = replace(self, title=title, timezone=timezone)
        rules = replace(self.file_rules.during(*fieldwork), timezone=timezone)
        vars(moved)["file_rules"] = rules
        vars(moved)["rules"] = rules.with_holidays(holidays)
        for part in ("code_lists", "loaded", "scheme"):  # what was read already does not depend on dates
            if part in vars(self):
                vars(moved)[part] = vars(self)[part]
        return moved

    def _named(self, name: str) -> str:
        return f"{self.source}/{name}"


def load_study(name_or_path: str) -> Study:
    """The study called `wave2` or `asye`, or the one in a folder.

    Raises InputError if there is no such study, or if a file that it needs is missing or cannot be read.
    """
    folder = _HERE / name_or_path if name_or_path in SHIPPED else Path(name_or_path)
    if not (folder / "study.yaml").is_file():
        raise InputError(
            f"{name_or_path}: no study here. Name {' or '.join(SHIPPED)}, or a folder that has a study.yaml in it "
            "(a new one: cati study new FOLDER)."
        )
    source = name_or_path if name_or_path in SHIPPED else str(folder)
    where = f"{source}/study.yaml"
    texts = {"study.yaml": _read(folder / "study.yaml", where)}
    described = _described(texts["study.yaml"], where)
    files = _files(described, where)
    for kind, name in files.items():
        path = folder / name
        if kind == "outcomes" and not path.exists():
            texts[name] = _scheme_that_comes_with_cati(name, f"{source}/{name}")
        else:
            texts[name] = _read(path, f"{source}/{name}")
    lists = _lists_beside(folder, texts[files["questionnaire"]]) | _code_lists(described, where)
    for name, relative in lists.items():
        texts[f"{name}.csv"] = _read(folder / relative, f"{source}/{relative}")
    return study_from_texts(texts, source)


def _lists_beside(folder: Path, questionnaire: str) -> dict[str, str]:
    """The code lists beside the questionnaire that it names. Any other CSV in the folder is not the study's: a sample
    would otherwise be installed with it, names and numbers and all."""
    named = set(_NAMED_LIST.findall(questionnaire))
    return {path.stem: path.name for path in sorted(folder.glob("*.csv")) if path.stem in named}


def _scheme_that_comes_with_cati(name: str, where: str) -> str:
    try:
        return outcome_scheme_text(name.removesuffix(".yaml"))
    except InputError as error:
        raise InputError(f"{where}: the file is missing, and {error}") from None


def study_from_texts(texts: dict[str, str], source: str) -> Study:
    """The study whose files, by name, are these texts: from a folder, or as installed in a database."""
    where = f"{source}/study.yaml"
    described = _described(texts["study.yaml"], where)
    files = _files(described, where)
    return Study(
        id=_text(described, "id", where),
        title=_text(described, "title", where),
        source=source,
        timezone=_zone(described.get("timezone", "Europe/London"), where),
        texts=texts,
        files=files,
        soft_checks=_switch(described, "soft_checks", where),
        targets=read_targets(read_yaml(texts["study.yaml"], where), where) if "targets" in described else {},
    )


def outcome_scheme_text(name: str) -> str:
    """The YAML of an outcome scheme that comes with cati. Raises InputError for a name that none has."""
    for folder in (_HERE / "outcomes", _HERE.parents[2] / "outcomes"):
        path = folder / f"{name}.yaml"
        if path.is_file():
            return _read(path, f"outcomes/{name}.yaml")
    raise InputError(
        f"{name}: there is no outcome scheme of this name. Those that come with cati: {', '.join(SHIPPED)}."
    )


def demo_script(name: str) -> dict[str, Any]:
    """The calls that a demonstration of a study that comes with cati begins with, as its `demo.yaml` tells them."""
    where = f"{name}/demo.yaml"
    script: dict[str, Any] = read_yaml(_read(_HERE / name / "demo.yaml", where), where).data
    return script


def demonstration(study: Study) -> Study:
    """A study that comes with cati, under the calling rules of its demonstration, which are open at all hours."""
    rules = _read(_HERE / study.id / "demo_calling.yaml", f"{study.id}/demo_calling.yaml")
    return replace(study, texts=study.texts | {study.files["calling"]: rules})


def starter_files() -> dict[str, str]:
    """The texts of the example study, which new studies are begun from, and of the guide to it, by name of file.

    Raises InputError where they were not installed.
    """
    docs = _HERE.parents[2] / "docs"
    for folder, guide in ((_HERE / "example", _HERE / "authoring.md"), (docs / "example-study", docs / "authoring.md")):
        if (folder / "study.yaml").is_file():
            files = [path for path in sorted(folder.iterdir()) if path.is_file()]
            return {path.name: _read(path, path.name) for path in (*files, guide)}
    raise InputError("The example study is missing from this installation of cati. Install it again.")


def _described(text: str, where: str) -> dict[str, Any]:
    document = read_yaml(text, where)
    if not isinstance(document.data, dict):
        raise InputError(f"{where}: expected keys such as id, title, questionnaire, outcomes, calling.")
    for key in document.data:
        if key not in _KEYS:
            hint = did_you_mean(str(key), _KEYS)
            raise InputError(f"{where}, line {document.line((key,))}: `{key}` is not a key here. {hint}")
    return document.data


def _files(described: dict[str, Any], where: str) -> dict[str, str]:
    files = {}
    for kind, usual in (("questionnaire", "questionnaire.yaml"), ("calling", "calling.yaml"), ("outcomes", None)):
        name = described.get(kind, usual)
        if not isinstance(name, str):
            raise InputError(
                f"{where}: `{kind}` is missing; it names a file, such as `{kind}: {usual or 'wave2.yaml'}`."
            )
        files[kind] = name if name.endswith(".yaml") else f"{name}.yaml"
    return files


def _code_lists(described: dict[str, Any], where: str) -> dict[str, str]:
    """The code lists that the study takes from elsewhere: name to path, from the study's folder."""
    lists = described.get("code_lists") or {}
    if not isinstance(lists, dict) or not all(isinstance(path, str) for path in lists.values()):
        raise InputError(f"{where}: `code_lists` gives each list a file, such as `places: ../places.csv`.")
    return {str(name): path for name, path in lists.items()}


def _text(described: dict[str, Any], key: str, where: str) -> str:
    value = described.get(key)
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{where}: `{key}` is missing. Add `{key}:` with a text.")
    return value


def _switch(described: dict[str, Any], key: str, where: str) -> bool:
    value = described.get(key, False)
    if not isinstance(value, bool):
        raise InputError(f"{where}: `{key}` is {value!r}; write true or false. Without it: false.")
    return value


def _zone(name: Any, where: str) -> ZoneInfo:
    from cati.fieldwork.clock import zone_of

    try:
        return zone_of(str(name))
    except ValueError as error:
        raise InputError(f"{where}: there is no time zone {name!r}; expected one such as Europe/London.") from error


def _read(path: Path, shown: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(f"{shown}: the file is missing.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{shown}: this is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from error
    except OSError as error:
        raise InputError(f"{shown}: cannot be read ({error.strerror}).") from error
