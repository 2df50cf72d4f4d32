"""Web push against a push service that checks and decrypts: who is told, what of, and who is told no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.bus import AgentHere
from gateway.config import Config, Push, Server
from gateway.errors import ConfigError, Refused, Unavailable
from gateway.events import SYSTEM, agent
from gateway.stream import assign
from gateway.stream.agents import deactivate
from gateway.stream.notices import begin_noticing
from inbox.auth.sessions import end_sessions, start_session
from inbox.noticing import Noticing
from inbox.push import pushing, sending
from inbox.push.endpoints import check_endpoint
from inbox.push.keys import Vapid
from inbox.push.pushing import PUSHER, connection
from inbox.push.subscriptions import FRESH, Device, begin_pushing, device_of, take_due
from tests.inbox.conftest import House, does
from tests.servers.push_service import Browser, PushService, decoded, push_service

SERVICES = Push().services


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    async with push_service() as made:
        yield made


class Told:
    """A house whose notices are pushed step by step, and a push service beside it."""

    def __init__(self, house: House, service: PushService) -> None:
        self.house = house
        self.service = service
        self.pusher = house.app[PUSHER]
        object.__setattr__(house.desk.config, "push", Push(services=(service.origin,)))
        service.key = self.pusher.vapid.public

    async def begin(self) -> Told:
        await self.house.store.write(begin_noticing)
        await self.house.store.write(begin_pushing)
        return self

    async def subscribes(self, who: str) -> Browser:
        browser = self.service.browser()
        await (await self.house.client(who)).does("PUT", "/session/push", browser.subscription)
        return browser

    async def given(self, to: str = "ann", text: str = "hello", name: str = "Kim") -> str:
        """A customer writes, and the conversation is given to this agent."""
        talk = (await self.house.customer_writes(text, name=name)).conversation
        who, by = self.house.agents[to], agent(self.house.agents["sue"])
        await self.house.store.write(lambda tx: assign.assign(tx, talk, who, by))
        return talk

    async def pushes(self) -> int:
        """Everything that is due; how many went out."""
        await Noticing(self.house.desk).catch_up()
        due = await self.pusher.due()
        async with connection(["http://127.0.0.1"]) as http:
            for one, payload in due:
                await self.pusher.deliver(http, one.device, payload)
        return len(due)

    async def prefers(self, who: str, **values: Any) -> None:
        await does(self.house, who, "set_preferences", values=values)


@pytest.fixture
async def told(both: House, service: PushService) -> Told:
    return await Told(both, service).begin()


@pytest.fixture
async def told_here(house: House, service: PushService) -> Told:
    """On SQLite alone: what is asked of no database."""
    return await Told(house, service).begin()


def test_the_browser_of_these_tests_reads_what_the_rfc_has_written() -> None:
    """RFC 8291 section 5."""
    private = ec.derive_private_key(
        int.from_bytes(decoded("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big"), ec.SECP256R1()
    )
    browser = Browser(private=private, auth=decoded("BTBZMqHH6r4Tts7J_aSIgg"))
    body = decoded(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
        "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert browser.decrypt(body) == b"When I grow up, I want to be a watermelon"


# --- the key --------------------------------------------------------------------------------------------------------


def test_the_key_is_the_deployments_own() -> None:
    one = Vapid(b"a" * 32, "https://chat.example.com")
    assert one.public == Vapid(b"a" * 32, "https://chat.example.com").public
    assert one.public != Vapid(b"b" * 32, "https://chat.example.com").public
    assert (len(decoded(one.public)), decoded(one.public)[0]) == (65, 4)


@pytest.mark.parametrize(
    "url", ["http://localhost:8080", "http://[::1]:8080", "https://chat.example.com:8443"]
)
def test_every_public_url_signs(url: str) -> None:
    """py-vapid refuses who does not say who they are in the way it knows."""
    said = Vapid(b"a" * 32, url).authorization("https://push.example.com/x", 1_700_000_000)
    assert said.startswith("vapid t=")


# --- where pushes may go --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:def",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://web.push.apple.com/QAbc",
        "https://wns2-par02p.notify.windows.com/w/?token=abc",
    ],
)
def test_the_browsers_own_services_are_known(endpoint: str) -> None:
    check_endpoint(endpoint, SERVICES)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/fcm/send/abc",
        "https://fcm.googleapis.com:8443/abc",
        "https://fcm.googleapis.com.evil.example/abc",
        "https://evil.example/https://fcm.googleapis.com/",
        "https://evil.example\\@fcm.googleapis.com/abc",
        "https://user@fcm.googleapis.com/abc",
        "https://notify.windows.com.evil.example/x",
        "https://xnotify.windows.com/x",
        "http://169.254.169.254/latest/meta-data",
        "https://localhost/x",
        "https://[::1/x",
        "file:///etc/passwd",
    ],
)
def test_nobody_has_us_call_elsewhere(endpoint: str) -> None:
    with pytest.raises(Refused):
        check_endpoint(endpoint, SERVICES)


@pytest.mark.parametrize(
    "service", ["http://push.example.com", "https://push.example.com/x", "push", "https://"]
)
def test_a_service_is_written_as_an_origin(service: str) -> None:
    with pytest.raises(ValueError, match="write it like"):
        Push(services=(service,))
    assert Push(services=("http://127.0.0.1:9000",)).services == ("http://127.0.0.1:9000",)
    assert Config(server=Server()).push.services == SERVICES
    assert issubclass(ConfigError, Exception)


# --- subscribing ----------------------------------------------------------------------------------------------------


async def test_a_session_subscribes_and_unsubscribes(told: Told) -> None:
    ann = await told.house.client("ann")
    assert await ann.get("/session/push") == {
        "key": told.pusher.vapid.public,
        "allowed": True,
        "subscribed": False,
    }
    browser = await told.subscribes("ann")
    assert (await ann.get("/session/push"))["subscribed"] is True
    assert (await (await told.house.client("bob")).get("/session/push"))["subscribed"] is False
    assert await ann.does("POST", "/session/push/test") == {"outcome": "sent"}
    assert browser.told == [{"kind": "test", "language": ""}]
    await ann.does("DELETE", "/session/push")
    assert (await ann.get("/session/push"))["subscribed"] is False
    assert await ann.fails("POST", "/session/push/test") == (404, "not_found")


async def test_what_is_no_subscription_is_refused(told_here: Told) -> None:
    ann = await told_here.house.client("ann")
    whole = told_here.service.browser().subscription
    assert await ann.fails("PUT", "/session/push", {**whole, "endpoint": "https://evil.example/x"}) == (
        422,
        "push_service",
    )
    for keys in (
        {**whole["keys"], "auth": "AAAA"},
        {**whole["keys"], "p256dh": "A" * 87},
        {**whole["keys"], "p256dh": "=="},
        {"p256dh": whole["keys"]["p256dh"]},
    ):
        assert (await ann.fails("PUT", "/session/push", {**whole, "keys": keys}))[0] == 400
    assert (await ann.get("/session/push"))["subscribed"] is False


async def test_without_services_nobody_is_told(told_here: Told) -> None:
    object.__setattr__(told_here.house.desk.config, "push", Push(services=()))
    ann = await told_here.house.client("ann")
    assert (await ann.get("/session/push"))["allowed"] is False
    body = told_here.service.browser().subscription
    assert await ann.fails("PUT", "/session/push", body) == (422, "push_service")


async def test_a_browser_belongs_to_whoever_signed_in_last(told: Told) -> None:
    browser = await told.subscribes("ann")
    bob = await told.house.client("bob")
    await bob.does("PUT", "/session/push", browser.subscription)
    await told.given("ann")
    assert await told.pushes() == 0
    await told.given("bob", name="Lee")
    assert await told.pushes() == 1
    assert [one["kind"] for one in browser.told] == ["assigned"]


# --- who is told, and what ------------------------------------------------------------------------------------------


async def test_what_no_tab_tells_is_pushed_once(told: Told) -> None:
    ann, bob = await told.subscribes("ann"), await told.subscribes("bob")
    talk = await told.given("ann", "my card number is 1234-5678")
    assert await told.pushes() == 1
    assert await told.pushes() == 0
    assert await told.house.store.write(take_due) == []
    [said] = ann.told
    assert (said["kind"], said["number"], said["conversation"], said["n"]) == ("assigned", 1, talk, 1)
    assert bob.told == []
    assert told.service.refused == []
    assert ann.headers[0]["Urgency"] == "high"
    assert talk not in ann.headers[0]["Topic"]


async def test_what_was_taken_as_the_database_went_away_is_pushed_when_it_is_back(
    told_here: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, scan = await told_here.subscribes("ann"), told_here.house.store.scan

    async def away(look: Any) -> Any:
        raise Unavailable("PostgreSQL does not answer")

    monkeypatch.setattr(pushing, "AGAIN", 0.0)
    await told_here.given("ann", "hello")
    await Noticing(told_here.house.desk).catch_up()
    monkeypatch.setattr(told_here.house.store, "scan", away)
    assert await told_here.pusher.due() == []
    monkeypatch.setattr(told_here.house.store, "scan", scan)
    assert await told_here.pushes() == 1
    assert [said["kind"] for said in ann.told] == ["assigned"]


async def test_a_push_carries_nobodys_words_unless_asked(told: Told) -> None:
    ann = await told.subscribes("ann")
    await told.given("ann", "hello")
    await told.pushes()
    await told.house.customer_writes("my card number is 1234-5678")
    await told.house.customer_writes("and the code is 9-9")
    await told.pushes()
    replied = ann.told[1]
    assert (replied["kind"], replied["n"]) == ("replied", 2)
    assert "1234-5678" not in str(ann.told)
    assert "9-9" not in str(ann.told)
    assert "Kim" not in str(ann.told)
    await told.prefers("ann", notify={"preview": True}, language="ko")
    await told.house.customer_writes("thank you")
    await told.pushes()
    shown = ann.told[2]
    assert (shown["name"], shown["text"], shown["language"]) == ("Kim", "thank you", "ko")


async def test_nobody_is_pushed_what_a_tab_tells(told: Told) -> None:
    ann = await told.subscribes("ann")
    told.house.desk.bus.signal(AgentHere(told.house.agents["ann"], "tab", visible=False))
    await told.given("ann")
    assert await told.pushes() == 0
    # The tab has gone since; what it told is not told again, what comes from now on is.
    told.pusher._is_here = lambda agent: False
    assert await told.pushes() == 0
    await told.house.customer_writes("are you there?")
    assert await told.pushes() == 1
    assert [one["kind"] for one in ann.told] == ["replied"]


@pytest.mark.parametrize(
    "preferences",
    [
        {"quiet": {"zone": "UTC", "start": 0, "end": 0, "days": [0, 1, 2, 3, 4, 5, 6]}},
        {"notify": {"kinds": {"assigned": False}}},
    ],
)
async def test_quiet_time_and_what_is_switched_off(told_here: Told, preferences: dict[str, Any]) -> None:
    ann = await told_here.subscribes("ann")
    await told_here.prefers("ann", **preferences)
    await told_here.given("ann")
    assert await told_here.pushes() == 0
    assert ann.told == []


@pytest.mark.parametrize("said", [None, "x", {"kinds": "x", "preview": 1}, {"kinds": {"assigned": None}}])
async def test_odd_preferences_silence_nobody(told_here: Told, said: Any) -> None:
    ann = await told_here.subscribes("ann")
    await told_here.prefers("ann", notify=said, language=7)
    await told_here.given("ann")
    assert await told_here.pushes() == 1
    assert "text" not in ann.told[0]


async def test_what_was_read_or_left_sight_is_not_pushed(told: Told) -> None:
    ann = await told.subscribes("ann")
    talk = await told.given("ann")
    await Noticing(told.house.desk).catch_up()
    await does(told.house, "ann", "read_notices", to=10_000)
    assert await told.pushes() == 0
    other = await told.given("ann", name="Lee")
    await Noticing(told.house.desk).catch_up()
    # bob's team has it now: what ann owned for a moment is not hers to hear of.
    await told.house.store.write(
        lambda tx: assign.assign(tx, other, told.house.agents["bob"], agent(told.house.agents["sue"]))
    )
    await told.house.store.write(
        lambda tx: tx.run(
            "update conversations set team_id = $2 where id = $1", other, told.house.teams["support"]
        )
    )
    assert await told.pushes() == 0
    assert ann.told == []
    assert talk != other


async def test_what_is_old_rings_no_more(told: Told) -> None:
    ann = await told.subscribes("ann")
    await told.given("ann")
    await Noticing(told.house.desk).catch_up()
    await told.house.store.write(lambda tx: tx.run("update notices set at = at - $1", FRESH))
    assert await told.pushes() == 0
    assert ann.told == []


async def test_who_has_signed_out_or_left_is_told_no_more(told: Told) -> None:
    ann, bob = await told.subscribes("ann"), await told.subscribes("bob")
    await told.house.store.write(lambda tx: end_sessions(tx, told.house.agents["ann"]))
    await told.given("ann")
    await told.given("bob", name="Lee")
    await Noticing(told.house.desk).catch_up()
    await told.house.store.write(lambda tx: deactivate(tx, told.house.agents["bob"], SYSTEM))
    assert await told.pushes() == 0
    assert ann.told == bob.told == []


async def test_a_forgotten_session_takes_its_subscription_along(told: Told) -> None:
    await told.subscribes("ann")
    await told.house.store.write(
        lambda tx: tx.run("delete from sessions where agent_id = $1", told.house.agents["ann"])
    )

    async def left(look: Any) -> int:
        return int(await look.value("select count(*) from push_subscriptions"))

    assert await told.house.store.read(left) == 0


# --- push services that fail ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [404, 410])
async def test_an_expired_subscription_is_forgotten(told: Told, status: int) -> None:
    gone = await told.subscribes("ann")
    gone.answers = [status]
    await told.given("ann")
    assert await told.pushes() == 1
    ann = await told.house.client("ann")
    assert (await ann.get("/session/push"))["subscribed"] is False
    again = await told.subscribes("ann")
    again.answers = [status]
    assert await ann.does("POST", "/session/push/test") == {"outcome": "gone"}
    assert (await ann.get("/session/push"))["subscribed"] is False


async def test_an_older_endpoint_that_expires_does_not_take_the_newer_along(told_here: Told) -> None:
    first = await told_here.subscribes("ann")
    await told_here.given("ann")
    await Noticing(told_here.house.desk).catch_up()
    due = await told_here.pusher.due()
    newer = await told_here.subscribes("ann")
    first.answers = [410]
    async with connection(["http://127.0.0.1"]) as http:
        await told_here.pusher.deliver(http, due[0][0].device, due[0][1])
    await told_here.house.customer_writes("again")
    assert await told_here.pushes() == 1
    assert len(newer.told) == 1


async def test_a_busy_push_service_is_asked_again(told_here: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "AGAIN_AFTER", (0.0, 0.0, 0.0))
    ann = await told_here.subscribes("ann")
    ann.answers = [429, 503, 500]
    await told_here.given("ann")
    await told_here.pushes()
    assert len(ann.told) == 1
    ann.answers = [500] * 4
    await told_here.house.customer_writes("again")
    await told_here.pushes()
    assert (len(ann.told), ann.answers) == (1, [])
    ann.answers = [400, 201]
    await told_here.house.customer_writes("and again")
    await told_here.pushes()
    assert (len(ann.told), ann.answers) == (1, [201])
    session = await told_here.house.store.read(lambda look: device_of(look, ""))
    assert session is None


async def test_who_answers_with_another_address_is_not_followed(told_here: Told) -> None:
    ann = await told_here.subscribes("ann")
    ann.answers = [307]
    await told_here.given("ann")
    await told_here.pushes()
    assert ann.told == []


async def test_a_push_service_that_is_away_harms_nobody(
    told_here: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "AGAIN_AFTER", ())
    services = (told_here.service.origin, "http://127.0.0.1:9")
    object.__setattr__(told_here.house.desk.config, "push", Push(services=services))
    ann, bob = await told_here.subscribes("ann"), await told_here.subscribes("bob")
    device = "update push_subscriptions set endpoint = 'http://127.0.0.1:9/x' where agent_id = $1"
    await told_here.house.store.write(lambda tx: tx.run(device, told_here.house.agents["ann"]))
    await told_here.given("ann")
    await told_here.given("bob", name="Lee")
    assert await told_here.pushes() == 2
    assert (ann.told, len(bob.told)) == ([], 1)
    assert await (await told_here.house.client("ann")).does("POST", "/session/push/test") == {
        "outcome": "failed"
    }


async def test_a_service_that_is_known_no_more_is_told_nothing(told_here: Told) -> None:
    ann = await told_here.subscribes("ann")
    await told_here.given("ann")
    object.__setattr__(told_here.house.desk.config, "push", Push(services=("https://push.example.com",)))
    assert await told_here.pushes() == 1
    assert ann.told == []
    assert (await (await told_here.house.client("ann")).get("/session/push"))["subscribed"] is False


async def test_a_service_that_never_answers_keeps_no_other_waiting(
    told_here: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = await told_here.subscribes("bob")
    silent = asyncio.Event()
    told = sending.send_once

    async def answers(http: Any, vapid: Any, device: Device, *more: Any) -> Any:
        if "silent" in device.endpoint:
            await silent.wait()
        return await told(http, vapid, device, *more)

    monkeypatch.setattr(sending, "send_once", answers)
    services = (told_here.service.origin, "https://silent.example.com")
    object.__setattr__(told_here.house.desk.config, "push", Push(services=services))
    lost = Device("s", "a", "https://silent.example.com/x", "", "")
    await told_here.given("bob")
    async with connection(["http://127.0.0.1"]) as http:
        waiting = [asyncio.create_task(told_here.pusher.deliver(http, lost, {})) for _ in range(100)]
        await asyncio.sleep(0)
        await told_here.pushes()
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    assert len(bob.told) == 1


async def test_two_browsers_of_one_agent_are_told_both(told_here: Told) -> None:
    one = await told_here.subscribes("ann")

    async def again(tx: Any) -> Any:
        return await start_session(
            tx, told_here.house.agents["ann"], "", "phone", told_here.house.desk.limits
        )

    told_here.house.cookies["ann"] = (await told_here.house.store.write(again)).secret
    other = await told_here.subscribes("ann")
    await told_here.given("ann")
    assert await told_here.pushes() == 2
    assert (len(one.told), len(other.told)) == (1, 1)
    assert "endpoint" not in repr(await told_here.house.store.write(take_due))


async def test_new_customers_are_pushed_to_who_is_there_for_them(told: Told) -> None:
    """Not to who has said to be away, or wants none of it; one line of them all leads to where they wait."""
    ann, bob, sue = [await told.subscribes(who) for who in ("ann", "bob", "sue")]
    await does(told.house, "bob", "set_availability", availability="away")
    await told.prefers("sue", notify={"kinds": {"new": False}})
    for name in ("Kim", "Lee"):
        await told.house.customer_writes("hello", name=name)
    assert await told.pushes() == 1
    assert [(one["kind"], one["n"]) for one in ann.told] == [("new", 2)]
    assert bob.told == sue.told == []
