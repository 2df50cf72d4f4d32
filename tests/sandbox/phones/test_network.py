"""What becomes of a message, and what each phone received."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sandbox.phones.network import WINDOW
from gateway.sandbox.phones.orders import Order, Refusal
from gateway.sandbox.phones.records import Call, Fetch, File, Line, Status, Template
from gateway.sandbox.phones.weather import STORM, Fault, Weather
from tests.sandbox.phones.town import (
    ACCOUNT,
    GREETING,
    MINA,
    OTHER,
    POOLED,
    SERVICE,
    SMS,
    TOM,
    WHATSAPP,
    Town,
)

FINAL = {Status.DELIVERED, Status.UNDELIVERED, Status.FAILED, Status.READ}
PICTURE = File("image/png", b"a picture")


def told(forms: list[dict[str, str]]) -> list[str]:
    return [form["MessageStatus"] for form in forms]


def code(town: Town, **order: str) -> int:
    with pytest.raises(Refusal) as caught:
        town.sends(**order)
    return caught.value.code


# --- out --------------------------------------------------------------------------------------------------------------


def test_an_sms_is_queued_sent_and_delivered_once() -> None:
    town = Town()
    message = town.sends("Your order left")
    assert (message.status, town.mina.received) == (Status.QUEUED, [])
    assert told(town.passes()) == ["sent", "delivered"]
    assert town.mina.count("Your order left") == 1
    assert [arrival.line for arrival in town.mina.received] == [SMS]
    assert town.passes(3600) == []


def test_a_service_chooses_the_sender_later() -> None:
    town = Town()
    message = town.sends(sender="", service=SERVICE)
    assert message.status is Status.ACCEPTED
    assert told(town.passes()) == ["queued", "sent", "delivered"]
    assert town.mina.received[0].line == POOLED


def test_two_orders_with_the_same_words_are_two_messages_on_the_phone() -> None:
    """The phone counts what came, it does not tidy up: a sender who sends twice is found out."""
    town = Town()
    town.sends("Once")
    town.sends("Once")
    town.passes()
    assert town.mina.count("Once") == 2


def test_what_one_line_sends_arrives_in_its_order() -> None:
    town = Town(weather=Weather(step=(0.1, 5)))
    for number in range(20):
        town.sends(str(number))
    town.passes(600)
    assert [arrival.text for arrival in town.mina.received] == [str(number) for number in range(20)]


def test_a_number_that_nobody_has_is_not_reached() -> None:
    town = Town()
    town.sends(to="+14155559999")
    forms = town.passes()
    assert told(forms) == ["sent", "undelivered"]
    assert forms[-1]["ErrorCode"] == "30003"


def test_what_the_carrier_gives_up_never_arrives() -> None:
    town = Town(weather=Weather(undelivered=1))
    message = town.sends("Lost")
    assert town.passes()[-1]["ErrorCode"] == "30008"
    assert (message.error, town.mina.count("Lost")) == (30008, 0)


def test_only_our_own_lines_may_send() -> None:
    town = Town()
    assert code(town, sender="+14155550999") == 21606
    assert code(town, to=f"whatsapp:{MINA}", sender="whatsapp:+14155550999") == 63007
    assert code(town, sender="", service="MG" + "0" * 32) == 21701
    assert code(town, template="HX" + "0" * 32) == 21655
    town.network.add(replace(GREETING, account=OTHER.sid))
    assert code(town, template=GREETING.sid) == 21655
    with pytest.raises(Refusal):
        town.network.send(OTHER, Order(to=MINA, sender=SMS, body="Not mine"))


# --- WhatsApp ---------------------------------------------------------------------------------------------------------


def test_free_text_goes_while_the_customers_last_word_is_not_a_day_old() -> None:
    town = Town()
    town.says("Hi", WHATSAPP)
    town.passes()
    town.whatsapps("Within")
    assert told(town.passes()) == ["sent", "delivered"]
    town.clock.add(WINDOW / 1000)
    late = town.whatsapps("Too late")
    forms = town.passes()
    assert (told(forms), forms[-1]["ErrorCode"], late.error) == (["undelivered"], "63016", 63016)
    assert town.mina.count("Too late") == 0


def test_an_approved_template_always_goes_another_never() -> None:
    town = Town()
    town.network.add(Template("HX" + "e" * 32, ACCOUNT.sid, "new", "en", GREETING.types, approval="pending"))
    town.whatsapps("", template=GREETING.sid, variables='{"1": "Mina", "2": "17"}')
    town.whatsapps("", template="HX" + "e" * 32)
    town.passes()
    assert [arrival.text for arrival in town.mina.received] == ["Hello Mina, your order 17 is on its way."]
    assert town.mina.received[0].template == GREETING.sid


def test_who_is_not_on_whatsapp_is_not_found_there() -> None:
    town = Town()
    town.whatsapps(to=TOM)
    forms = town.passes()
    assert (told(forms), forms[-1]["ErrorCode"]) == (["failed"], "63003")


def test_opening_the_chat_reads_what_came_and_what_comes() -> None:
    town = Town()
    town.says("Hi", WHATSAPP)
    town.passes()
    first = town.whatsapps("First")
    town.passes()
    town.network.open_chat(MINA, WHATSAPP)
    forms = town.passes()
    assert (told(forms), forms[0]["EventType"], first.status) == (["read"], "READ", Status.READ)
    town.whatsapps("Second")
    assert told(town.passes()) == ["sent", "delivered", "read"]
    town.network.close_chat(MINA, WHATSAPP)
    assert town.whatsapps("Third") and told(town.passes()) == ["sent", "delivered"]


def test_an_sms_is_never_said_to_be_read() -> None:
    town = Town()
    town.network.open_chat(MINA, SMS)
    town.sends()
    assert told(town.passes()) == ["sent", "delivered"]


def test_typing_is_shown_until_the_answer_comes_or_25_seconds_went_by() -> None:
    town = Town()
    earlier, asked = town.says("One", WHATSAPP), town.says("Two", WHATSAPP)
    assert earlier and asked
    town.network.show_typing(ACCOUNT, asked.sid)
    assert town.network.is_typing(MINA, WHATSAPP) and earlier.seen and asked.seen
    town.clock.add(26)
    assert not town.network.is_typing(MINA, WHATSAPP)
    town.network.show_typing(ACCOUNT, asked.sid)
    town.whatsapps("Answer")
    town.passes()
    assert not town.network.is_typing(MINA, WHATSAPP)


def test_typing_answers_a_whatsapp_message_of_ones_own() -> None:
    town = Town()
    sms, whatsapp = town.says("Hi"), town.says("Hi", WHATSAPP)
    assert sms and whatsapp
    for account, sid in ((ACCOUNT, sms.sid), (OTHER, whatsapp.sid), (ACCOUNT, "SM" + "0" * 32)):
        with pytest.raises(Refusal) as caught:
            town.network.show_typing(account, sid)
        assert caught.value.status == 404
    assert not whatsapp.seen


# --- in ---------------------------------------------------------------------------------------------------------------


def test_what_a_phone_says_comes_to_the_lines_webhook() -> None:
    town = Town()
    message = town.says("Hello?")
    (form,) = town.passes()
    assert message and form["MessageSid"] == message.sid
    assert (form["From"], form["To"], form["Body"], form["NumMedia"]) == (MINA, SMS, "Hello?", "0")
    assert (form["SmsStatus"], form["NumSegments"], "WaId" in form) == ("received", "1", False)


@pytest.mark.parametrize(("word", "code_after"), [("STOP", 21610), (" revoke ", 21610), ("Stop it", 0)])
def test_who_says_stop_is_sent_nothing_until_she_says_start(word: str, code_after: int) -> None:
    town = Town()
    town.says(word)
    if code_after:
        assert code(town) == code_after
        town.says("start")
    town.sends("Again")
    town.passes()
    assert town.mina.count("Again") == 1


def test_a_stop_is_for_the_whole_service_and_named_there() -> None:
    town = Town()
    town.network.add(Line(ACCOUNT.sid, "+14155550102", "https://parley.example/x", SERVICE))
    town.says("STOP", POOLED)
    assert town.passes()[0]["OptOutType"] == "STOP"
    assert code(town, sender="+14155550102") == 21610
    town.sends("Another line")
    town.says("HELP", POOLED)
    assert town.passes()[-3]["OptOutType"] == "HELP"
    town.says("STOP")
    assert "OptOutType" not in town.passes()[0]


def test_in_airplane_mode_nothing_arrives_and_nothing_leaves_until_it_ends() -> None:
    town = Town()
    town.network.set_airplane(MINA, True)
    message = town.sends("While away")
    assert town.says("Written away") is None
    assert told(town.passes()) == ["sent"]
    assert (town.mina.received, message.status) == ([], Status.SENT)
    town.network.set_airplane(MINA, False)
    forms = town.passes()
    assert sorted(form.get("MessageStatus", form["SmsStatus"]) for form in forms) == ["delivered", "received"]
    assert town.mina.count("While away") == 1
    town.network.set_airplane(MINA, False)
    assert town.passes() == []


# --- files ------------------------------------------------------------------------------------------------------------


def test_files_are_got_before_the_message_leaves() -> None:
    town = Town()
    urls = ("https://parley.example/a", "https://parley.example/b")
    message = town.sends("Two pictures", files=urls)
    fetches = [errand for errand in town.network.advance() if isinstance(errand, Fetch)]
    assert [fetch.url for fetch in fetches] == list(urls)
    town.network.fetched(fetches[1], PICTURE)
    assert town.passes() == []
    town.network.fetched(fetches[0], File("image/webp", b"another"))
    assert told(town.passes()) == ["sent", "delivered"]
    assert town.mina.received[0].files == (File("image/webp", b"another"), PICTURE)
    assert message.sid.startswith("MM")


@pytest.mark.parametrize("got", [None, File("image/png", b"")])
def test_a_file_that_cannot_be_got_fails_its_message_once(got: File | None) -> None:
    town = Town()
    message = town.sends("Two pictures", files=("https://parley.example/a", "https://parley.example/b"))
    for fetch in [errand for errand in town.network.advance() if isinstance(errand, Fetch)]:
        town.network.fetched(fetch, got)
    forms = town.passes()
    assert (told(forms), forms[0]["ErrorCode"], message.error) == (["failed"], "11200", 11200)
    assert town.mina.received == []


# --- weather ----------------------------------------------------------------------------------------------------------


def test_lost_callbacks_change_nothing_but_what_is_told() -> None:
    town = Town(weather=Weather(lost=1))
    message = town.sends("Hello")
    assert town.passes() == []
    assert (message.status, town.mina.count("Hello")) == (Status.DELIVERED, 1)


def test_a_repeat_is_the_same_call_again() -> None:
    town = Town(weather=Weather(repeated=1))
    town.sends("Hello")
    town.clock.add(60)
    calls = [errand for errand in town.network.advance() if isinstance(errand, Call)]
    assert len(calls) == 4 and len(set(calls)) == 2
    assert len({call.token for call in calls}) == 2
    assert town.mina.count("Hello") == 1


def test_delayed_calls_come_after_later_ones() -> None:
    orders = set()
    for seed in range(20):
        town = Town(seed=seed, weather=Weather(delayed=0.5))
        town.sends("Hello")
        orders.add(tuple(told(town.passes(60))))
    assert orders == {("sent", "delivered"), ("delivered", "sent")}


def test_planned_faults_come_first_and_to_orders_only() -> None:
    town = Town()
    town.network.plan(Fault.BUSY, Fault.CUT_AFTER)
    assert town.network.fault(orders=False) is None
    assert [town.network.fault(orders=True) for _ in range(3)] == [Fault.BUSY, Fault.CUT_AFTER, None]


def test_looking_cannot_be_half_done() -> None:
    town = Town(weather=Weather(cut_after=1))
    assert town.network.fault(orders=False) is None
    assert town.network.fault(orders=True) is Fault.CUT_AFTER


def test_found_newest_first_by_number_and_time() -> None:
    town = Town()
    first, answer = town.sends("1"), town.says("2")
    town.clock.add(3600)
    second = town.sends("3", to=TOM)
    assert answer is not None
    network, at = town.network, town.clock.now
    assert network.found(ACCOUNT) == [second, answer, first]
    assert network.found(ACCOUNT, to=MINA) == [first]
    assert network.found(ACCOUNT, sender=MINA) == [answer]
    assert network.found(ACCOUNT, at=lambda sent: sent >= at) == [second]
    assert network.found(OTHER) == []


def test_nothing_young_is_overlooked_behind_what_is_old() -> None:
    """Messages stand in the order in which they were made, and are asked for by when they were sent."""
    town = Town()
    network, began = town.network, town.clock.now
    slow = town.sends("made long ago, sent now")
    town.clock.add(-7200)
    town.says("by a clock that was set back")
    town.clock.add(7200 + 3600)
    network.advance()
    town.says("young")
    for since in range(began - 8000_000, town.clock.now + 2000, 600_000):
        every = network.found(ACCOUNT, at=lambda sent, since=since: sent >= since)  # type: ignore[misc]
        assert network.found(ACCOUNT, at=lambda sent, since=since: sent >= since, since=since) == every  # type: ignore[misc]
    assert slow.sent is not None and slow.sent > began


def play(seed: int, orders: list[tuple[bool, bool]]) -> tuple[Town, list[dict[str, str]]]:
    """(by WhatsApp, with airplane mode meanwhile) one after the other, in a storm."""
    town = Town(seed=seed, weather=STORM)
    town.says("Hi", WHATSAPP)
    forms = []
    for number, (whatsapp, airplane) in enumerate(orders):
        town.network.set_airplane(MINA, airplane)
        (town.whatsapps if whatsapp else town.sends)(f"message {number}")
        forms += town.passes(0.7)
    town.network.set_airplane(MINA, False)
    return town, forms + town.passes(600)


@given(st.integers(), st.lists(st.tuples(st.booleans(), st.booleans()), max_size=12))
def test_in_any_storm_each_order_ends_and_arrives_at_most_once(
    seed: int, orders: list[tuple[bool, bool]]
) -> None:
    town, forms = play(seed, orders)
    sent = [message for message in town.network.messages.values() if not message.inbound]
    assert {message.status for message in sent} <= FINAL
    for message in sent:
        arrived = message.status in (Status.DELIVERED, Status.READ)
        assert town.mina.count(message.body) == arrived
        assert (message.error is None) == arrived
    assert {form["MessageSid"] for form in forms} <= set(town.network.messages)
    again, same = play(seed, orders)
    assert (same, again.mina.received) == (forms, town.mina.received)


def test_stop_and_the_24_hours_can_be_asked_for() -> None:
    town = Town()
    assert (town.network.window_until(MINA, WHATSAPP), town.network.has_stopped(MINA, SMS)) == (0, False)
    town.says("Hello", WHATSAPP)
    town.says("stop")
    assert town.network.window_until(MINA, WHATSAPP) == town.clock.now + WINDOW
    assert (town.network.has_stopped(MINA, SMS), town.network.has_stopped(TOM, SMS)) == (True, False)
    town.says("start")
    assert not town.network.has_stopped(MINA, SMS)


def test_what_a_phone_said_is_there_when_our_door_has_answered_for_it() -> None:
    town = Town()
    said, sent = town.says("Hello"), town.sends("Hi")
    town.clock.add(10)
    for errand in town.network.advance():
        assert isinstance(errand, Call)
        town.network.take(errand)
    assert said is not None
    assert (said.taken, sent.taken) == (True, False), (
        "a callback is news of what we sent, not of what she said"
    )
