"""The people of the desk: names, roles, PINs, and sign-ins that fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from cati import desk
from cati.desk import Actor, User
from cati.errors import InputError
from cati.storage import Store, open_store
from cati.storage.tables import change, credential
from cati.studies import Study

pytestmark = pytest.mark.usefixtures("quick_pins")


@pytest.fixture
def boss(store: Store) -> Actor:
    """The administrator of a desk that she has just locked."""
    desk.appoint_administrator(store)
    desk.set_pin(store, desk.sign_in_as(store, None), "administrator", "s3cret!")
    return desk.sign_in_as(store, "administrator", "s3cret!")


def user(store: Store, name: str) -> User:
    return next(each for each in desk.list_users(store) if each.name == name)


def test_the_first_administrator_is_made_once(store: Store) -> None:
    made = desk.appoint_administrator(store, "  Ruth   Field ")
    assert made is not None
    assert (made.name, made.role, made.has_pin) == ("Ruth Field", "administrator", False)
    assert desk.appoint_administrator(store, "Somebody Else") is None
    assert [each.name for each in desk.list_users(store)] == ["Ruth Field"]
    assert not desk.is_locked(store)
    who = desk.sign_in_as(store, None)
    assert (who.name, who.proven) == ("Ruth Field", False)


def test_an_interviewer_of_that_name_becomes_the_administrator(store: Store) -> None:
    ann = desk.sign_in(store, "Ann")
    desk.appoint_administrator(store, "ann")
    assert desk.sign_in_as(store, None).id == ann.id


def test_without_an_administrator_nobody_acts_unnamed(store: Store) -> None:
    with pytest.raises(InputError, match="cati init"):
        desk.sign_in_as(store, None)
    with pytest.raises(InputError, match=r"nobody called 'Ann'.*Nobody is known here yet"):
        desk.sign_in_as(store, "Ann")


def test_names_are_one_whatever_their_capitals_and_blanks(store: Store, boss: Actor) -> None:
    desk.add_user(store, boss, "Ann  Other")
    with pytest.raises(InputError, match="Ann Other is there already"):
        desk.add_user(store, boss, "ann other")
    with pytest.raises(InputError, match="Give a name"):
        desk.add_user(store, boss, " \t ")
    with pytest.raises(InputError, match="Did you mean supervisor"):
        desk.add_user(store, boss, "Bob", "supervisr")
    with pytest.raises(InputError, match="Did you mean Ann Other"):
        desk.disable_user(store, boss, "Ann Othr")
    assert [each.name for each in desk.list_users(store)] == ["administrator", "Ann Other"]


def test_the_last_administrator_can_be_neither_disabled_nor_demoted(store: Store, boss: Actor) -> None:
    with pytest.raises(InputError, match="last administrator"):
        desk.disable_user(store, boss, "administrator")
    with pytest.raises(InputError, match="last administrator"):
        desk.set_role(store, boss, "administrator", "supervisor")
    desk.add_user(store, boss, "Ruth", "administrator")
    with pytest.raises(InputError, match="No administrator would have a PIN"):
        desk.disable_user(store, boss, "administrator")  # Ruth has none: the desk would be locked for good
    desk.set_pin(store, boss, "Ruth", "0815")
    desk.disable_user(store, boss, "administrator")
    with pytest.raises(InputError, match="may no longer sign in"):
        desk.sign_in_as(store, "administrator", "s3cret!")
    ruth = desk.sign_in_as(store, "Ruth", "0815")
    desk.enable_user(store, ruth, "administrator")
    assert desk.sign_in_as(store, "administrator", "s3cret!").role == "administrator"


def test_nobody_is_locked_out_by_the_first_pin(store: Store) -> None:
    desk.appoint_administrator(store)
    boss = desk.sign_in_as(store, None)
    desk.add_user(store, boss, "Ann")
    with pytest.raises(InputError, match="First give an administrator a PIN"):
        desk.set_pin(store, boss, "Ann", "4711")
    with pytest.raises(InputError, match="First give an administrator a PIN"):
        desk.add_user(store, boss, "Bob", secret="4711")
    assert not desk.is_locked(store)
    assert [each.name for each in desk.list_users(store)] == ["administrator", "Ann"]


def test_the_desk_opens_again_when_the_last_pin_is_removed(store: Store, boss: Actor) -> None:
    desk.add_user(store, boss, "Ann", secret="4711")
    with pytest.raises(InputError, match="No administrator would have a PIN"):
        desk.set_pin(store, boss, "administrator", None)
    desk.set_pin(store, boss, "Ann", None)
    with pytest.raises(InputError, match="has no PIN yet"):
        desk.sign_in_as(store, "Ann", "4711")
    desk.set_pin(store, boss, "administrator", None)
    assert not desk.is_locked(store)
    assert desk.sign_in_as(store, None).name == "administrator"


def test_everybody_changes_her_own_pin_and_nobody_elses(store: Store, boss: Actor) -> None:
    desk.add_user(store, boss, "Ann", secret="4711")
    ann = desk.sign_in_as(store, "Ann", "4711")
    desk.set_pin(store, ann, "ann", "correct horse")
    with pytest.raises(InputError, match="not the PIN of Ann"):
        desk.sign_in_as(store, "Ann", "4711")
    assert desk.sign_in_as(store, "Ann", "correct horse").id == ann.id
    with pytest.raises(InputError, match="Only an administrator may set the PIN of others"):
        desk.set_pin(store, ann, "administrator", "1234")
    with pytest.raises(InputError, match="Only an administrator"):
        desk.set_pin(store, ann, "Ann", None)


@pytest.mark.parametrize(("secret", "why"), [("123", "4 to 200"), ("7" * 8, "one character"), ("x" * 201, "4 to 200")])
def test_a_pin_that_is_guessed_first_is_refused(store: Store, boss: Actor, secret: str, why: str) -> None:
    with pytest.raises(InputError, match=why) as refused:
        desk.set_pin(store, boss, "administrator", secret)
    assert secret not in str(refused.value)


def test_a_pin_is_one_however_it_was_typed(store: Store, boss: Actor) -> None:
    desk.set_pin(store, boss, "administrator", "caf\u00e9 \udcff!")  # a byte that is no character, too
    assert desk.sign_in_as(store, "administrator", "cafe\u0301 \udcff!").proven


@pytest.mark.usefixtures("boss")
def test_failed_sign_ins_cost_time_in_every_program_and_one_that_succeeds_ends_it(store: Store, clock: Any) -> None:
    other = open_store(_url(store), clock=clock)
    try:
        for each in (store, other, store):
            with pytest.raises(InputError, match=r"not the PIN of administrator\.$"):
                desk.sign_in_as(each, "administrator", "guess")
        with pytest.raises(InputError, match="next try is possible in 2 seconds"):
            desk.sign_in_as(other, "administrator", "guess")
        with pytest.raises(InputError, match=r"possible in 2 seconds\. Nothing was checked"):
            desk.sign_in_as(store, "administrator", "s3cret!")
        clock.forward(seconds=1)
        with pytest.raises(InputError, match=r"possible in 1 second\. Nothing was checked"):
            desk.sign_in_as(other, "administrator", "s3cret!")
        clock.forward(seconds=1)
        with pytest.raises(InputError, match="possible in 4 seconds"):
            desk.sign_in_as(store, "administrator", "guess")
        assert user(store, "administrator").failed == 5
        clock.forward(seconds=4)
        assert desk.sign_in_as(other, "administrator", "s3cret!").proven
        assert user(store, "administrator").failed == 0
    finally:
        other.close()


@pytest.mark.usefixtures("boss")
def test_the_wait_grows_to_minutes_and_no_clock_set_back_makes_it_longer(store: Store, clock: Any) -> None:
    with store.write() as connection:
        connection.execute(credential.update().values(failed=90, failed_at=clock.now))
    clock.forward(days=-3)
    with pytest.raises(InputError, match="possible in 300 seconds"):
        desk.sign_in_as(store, "administrator", "s3cret!")
    clock.forward(days=3, minutes=5)
    assert desk.sign_in_as(store, "administrator", "s3cret!").proven


@pytest.mark.usefixtures("boss")
def test_guesses_side_by_side_are_counted(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the second on, the count rises before a guess is known to be wrong: whoever asks meanwhile waits."""
    from cati.desk import pins

    counted: list[int] = []

    def looking(hashed: str, secret: str) -> bool:
        del hashed, secret
        counted.append(user(store, "administrator").failed)
        return False

    monkeypatch.setattr(pins, "_fits", looking)
    for _ in range(3):
        with pytest.raises(InputError):
            desk.sign_in_as(store, "administrator", "guess")
    assert counted == [0, 2, 3]
    assert user(store, "administrator").failed == 3


