"""The program as it is run, in this process: arguments in, exit code and bytes out."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from cati.cli import main

DEMONSTRATED = "2026-11-23T10:02"


@dataclass(frozen=True)
class Ran:
    """What a run came to."""

    code: int
    out: str
    err: str
    data: bytes

    @property
    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """What it printed, as JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]


class Cati(Protocol):
    """Runs the program."""

    def __call__(self, *arguments: str | Path, stdin: bytes = b"") -> Ran: ...


@pytest.fixture(autouse=True)
def _nobodys_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.delenv("CATI_DATABASE", raising=False)


def run_cati(*arguments: str | Path, stdin: bytes = b"") -> Ran:
    """Runs the program in this process; nothing is a terminal."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        patch.setattr("sys.stdout", out)
        patch.setattr("sys.stderr", err)
        code = main([str(argument) for argument in arguments])
    data, said = (stream.buffer.getvalue() for stream in (out, err))
    return Ran(code, data.decode("utf-8", "replace"), said.decode("utf-8"), data)


@pytest.fixture
def cati() -> Cati:
    """Runs the program; nothing is a terminal."""
    return run_cati


@pytest.fixture(scope="session")
def _installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("installed") / "shift.db"
    assert run_cati("init", "wave2", "--database", path).code == 0
    return path


@pytest.fixture(scope="session")
def _three_people(_installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("loaded")
    path = Path(shutil.copy(_installed, folder))
    sample = folder / "sample.csv"
    sample.write_text(
        "serial,name,la,region,phone\n"
        "A1,Ann Other,Leeds,North West,01632 960001\n"
        "A2,[/x] \x1b[31mRed\x1b[0m \u202eevil,Derby,East Midlands,01632 960002\n"
        "A3,שרה כהן,Derby,East Midlands,01632 960003\n",
        encoding="utf-8",
    )
    assert run_cati("sample", "load", sample, "--database", path).code == 0
    return path


@pytest.fixture(scope="session")
def _demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demonstration") / "demo.db"
    assert run_cati("demo", "--no-console", "--database", path, "--now", DEMONSTRATED).code == 0
    return path


@pytest.fixture
def database(_installed: Path, tmp_path: Path) -> Path:
    """A database with the Wave 2 study in it."""
    return Path(shutil.copy(_installed, tmp_path))


@pytest.fixture
def loaded(_three_people: Path, tmp_path: Path) -> Path:
    """A database with three people in it, one of them named to do harm."""
    return Path(shutil.copy(_three_people, tmp_path))


@pytest.fixture
def demonstration(_demonstration: Path, tmp_path: Path) -> Path:
    """The demonstration, made by `cati demo` on Monday 23 November 2026 at two minutes past ten."""
    return Path(shutil.copy(_demonstration, tmp_path))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return Path(__file__).resolve().parents[2]


@pytest.fixture
def copy_of_study(tmp_path: Path, repository: Path) -> Callable[[Callable[[str], str]], Path]:
    """Makes a copy of the Wave 2 study, its questionnaire's text changed."""

    def copy(change: Callable[[str], str]) -> Path:
        folder = tmp_path / "mine"
        folder.mkdir()
        for file in (repository / "src/cati/studies/wave2").iterdir():
            if file.is_file():
                text = file.read_text(encoding="utf-8")
                changed = change(text) if file.name == "questionnaire.yaml" else text
                (folder / file.name).write_text(changed, encoding="utf-8")
        return folder

    return copy
