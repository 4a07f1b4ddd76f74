"""The tabs: what is shown, marked, leafed through, filtered and found, on a real database."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cati import desk
from cati.console.supervisor import keys
from cati.desk import Result, SampleRow

from ..conftest import HOSTILE, Clock
from .conftest import Room, Sit

TABS = list(keys.TABS)


def test_every_tab_opens_on_an_empty_desk_and_fits_the_screen(supervise: Sit) -> None:
    for columns, rows in ((80, 24), (160, 45), (40, 10)):
        screen = supervise(columns=columns, rows=rows)
        for name in TABS:
            assert screen.state == name
            assert all(len(line) <= columns for line in screen.text.splitlines())
            assert "One moment" not in screen.text
            screen.type("<tab>")
        assert screen.state == TABS[0]


def test_left_and_right_and_commands_lead_from_tab_to_tab(supervise: Sit) -> None:
    screen = supervise()
    screen.type("<right>", "<right>", "<left>")
    assert screen.state == "queue"
    screen.type("/quality")
    assert screen.state == "quality"
    screen.type("<shift+tab>")
    assert screen.state == "interviewers"
    assert "[Interviewers]" in screen.text


def test_a_tab_is_as_it_was_left(supervise: Sit, room: Room) -> None:
    room.book("Jo", "1000", 60)
    screen = supervise().type("/cases", "1002", "/queue", "/cases")
    assert "1002" in screen.text
    assert "1001" not in screen.text


def test_the_shift_shows_who_is_where_and_a_stuck_one_begins_with_a_mark(
    supervise: Sit, room: Room, clock: Clock
) -> None:
    delivery, made = room.dial("Jo", "1000")
    desk.save_answer(room.store, delivery.hold, made, "S1", 1, made.seq)
    screen = supervise()
    assert re.search(r"Jo +talking +0 min +1000 +S2 +1 +0", screen.line("Jo"))
    for _ in range(5):
        clock.forward(seconds=70)
        desk.renew(room.store, delivery.hold)
        desk.present(room.store, room.sit("Jo"))
    screen.wait()
    assert screen.line("Jo").lstrip("▶").startswith("‼ Jo")
    assert "STUCK" in screen.line("Jo")
    assert "1 stuck" in screen.text


def test_enter_opens_the_case_in_the_marked_hands_and_goes_back(supervise: Sit, room: Room) -> None:
    room.dial("Jo", "1000")
    screen = supervise().type("")
    assert screen.state == "case"
    assert "Case 1000" in screen.text
    assert screen.type("").state == "shift"


def test_the_queue_is_filtered_and_searched_and_shows_all_again(supervise: Sit, room: Room) -> None:
    room.book("Jo", "1000", 60)
    room.book("Kim", "1001", 90, "soft")
    room.call("Kim", "1002", "no_reply")
    screen = supervise().type("/queue")
    assert "1000" in screen.text
    assert "1001" in screen.text
    assert "1002" not in screen.text
    screen.type("<f3>", "2")
    assert "1001" not in screen.text
    assert "only hard" in screen.text
    screen.type("<backspace>", "<f3>", "10", "3")  # of one interviewer: administrator, Jo, Kim
    assert "1000" not in screen.text
    assert "1001" in screen.text
    screen.type("/all", "ann other")
    assert "1000" in screen.text
    assert "1001" not in screen.text
    assert "1001" in screen.type("<backspace>").text


def test_the_queue_tells_states_apart_without_colour(supervise: Sit, room: Room, clock: Clock) -> None:
    room.book("Jo", "1000", 10)
    room.book("Jo", "1001", 50)
    room.book("Jo", "1002", 300)
    clock.forward(minutes=60)
    screen = supervise().type("/queue")
    assert screen.line("1000").lstrip("▶").startswith("‼")
    assert "missed" in screen.line("1000")
    assert screen.line("1001").lstrip().startswith("!")
    assert "coming" in screen.line("1002")


def test_a_case_is_found_by_part_of_its_name_and_hostile_text_is_shown_literally(supervise: Sit) -> None:
    screen = supervise(columns=200).type("/cases", "[bad]")
    assert "1001" in screen.text
    assert "\x1b" not in screen.text
    assert "[bad] to 5 [good] [/x]" in screen.text
    assert "\u202e" in HOSTILE
    assert "\u202e" not in screen.text
    screen.type("")
    assert screen.state == "case"
    assert "␛[31mred" in screen.text


def test_leafing_through_the_cases_shows_each_once(supervise: Sit, room: Room) -> None:
    more = [SampleRow(serial=f"{2000 + n}", name=f"Name {n:03}") for n in range(50)]
    desk.load_sample(room.store, more, study=room.study)
    screen = supervise().type("/cases")
    seen: list[str] = []
    while True:
        seen += re.findall(r"^[▶ ]. +(\d{4}) ", screen.text, re.MULTILINE)
        before = screen.text
        if "▼" not in before:
            break
        screen.type("<pagedown>")
    assert seen == [*(str(1000 + n) for n in range(4)), *(str(2000 + n) for n in range(50))]
    screen.type("<home>", "<up>", "<end>")
    assert "▶  2049" in screen.text
    screen.type("<down>")
    assert "▶  2049" in screen.text
    for _ in range(53):
        screen.type("<up>")
    assert "▶  1000" in screen.text


def test_what_is_marked_stays_marked_when_lines_come_before_it(supervise: Sit, room: Room) -> None:
    room.book("Jo", "1000", 120)
    screen = supervise().type("/queue")
    assert screen.line("1000").startswith("▶")
    room.book("Jo", "1001", 60)
    screen.wait()
    assert screen.text.index("1001") < screen.text.index("1000")
    assert screen.line("1000").startswith("▶")


def test_the_progress_shows_what_moved_since_this_morning(supervise: Sit, room: Room, clock: Clock) -> None:
    room.call("Jo", "1000", "refusal")
    clock.forward(days=1)
    room.call("Jo", "1002", "completed")
    screen = supervise(columns=100, rows=60).type("/progress")
    assert re.search(r"Completed +1 +25% +25% +\+1", screen.text)
    assert re.search(r"Refusals +1 +25% +25%$", screen.text, re.MULTILINE)
    assert "Telephone response rate: 25.0%  (+25.00 points since this morning)" in screen.text
    assert re.search(r"11:00 +1 +█+ +1 calls", screen.text)
    assert "Yorkshire and Humber" in screen.text
    screen.type("<f3>")
    assert "Completes by ofsted" in screen.text


def test_the_interviewers_show_their_figures_with_all_together_below(supervise: Sit, room: Room) -> None:
    room.call("Jo", "1000", "completed")
    room.call("Kim", "1001", "refusal")
    screen = supervise(columns=160).type("/interviewers")
    assert re.search(r"Jo +1 .* 100% +0% +100% +1 ", screen.line("Jo "))
    assert re.search(r"Kim +1 .* 100% +100% +0% +0 ", screen.line("Kim"))
    assert re.search(r"All together +2 ", screen.text)


def test_the_quota_of_listening_is_recorded_from_the_screen(supervise: Sit, room: Room) -> None:
    room.call("Jo", "1000", "completed")
    screen = supervise(columns=100).type("/quality")
    assert screen.line("Jo").startswith("▶! Jo")
    screen.type("<f5>", "1", "12", "80", "2", "read the introduction too fast")
    assert screen.message == "It is on record."
    assert "1 remarks" in screen.line("Jo")
    assert not screen.line("Jo").startswith("▶!")
    screen.type("<f7>")
    assert "administrator listened to Jo, case 1000: 12 min, 80 %, remarks" in screen.text
    screen.type("", "<f6>", "1000", "1", "")
    assert screen.message == "It is on record."
    assert "1 confirmed" in screen.text
    screen.type("<f6>", "1001", "1", "")
    assert "no interview completed by telephone" in screen.message


def test_messages_and_notes_are_written_from_the_screen(supervise: Sit, room: Room) -> None:
    room.sit("Jo")
    screen = supervise().type("/messages", "<f9>", "2", "Leeds first, please")
    assert screen.message == "Sent to Jo."
    assert "administrator to Jo (NOT READ YET): Leeds first, please" in screen.text
    assert [each.text for each in desk.list_messages(room.store)] == ["Leeds first, please"]
    screen.type("<f5>", "Two refusals look odd")
    assert "administrator: Two refusals look odd" in screen.text
    screen.type("<f6>")
    assert screen.message == "Nothing waits to be sent."


def test_a_promised_e_mail_is_marked_as_sent(supervise: Sit, room: Room) -> None:
    promised = Result("online_requested", email=desk.EmailRequest("a@example.org", "online_link"))
    room.call("Jo", "1000", promised)
    screen = supervise().type("/messages")
    assert "online link to a@example.org, case 1000, Jo" in screen.text
    screen.type("<f6>", "1")
    assert "not sent: 0" in screen.text


def test_help_is_there_in_every_tab_and_tells_its_keys(supervise: Sit) -> None:
    screen = supervise(rows=60)
    for name in TABS:
        screen.type("<f1>")
        assert screen.state == "help"
        for key, label in keys.REGISTRY.key_line(name):
            assert key in screen.text, label
        screen.type("", "<tab>")


def test_leaving_is_asked_and_enter_leaves(supervise: Sit) -> None:
    screen = supervise().type("<f10>")
    assert screen.state == "leave"
    screen.type("<backspace>")
    assert not screen.driver.left
    assert screen.type("<ctrl+q>", "").driver.left


@pytest.mark.parametrize("typed", ["/nothing", "//nothing"])
def test_an_unknown_command_or_text_is_refused_where_nothing_is_typed(supervise: Sit, typed: str) -> None:
    screen = supervise().type(typed)
    assert screen.controller.state.stop is not None
    assert screen.type("<ctrl+u>").controller.state.stop is None


def test_the_data_folder_is_not_written_to_by_looking(supervise: Sit, database: Path, room: Room) -> None:
    room.book("Jo", "1000", 60)
    changes = len(desk.case_log(room.store, "1000"))
    screen = supervise()
    for name in TABS:
        screen.type(f"/{name}")
    assert len(desk.case_log(room.store, "1000")) == changes
    assert database.exists()


def test_a_number_of_the_table_is_opened_down_to_its_cases(supervise: Sit, room: Room) -> None:
    room.call("Jo", "1000", "refusal")
    room.call("Jo", "1002", "completed")
    screen = supervise(rows=50).type("/progress", "<end>")
    assert screen.line("▶").startswith("▶Yorkshire")
    screen.type("<home>")
    while "Refusals" not in screen.line("▶"):
        screen.type("<down>")
    screen.type("")
    assert "Refusals: 1." in screen.text
    assert re.search(r"▶  1000 +Refusal .* call by Jo", screen.text)
    assert screen.type("").state == "case"
    assert screen.type("", "<backspace>").state == "progress"
    assert "Refusals" in screen.line("▶")  # as it was left


def test_completes_by_a_variable_are_opened_down_to_their_cases(supervise: Sit, room: Room) -> None:
    room.call("Jo", "1002", "completed")
    screen = supervise().type("/progress", "<end>", "")
    assert "Completes, region Yorkshire and Humber: 1." in screen.text
    assert "1002" in screen.text


def test_the_marked_number_is_always_on_the_screen(supervise: Sit) -> None:
    screen = supervise(rows=14).type("/progress")
    for _ in range(30):
        assert "▶" in screen.text
        screen.type("<down>")
    screen.type("<pageup>")
    assert "▶" in screen.text


@pytest.mark.parametrize("tab", ["interviewers", "quality"])
def test_enter_on_an_interviewer_shows_her_newest_calls_and_opens_their_cases(
    supervise: Sit, room: Room, tab: str
) -> None:
    room.call("Jo", "1000", "completed")
    screen = supervise().type(f"/{tab}", "")
    assert "case 1000  Interview completed" in screen.text
    screen.type("1")
    assert screen.state == "case"
    assert "Case 1000" in screen.text
