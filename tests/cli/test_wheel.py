"""cati works installed from its wheel, outside the repository: questionnaires, schemes and migrations travel in it."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
NO_NETWORK = ("NewConnectionError", "Failed to establish", "name resolution", "ConnectTimeout", "No route to host")


def pip(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
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
    """The program, installed from the wheel in an environment that has no other cati.

    The packages it needs are lent by the environment of the tests, which was made from the same list; that the list is
    complete is another test.
    """
    folder = tmp_path_factory.mktemp("clean") / "environment"
    venv.create(folder, symlinks=os.name != "nt")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip("--python", python, "install", "--no-deps", "--no-index", wheel)
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([python, "-c", where], capture_output=True, text=True, check=True).stdout.strip()
    # a path that is lent so is not searched for .pth files: the checkout stays out of sight
    lent = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(site) / "lent.pth").write_text("\n".join(sorted(lent)) + "\n")
    return python.with_name("cati")


def imported(wheel: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Each module of somebody else's that a module of the wheel imports, with the file."""
    for name in wheel.namelist():
        if not name.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(wheel.read(name))):
            found = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                found = [node.module or ""]
            for module in found:
                top = module.partition(".")[0]
                if top != "cati" and top not in sys.stdlib_module_names:
                    yield top, name


def test_every_package_that_is_imported_is_one_that_the_wheel_asks_for(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        (metadata,) = (name for name in opened.namelist() if name.endswith(".dist-info/METADATA"))
        text = opened.read(metadata).decode()
        asked = {
            re.sub(r"[-_.]+", "-", name).lower()
            for name in re.findall(r"^Requires-Dist: ([\w.-]+)(?!.*extra == 'dev')", text, re.MULTILINE)
        }
        # pydantic_core is pydantic's own other half, pinned by it
        providers = {**packages_distributions(), "pydantic_core": ["pydantic"]}
        foreign = {
            (module, name)
            for module, name in imported(opened)
            if not {re.sub(r"[-_.]+", "-", each).lower() for each in providers.get(module, [])} & asked
        }
    assert "sqlalchemy" in asked
    assert "pytest" not in asked
    assert foreign == set()


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
        "cati/rehearsal/populations/panel.yaml",
        "cati/rehearsal/populations/cold.yaml",
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
    used = "import cati; print(cati.__file__)"
    python = installed.with_name("python.exe" if os.name == "nt" else "python")
    ran = subprocess.run(
        [python, "-c", used], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert Path(ran.stdout.strip()).is_relative_to(installed.parents[1])
