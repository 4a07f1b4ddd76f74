"""cati works installed from its wheel, outside the repository: questionnaires, schemes and migrations travel in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
NO_NETWORK = ("NewConnectionError", "Failed to establish", "name resolution", "ConnectTimeout", "No route to host")


def pip(*arguments: str | Path, python: str | Path = sys.executable) -> None:
    command = [python, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode and any(sign in ran.stderr for sign in NO_NETWORK):
        pytest.skip("packages cannot be fetched: there is no network")
    assert ran.returncode == 0, ran.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--wheel-dir", folder, Path(__file__).resolve().parents[2])
    (made,) = folder.glob("cati-*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, installed from the wheel in a clean environment."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder / "environment", with_pip=True, symlinks=os.name != "nt")
    programs = folder / "environment" / ("Scripts" if os.name == "nt" else "bin")
    pip("install", wheel, python=programs / "python")
    return programs / "cati"


def test_data_and_licences_travel_in_the_wheel(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "cati/py.typed",
        "cati/studies/wave2/questionnaire.yaml",
        "cati/studies/wave2/local_authorities.csv",
        "cati/studies/asye/questionnaire.yaml",
        "cati/studies/outcomes/wave2.yaml",
        "cati/studies/example/questionnaire.yaml",
        "cati/storage/migrations/versions/0001_first_tables.py",
    ):
        assert needed in names
    assert {"LICENSE", "NOTICE"} <= {name.rpartition("/")[2] for name in names}


def test_a_study_runs_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    keep = ("PATH", "SYSTEMROOT", "LANG")
    environment = {name: os.environ[name] for name in keep if name in os.environ}
    environment |= {"HOME": str(tmp_path), "CATI_DATABASE": str(tmp_path / "shift.db")}
    (tmp_path / "sample.csv").write_text("serial,name,phone\n1,Ann Other,01632 960001\n")

    def cati(*arguments: str) -> str:
        ran = subprocess.run(
            [installed, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    assert "console" in cati("--help")
    for study in ("wave2", "asye"):
        assert "error" not in cati("questionnaire", "check", study)
    cati("study", "new", "mine")
    assert cati("questionnaire", "check", "mine") == "no problems\n"
    assert "installed" in cati("init", "wave2")
    assert json.loads(cati("sample", "load", "sample.csv", "--json"))["loaded"] == 1
    assert json.loads(cati("report", "outcomes", "--format", "json"))["rows"][0]["n"] == 1
    assert "no problems" in cati("verify")
    assert cati("demo", "--no-console", "--database", "demo.db") == ""
