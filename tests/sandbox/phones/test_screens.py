"""What the screens show: both sides in order, marks, what is unread, at any number of entries."""

from gateway.sandbox.phones.records import Saying
from gateway.sandbox.phones.screens import SHOWN, Screens
from tests.sandbox.phones.town import MINA, SMS, TOM, WHATSAPP, Town


def screens(town: Town) -> Screens:
    return Screens(town.network, "/files")


def test_both_sides_stand_in_the_order_of_their_times() -> None:
    town = Town()
    shown = screens(town)
    town.says("one")
    town.passes(1)
    town.sends("two")
    town.passes()
    town.says("three")
    town.mina.airplane = True
    town.says("four")
    told = [(entry["text"], entry["mine"], entry.get("tick")) for entry in shown.shown(MINA, SMS)["entries"]]
    assert told == [
        ("one", True, "sent"),
        ("two", False, None),
        ("three", True, "sent"),
        ("four", True, "waits"),
    ]


def test_unread_is_counted_for_each_chat_until_it_is_opened() -> None:
    town = Town()
    shown = screens(town)
    for _ in range(3):
        town.sends("Hello")
    town.passes()
    now = shown.shown(MINA, "")
    assert [phone["unread"] for phone in now["phones"]] == [3, 0]
    assert {chat["line"]: chat["unread"] for chat in now["chats"]}[SMS] == 3
    shown.shown(MINA, SMS)
    town.sends("More")
    town.passes()
    assert [phone["unread"] for phone in shown.shown(TOM, "")["phones"]] == [1, 0]


def test_two_browsers_hold_a_chat_open_until_both_are_gone() -> None:
    town = Town()
    shown = screens(town)
    with shown.looking(MINA, WHATSAPP):
        with shown.looking(MINA, WHATSAPP), shown.looking(MINA, ""):
            assert town.mina.opened == {WHATSAPP}
        assert town.mina.opened == {WHATSAPP}
    assert town.mina.opened == set()


def test_a_phone_without_whatsapp_shows_none_of_its_lines() -> None:
    lines = [chat["line"] for chat in screens(Town()).shown(TOM, "")["chats"]]
    assert SMS in lines and WHATSAPP not in lines


def test_of_far_too_much_the_newest_stand() -> None:
    town = Town()
    for number in range(SHOWN + 5):
        town.clock.add(1)
        town.network.say(MINA, SMS, Saying(str(number)))
    entries = screens(town).shown(MINA, SMS)["entries"]
    assert (len(entries), entries[-1]["text"]) == (SHOWN, str(SHOWN + 4))


def test_numbers_stand_as_people_write_them() -> None:
    assert screens(Town()).shown(MINA, "")["phones"][0]["shown"] == "+82 10-5555-0111"
