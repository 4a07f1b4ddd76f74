"""Who may do what: act by act, at the desk itself, whatever screen or command asks it.

An act of the registry that nothing here tries fails `test_every_act_is_tried`: add a line to ACT_BY_ACT.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import select

from cati import desk
from cati.desk import ACTS, ROLES, Actor, Booking, Result
from cati.errors import InputError
from cati.storage import Store, tables
from cati.studies import Study

Try = Callable[[Store, Study, Actor], object]


def _asked(act: str) -> Try:
    """An act that is many transactions, or a screen: asked about once, before the first."""
    return lambda store, _, who: desk.permit(store, who, act)


pytestmark = pytest.mark.usefixtures("quick_pins")

WHY = "because"
ACT_BY_ACT: dict[str, Try] = {
    "user add": lambda store, _, who: desk.add_user(store, who, "Eve"),
    "user disable": lambda store, _, who: desk.disable_user(store, who, "Ann"),
    "user enable": lambda store, _, who: desk.enable_user(store, who, "Ann"),
    "user pin": lambda store, _, who: desk.set_pin(store, who, "Bob", "4711"),
    "user role": lambda store, _, who: desk.set_role(store, who, "Ann", "administrator"),
    "study install": _asked("study install"),
    "sample load": _asked("sample load"),
    "sample issue": _asked("sample issue"),
    "sample hold": _asked("sample hold"),
    "online load": _asked("online load"),
    "release": lambda store, study, who: desk.release_case(store, study, who, "C1", WHY),
    "reassign": lambda store, study, who: desk.reassign_case(store, study, who, "C1", "Bob", WHY),
    "recode": lambda store, study, who: desk.recode_call(store, study, who, "C1", Result("refusal"), WHY),
    "reopen": lambda store, study, who: desk.reopen_case(store, study, who, "C1", WHY),
    "opt out": lambda store, study, who: desk.opt_out_case(store, study, who, "C1", WHY),
    "number add": lambda store, study, who: desk.add_number(store, study, who, "C1", "01632 960099", WHY),
    "number correct": lambda store, study, who: desk.correct_number(
        store, study, who, "C1", "01632 960001", "01632 960099", WHY
    ),
    "number mark": lambda store, study, who: desk.mark_number(store, study, who, "C1", "01632 960001", "dead", WHY),
    "appointment move": lambda store, study, who: desk.move_appointment(
        store, study, who, "C1", Booking("hard", store.time()), WHY
    ),
    "appointment cancel": lambda store, study, who: desk.cancel_appointment(store, study, who, "C1", WHY),
    "undo": lambda store, study, who: desk.undo_repair(store, study, who, "C1", WHY),
    "outbox export": lambda store, study, who: desk.export_outbox(store, study, who, "online_link", lambda _: None),
    "outbox sent": lambda store, study, who: desk.mark_sent(store, study, who),
    "outbox unsent": lambda store, study, who: desk.take_back_sent(store, study, who, 1, WHY),
    "supervise": _asked("supervise"),
    "listening": lambda store, _, who: desk.record_listening(store, who, 1, 60, 80, next(iter(desk.LISTENING_RESULTS))),
    "back check": lambda store, study, who: desk.record_back_check(
        store, study, who, "C1", next(iter(desk.BACK_CHECK_RESULTS))
    ),
    "respondent request": lambda store, study, who: desk.log_request(store, study, "C1", "copy", who),
    "respondent amend": lambda store, study, who: desk.amend_answer(store, study, "C1", "B1", "1", who, reason=WHY),
    "respondent withdraw": lambda store, study, who: desk.withdraw_respondent(store, study, "C1", who, reason=WHY),
    "opt-out list": lambda store, study, who: desk.opt_out_details(store, study, who, ["01632 960001"], "", WHY),
    "export": _asked("export"),
    "respondent copy": _asked("respondent copy"),
    "purge": lambda store, study, who: desk.purge(store, study, 30, who),
    "message": lambda store, _, who: desk.send_message(store, who, "Bob", "psst"),
    "shift note": lambda store, _, who: desk.leave_note(store, who, "psst"),
}


@pytest.fixture
def staff(shop: Store) -> dict[str, Actor]:
    """Somebody of each role, in an open desk."""
    desk.appoint_administrator(shop)
    administrator = desk.sign_in_as(shop, None)
    desk.add_user(shop, administrator, "Ann")
    desk.add_user(shop, administrator, "Bob")
    desk.add_user(shop, administrator, "Ruth", "supervisor")
    names = {"interviewer": "Ann", "supervisor": "Ruth", "administrator": "administrator"}
    return {role: desk.sign_in_as(shop, name) for role, name in names.items()}


def everything(store: Store) -> dict[str, list[Any]]:
    """Every row of every table."""
    with store.read() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in tables.metadata.sorted_tables
        }


def test_every_act_is_tried() -> None:
    assert set(ACT_BY_ACT) == set(ACTS)


def test_whoever_may_not_changes_nothing_act_by_act(shop: Store, study: Study, staff: dict[str, Actor]) -> None:
    before = everything(shop)
    for name, act in ACTS.items():
        for role in ROLES[: ROLES.index(act.least)]:
            with pytest.raises(InputError, match=rf"^Only an? {act.least}.* may {act.words}; .* is an? {role}"):
                ACT_BY_ACT[name](shop, study, staff[role])
    assert everything(shop) == before


def test_whoever_may_is_not_refused_for_her_role(shop: Store, study: Study, staff: dict[str, Actor]) -> None:
    for name, act in ACTS.items():
        if name == "user pin":
            continue  # locks the desk to whoever has not shown hers: test_users
        with suppress(InputError):
            ACT_BY_ACT[name](shop, study, staff[act.least])
            continue
        with pytest.raises(InputError, match=r"^(?!Only)"):  # the case does not lend itself to it, say
            ACT_BY_ACT[name](shop, study, staff[act.least])


def test_an_act_is_refused_as_soon_as_the_role_or_the_right_to_sign_in_is_gone(
    shop: Store, staff: dict[str, Actor]
) -> None:
    ruth, administrator = staff["supervisor"], staff["administrator"]
    desk.leave_note(shop, ruth, "one")
    desk.set_role(shop, administrator, "Ruth", "interviewer")
    with pytest.raises(InputError, match="Ruth is an interviewer"):
        desk.leave_note(shop, ruth, "two")
    desk.set_role(shop, administrator, "Ruth", "supervisor")
    desk.disable_user(shop, administrator, "Ruth")
    with pytest.raises(InputError, match="may no longer sign in"):
        desk.leave_note(shop, ruth, "three")
    assert [note.text for note in desk.shift_notes(shop)] == ["one"]


def test_whoever_signed_in_to_an_open_desk_shows_a_pin_once_it_is_locked(shop: Store, staff: dict[str, Actor]) -> None:
    desk.set_pin(shop, staff["administrator"], "administrator", "4711")
    desk.set_pin(shop, desk.sign_in_as(shop, "administrator", "4711"), "Ruth", "0815")
    with pytest.raises(InputError, match="sign in again, with your PIN"):
        desk.leave_note(shop, staff["supervisor"], "one")
    desk.leave_note(shop, desk.sign_in_as(shop, "Ruth", "0815"), "two")
    assert [note.text for note in desk.shift_notes(shop)] == ["two"]


def test_nobody_acts_under_anothers_name(shop: Store, staff: dict[str, Actor]) -> None:
    desk.set_pin(shop, staff["administrator"], "administrator", "4711")
    administrator = desk.sign_in_as(shop, "administrator", "4711")
    desk.set_pin(shop, administrator, "Ann", "0815")
    for name, secret in (("Ruth", "0815"), ("administrator", "0815"), ("administrator", None), (None, None)):
        with pytest.raises(InputError):
            desk.sign_in_as(shop, name, secret)
    ann = desk.sign_in_as(shop, "ANN", "0815")
    assert (ann.name, ann.role, ann.proven) == ("Ann", "interviewer", True)
    with pytest.raises(InputError, match="signs in with a PIN"):
        desk.sign_in(shop, "Ruth", ann)  # nor does she interview under it
    assert desk.sign_in(shop, "Ann", ann).name == "Ann"
    assert not desk.known_interviewer(shop, "Eve")
    with pytest.raises(InputError, match="signs in with a PIN"):
        desk.sign_in(shop, "Eve")  # no new name is added from the screen of a locked desk
    assert not desk.known_interviewer(shop, "Eve")
