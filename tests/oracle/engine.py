"""survey-core, an engine written by others, ready to play exported questionnaires.

It is installed once with npm, exactly as `package-lock.json` says, in the user's cache folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

HERE = Path(__file__).parent
_INSTALLED_WITH = ("package.json", "package-lock.json", ".npmrc")
_NPM_SECONDS = 300


class NoEngineError(Exception):
    """Why survey-core cannot be run here."""


@dataclass(frozen=True)
class Engine:
    """survey-core in a folder of its own, run by Node."""

    node: str
    folder: Path

    def play(
        self, surveys: Sequence[dict[str, Any]], respondents: Sequence[dict[str, Any]], *options: str
    ) -> list[dict[str, Any]]:
        """What `play.mjs` tells of each respondent, in order; the work is shared among the processors."""
        shares = 1 if "--time" in options else max(1, min(os.cpu_count() or 1, 8, len(respondents)))
        with tempfile.TemporaryDirectory(prefix="cati-oracle-") as name:
            place = Path(name)
            (place / "surveys.json").write_text(json.dumps(list(surveys)), encoding="utf-8")
            started = [self._start(place, share, respondents[share::shares], *options) for share in range(shares)]
            told = [self._finish(place, share, process) for share, process in enumerate(started)]
        if "--time" in options:
            return told[0]
        return [told[at % shares][at // shares] for at in range(len(respondents))]

    def _start(
        self, place: Path, share: int, respondents: Sequence[dict[str, Any]], *options: str
    ) -> subprocess.Popen[bytes]:
        lines = "".join(json.dumps(each) + "\n" for each in respondents)
        (place / f"in{share}").write_text(lines, encoding="utf-8")
        command = [self.node, str(self.folder / "play.mjs"), str(place / "surveys.json"), *options]
        with (
            (place / f"in{share}").open("rb") as source,
            (place / f"out{share}").open("wb") as out,
            (place / f"err{share}").open("wb") as err,
        ):
            return subprocess.Popen(command, stdin=source, stdout=out, stderr=err)

    @staticmethod
    def _finish(place: Path, share: int, process: subprocess.Popen[bytes]) -> list[dict[str, Any]]:
        if process.wait() != 0:
            raise RuntimeError((place / f"err{share}").read_text(encoding="utf-8")[-4000:])
        return [json.loads(line) for line in (place / f"out{share}").read_text(encoding="utf-8").splitlines()]


def find_engine() -> Engine:
    """The engine, installed if it is not yet. Raises NoEngineError where there is no Node, no npm or no network."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NoEngineError(f"{'Node' if node is None else 'npm'} is not installed here, so survey-core cannot be run")
    locked = b"".join((HERE / name).read_bytes() for name in _INSTALLED_WITH)
    cache = platformdirs.user_cache_path("cati")
    folder = cache / f"oracle-{hashlib.sha256(locked).hexdigest()[:16]}"
    if not (folder / "node_modules" / "survey-core").is_dir():
        _install(npm, cache, folder)
    _replace(HERE / "play.mjs", folder / "play.mjs")
    return Engine(node, folder)


def _install(npm: str, cache: Path, folder: Path) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="installing-", dir=cache) as name:
        made = Path(name) / "oracle"
        made.mkdir()
        for each in _INSTALLED_WITH:
            shutil.copy(HERE / each, made)
        command = [npm, "ci", "--ignore-scripts", "--prefer-offline", "--fetch-retries=1", "--loglevel=error"]
        try:
            done = subprocess.run(command, cwd=made, capture_output=True, text=True, timeout=_NPM_SECONDS)
        except subprocess.TimeoutExpired as late:
            raise NoEngineError(f"npm did not fetch survey-core within {_NPM_SECONDS} seconds") from late
        if done.returncode != 0:
            said = [line for line in done.stderr.splitlines() if line.strip()]
            raise NoEngineError(f"npm could not fetch survey-core: {said[0] if said else 'it does not say why'}")
        try:
            made.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process was faster
                raise


def _replace(source: Path, target: Path) -> None:
    if target.exists() and target.read_bytes() == source.read_bytes():
        return
    handle, name = tempfile.mkstemp(dir=target.parent)
    os.close(handle)
    shutil.copy(source, name)
    Path(name).replace(target)
