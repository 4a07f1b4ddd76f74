"""Packages that only some formats need."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from cati.errors import InputError


def needed(package: str, extra: str, form: str) -> Any:
    """The package, loaded now. Raises InputError with how to install it where it is not there."""
    try:
        return import_module(package)
    except ImportError:
        raise InputError(
            f"--format {form} is written with the package {package}, which is not installed: "
            f"pip install 'cati[{extra}]', or choose --format csv"
        ) from None


def is_there(*packages: str) -> bool:
    """Are all of these packages installed?"""
    return all(find_spec(package) is not None for package in packages)
