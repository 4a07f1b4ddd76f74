"""The screener belongs to its call: its answers, and the words of its codes, are asked anew in the next one."""

from __future__ import annotations

import pytest

from cati.studies import load_study


@pytest.mark.parametrize("study", ["wave2", "asye"])
def test_the_screener_but_not_the_consent_is_asked_anew_in_every_call(study: str) -> None:
    program = load_study(study).program("telephone")
    assert program.per_call == {"S1", "S2", "S2a", "S2a_1_text", "S3"}
