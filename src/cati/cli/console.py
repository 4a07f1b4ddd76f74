"""`cati console`: the interviewer's screen."""

from __future__ import annotations


def run_on(url: str | None, *, user: str | None, plain: bool) -> int:
    raise NotImplementedError
