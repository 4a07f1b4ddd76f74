"""The two commands of the README say clearly what a bare machine lacks."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.fixture
def bare(tmp_path: Path, repository: Path) -> Path:
    """A checkout on a machine with no Python: the scripts, and the few tools that they use."""
    root = tmp_path / "checkout"
    shutil.copytree(repository / "scripts", root / "scripts")
    shutil.copy(repository / "pyproject.toml", root)
    tools = root / "bin"
    tools.mkdir()
    for name in ("dirname", "cksum", "cat", "sh"):
        found = shutil.which(name)
        assert found is not None
        (tools / name).symlink_to(found)
    return root


def run(root: Path, script: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(root / "bin"), "HOME": str(root)}
    shell = shutil.which("sh") or "/bin/sh"
    return subprocess.run(
        [shell, root / "scripts" / script], env=environment, capture_output=True, text=True, check=False
    )


def python(root: Path, name: str, script: str) -> None:
    path = root / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.mark.parametrize("script", ["demo", "test"])
def test_without_a_new_enough_python_they_say_which_one_is_needed(bare: Path, script: str) -> None:
    python(bare, "python3", 'case "$1" in --version) echo "Python 3.9.2";; *) exit 1;; esac')
    ran = run(bare, script)
    assert ran.returncode == 2
    assert "3.11" in ran.stderr
    assert "Python 3.9.2" in ran.stderr


def test_without_venv_they_name_the_package(bare: Path) -> None:
    # new enough, but unable to import ensurepip, as Debian's Python without its -venv package
    python(bare, "python3", 'case "$2" in *ensurepip*) exit 1;; *print*) echo python3.11-venv;; esac')
    ran = run(bare, "demo")
    assert ran.returncode == 2
    assert "apt install python3.11-venv" in ran.stderr


def test_all_scripts_can_be_run(repository: Path) -> None:
    for name in ("scripts/demo", "scripts/test", ".ci/run"):
        assert os.access(repository / name, os.X_OK), name
