"""A folder that is written whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cati.errors import InputError, OutsideError

MANIFEST = "manifest.json"


@contextmanager
def whole_folder(folder: Path, *, replace: bool, marker: str = MANIFEST) -> Iterator[Path]:
    """A folder to write into, which takes the name `folder` when the block ends, and goes when it raises.

    `replace`: an earlier folder of the kind (it has a file `marker`) gives way to it, at that moment and not before.
    Raises InputError for a folder that is not empty, and, with `replace`, for one of another kind; OutsideError where
    the disk fails, with the earlier folder untouched.
    """
    target = Path(os.path.realpath(folder))
    _check(folder, target, replace, marker)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
    except OSError as error:
        raise InputError(f"Cannot write in {target.parent}: {error.strerror}. Name another place.") from error
    try:
        try:
            yield part
            _settle(part)
            _check(folder, target, replace, marker)
            _take_place(part, target)
        except OSError as error:
            raise OutsideError(
                f"{folder} could not be written: {error.strerror or error}. Nothing of it was kept"
                f"{'; the earlier export is as it was' if target.exists() else ''}."
            ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _check(folder: Path, target: Path, replace: bool, marker: str) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise InputError(f"{folder} is a file; name a folder.")
    if not any(target.iterdir()):
        return
    if not replace:
        raise InputError(
            f"{folder} is not empty. Name a new folder, or add --replace to put a new export in its place."
        )
    if not (target / marker).is_file():
        raise InputError(
            f"{folder} is no earlier export (it has no {marker}), so it is not replaced. Name a new folder."
        )


def _settle(part: Path) -> None:
    """Has the disk take all of it, before the name says that it is there."""
    for path in part.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    # the folder itself is read by those who may; what is private in it has modes of its own
    part.chmod(0o777 & ~_umask())


def _take_place(part: Path, target: Path) -> None:
    if not target.exists():
        part.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".old", dir=target.parent))
    target.rename(old / target.name)
    try:
        part.rename(target)
    except OSError:
        (old / target.name).rename(target)
        raise
    finally:
        with suppress(OSError):
            shutil.rmtree(old)


def _umask() -> int:
    # the only way to ask for the mask is to set it
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