@pytest.mark.usefixtures("boss")
def test_many_sign_ins_of_one_person_at_once_do_not_wait_for_each_other(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cati.desk import pins

    real, depth = pins._fits, [0]

    def another_meanwhile(hashed: str, secret: str) -> bool:
        depth[0] += 1
        if depth[0] < 6:
            assert desk.sign_in_as(store, "administrator", secret).proven
        return real(hashed, secret)

    monkeypatch.setattr(pins, "_fits", another_meanwhile)
    assert desk.sign_in_as(store, "administrator", "s3cret!").proven
    assert user(store, "administrator").failed == 0


def test_no_secret_is_kept_or_told_anywhere(store: Store, boss: Actor) -> None:
    desk.add_user(store, boss, "Ann", secret="xyzzy-4711")
    said: list[str] = [repr(boss), repr(desk.list_users(store))]
    attempts: list[Callable[[], object]] = [
        lambda: desk.sign_in_as(store, "Ann", "xyzzy-4712"),
        lambda: desk.set_pin(store, boss, "Nobody", "xyzzy-4711"),
    ]
    for attempt in attempts:
        with pytest.raises(InputError) as refused:
            attempt()
        said.append(str(refused.value))
    with store.read() as connection:
        said += [str(row) for row in connection.execute(select(change))]
        hashes = connection.execute(select(credential.c.secret)).scalars().all()
    assert not [text for text in said if "xyzzy" in text or "s3cret" in text]
    assert all(each.startswith("$argon2id$") for each in hashes)
    assert len(set(hashes)) == 2


def test_every_change_of_people_is_in_the_log(store: Store, boss: Actor) -> None:
    desk.add_user(store, boss, "Ann")
    desk.set_role(store, boss, "Ann", "supervisor")
    desk.set_role(store, boss, "Ann", "supervisor")  # nothing to change
    desk.disable_user(store, boss, "Ann")
    desk.enable_user(store, boss, "Ann")
    with store.read() as connection:
        lines = connection.execute(
            select(change.c.who, change.c.what, change.c.old, change.c.new).order_by(change.c.id)
        )
        found = [tuple(line) for line in lines]
    assert found == [
        ("cati init", "user administrator: role", "interviewer", "administrator"),
        ("administrator", "user administrator: PIN set", None, None),
        ("administrator", "user Ann: added", None, "interviewer"),
        ("administrator", "user Ann: role", "interviewer", "supervisor"),
        ("administrator", "user Ann: disabled", None, None),
        ("administrator", "user Ann: enabled", None, None),
    ]


def test_whoever_is_disabled_neither_interviews_nor_waits_for_appointments(
    store: Store, boss: Actor, clock: Any
) -> None:
    desk.add_user(store, boss, "Ann", secret="4711")
    ann = desk.sign_in_as(store, "Ann", "4711")
    desk.sign_in(store, "Ann", ann)
    assert user(store, "Ann").present_until == clock.now + desk.PRESENCE
    clock.forward(seconds=10)
    desk.disable_user(store, boss, "Ann")
    assert user(store, "Ann").present_until == clock.now
    desk.present(store, desk.Interviewer(ann.id, ann.name))  # a console that she left open
    assert user(store, "Ann").present_until == clock.now
    with pytest.raises(InputError, match="may no longer sign in"):
        desk.sign_in(store, "Ann", ann)


def _url(store: Store) -> str:
    if store.location.path is not None:
        return str(store.location.path)
    assert store.location.url is not None
    return store.location.url.render_as_string(hide_password=False)


def test_whoever_is_disabled_at_an_open_console_gets_no_further_case(shop: Store, study: Study) -> None:
    desk.appoint_administrator(shop)
    boss = desk.sign_in_as(shop, None)
    ann = desk.sign_in(shop, "Ann")
    held = desk.next_case(shop, study, ann)
    assert held is not None
    desk.disable_user(shop, boss, "Ann")
    assert desk.renew(shop, held.hold), "the call that she is in is not lost"
    desk.release(shop, held.hold)
    with pytest.raises(InputError, match="Ann may no longer sign in, and gets no case"):
        desk.next_case(shop, study, ann)
    with pytest.raises(InputError, match="Ann may no longer sign in, and gets no case"):
        desk.take_case(shop, study, ann, "C1")
    desk.enable_user(shop, boss, "Ann")
    assert desk.next_case(shop, study, ann) is not None
