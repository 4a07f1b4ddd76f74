"""Signing in."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from cati.desk import known_interviewer, sign_in
from cati.errors import InputError
from cati.storage import Store, tables


def test_a_name_is_the_same_whatever_its_capitals_and_blanks(store: Store) -> None:
    assert not known_interviewer(store, "Ann Lee")
    ann = sign_in(store, "  Ann   Lee ")
    assert ann.name == "Ann Lee"
    assert known_interviewer(store, "ANN lee")
    assert sign_in(store, "ann lee") == ann
    assert sign_in(store, "Bob") != ann


def test_a_disabled_interviewer_and_no_name_are_refused(store: Store) -> None:
    sign_in(store, "Ann")
    with store.write() as connection:
        connection.execute(update(tables.interviewer).values(disabled_at=store.now(connection)))
    with pytest.raises(InputError, match="may no longer sign in"):
        sign_in(store, "ann")
    with pytest.raises(InputError, match="Give a name"):
        sign_in(store, " \t")
