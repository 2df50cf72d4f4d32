"""A provider's call by the stream's verbs: the first time, and whenever it is played again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.channels.registry import Channels, make
from gateway.errors import NotFound, Refused, Unavailable
from gateway.events import Address, Consent, DeliveryReport, DeliveryState, Fact, InboundMessage, agent
from gateway.limits import Limits
from gateway.store import Store
from gateway.stream import ingest, provided
from gateway.stream.accounts import Configured, sync_accounts
from gateway.stream.parked import Reason, Trouble, discard, erase_parked
from gateway.stream.provided import replay, replay_all, take_call, take_caught_up, takes_webhooks
from tests import provider
from tests.checks import check
from tests.provider import SECTION, Pigeon, call, said
from tests.world import World

ANNA = agent("anna")
LIMITS = Limits()
NEWS = {"news": [said("m1", "first", at=1_700_000_000_000), said("m2", "second")]}


class Post:
    """An account of the tests' provider, and what came of its calls."""

    def __init__(self, world: World, channel: Pigeon) -> None:
        self.world = world
        self.store = world.store
        self.channel = channel
        self.channels = Channels({"post": channel})  # type: ignore[dict-item]

    async def takes(self, what: Any, limits: Limits = LIMITS) -> str | None:
        return await take_call(self.store, self.channel, call(what), limits)  # type: ignore[arg-type]

    async def parked(self, what: Any) -> str:
        key = await self.takes(what)
        assert key is not None
        return key

    async def replays(self, key: str) -> Trouble | None:
        return await replay(self.store, self.channels, key, LIMITS, ANNA)

    async def texts(self) -> list[tuple[str, int]]:
        rows = await self.world.rows("select text, late from messages order by position")
        return [(row["text"], row["late"]) for row in rows]

    async def waiting(self) -> int:
        found: int = await self.world.value("select count(*) from parked")
        return found


@pytest.fixture
async def post(store: Store, monkeypatch: pytest.MonkeyPatch) -> Post:
    provider.register(monkeypatch)
    world = await World.made(store)
    await store.write(lambda tx: sync_accounts(tx, {"post": Configured("pigeon", "Pigeon")}))
    channel: Any = make("post", {**SECTION, "team": "sales"})
    assert isinstance(channel, Pigeon)
    return Post(world, channel)


async def test_messages_and_watermarks_go_by_the_verbs_there_are(post: Post) -> None:
    assert await post.takes({"messages": [said("m1", "Hello", name="Kim")]}) is None
    conversation = await post.world.row("select * from conversations")
    assert conversation["team_id"] == "sales", "the account's team has it"
    reply = await post.world.answers(conversation["id"], "Hi")
    assert await post.takes({"messages": [{"from": "+15550100", "read": reply.position}]}) is None
    assert await post.world.value("select read_to from legs") == reply.position
    assert await post.texts() == [("Hello", 0), ("Hi", 0)]
    await check(post.store)


async def test_after_the_mending_it_is_played_again_and_says_that_it_is_late(post: Post) -> None:
    key = await post.parked(NEWS)
    at = await post.world.value("select at from parked")
    trouble = await post.replays(key)
    assert trouble is not None and trouble.reason is Reason.UNREADABLE
    assert await post.world.value("select tries from parked") == 2
    post.channel.mended = True
    assert await post.replays(key) is None
    assert await post.texts() == [("first", 1), ("second", 1)]
    assert [row["at"] for row in await post.world.rows("select at from messages order by position")] == [
        1_700_000_000_000,
        at,
    ]
    assert await post.waiting() == 0
    with pytest.raises(NotFound):
        await post.replays(key)
    await check(post.store)


async def test_what_of_it_was_stored_before_is_not_stored_again(post: Post) -> None:
    body = json.dumps({"messages": [said("m1", "before"), said("m2", "HERE"), said("m3", "after")]}).encode()
    key = await post.parked(body.replace(b"HERE", b"\\ud800"))
    assert await post.texts() == [("before", 0), ("after", 0)]
    trouble = await post.replays(key)
    assert trouble is not None and trouble.reason is Reason.FAULT
    assert await post.takes(body) is None, "the provider's own repeat, whole this time"
    assert await post.texts() == [("before", 0), ("after", 0), ("HERE", 0)]


async def test_what_a_verb_refuses_is_parked_with_its_reason(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: Any) -> None:
        raise Refused("errors.upload_many", "too many files")

    with monkeypatch.context() as patch:
        patch.setattr(provided, "take_in", refuse)
        key = await post.parked({"messages": [said("m1", "Hello")]})
    row = await post.world.row("select reason, detail from parked")
    assert (row["reason"], row["detail"]) == ("refused", "too many files")
    assert await post.replays(key) is None
    assert await post.texts() == [("Hello", 1)]


async def test_all_are_played_again_and_what_fails_stands_in_nobodys_way(post: Post) -> None:
    await post.parked(b"never readable")
    kept = await post.parked({"news": [said("m1", "first")]})
    gone = await post.parked({"news": [said("m2", "second")]})
    await post.world.do(discard, gone)
    post.channel.mended = True
    assert await replay_all(post.store, post.channels, LIMITS, ANNA) == (1, 1, 0)
    assert await post.texts() == [("first", 1)]
    with pytest.raises(NotFound):
        await post.replays(kept)
    with pytest.raises(NotFound):
        await post.replays(gone)


async def test_playing_all_again_ends_in_time_and_goes_on_where_it_stopped(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        await post.parked(b"bad %d" % number)
    monkeypatch.setattr(provided, "REPLAY_FOR", -1.0)
    assert await replay_all(post.store, post.channels, LIMITS, ANNA) == (0, 0, 3)


async def test_an_account_that_is_gone_leaves_its_calls_where_they_are(post: Post) -> None:
    key = await post.parked(NEWS)
    post.channels.replace({})
    with pytest.raises(Refused) as refused:
        await post.replays(key)
    assert refused.value.text == "errors.parked_account"
    assert await replay_all(post.store, post.channels, LIMITS, ANNA) == (0, 1, 0)
    assert await post.waiting() == 1


async def test_more_than_may_be_kept_is_not_acknowledged(post: Post) -> None:
    limits = Limits(parked_most=1)
    assert await post.takes(b"bad", limits)
    with pytest.raises(Unavailable, match="1 calls of account post"):
        await post.takes(b"worse", limits)


def test_who_takes_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    provider.register(monkeypatch)
    assert takes_webhooks(make("post", SECTION))
    assert not takes_webhooks(make("web", {"type": "webchat"}))
    assert not takes_webhooks(None)


async def caught_up(post: Post, *facts: Fact) -> None:
    for fact in facts:
        await take_caught_up(post.store, post.channel, fact, LIMITS)  # type: ignore[arg-type]


async def test_what_was_caught_up_and_cannot_be_stored_is_parked_once_and_played_again(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    mina = Address("tel", "+15550100")
    poison = InboundMessage("m1", mina, text="poison", at=1_700_000_000_000, consent=Consent.STOP)
    storing = ingest.take_in

    async def choose(store: Store, intake: Any, fact: InboundMessage) -> object:
        if fact.text == "poison":
            raise ValueError("never")
        return await storing(store, intake, fact)

    with monkeypatch.context() as patch:
        patch.setattr(provided, "take_in", choose)
        for _ in range(2):
            await caught_up(post, poison, InboundMessage("m2", mina, text="after it"))
        row = await post.world.row("select * from parked")
        assert (row["reason"], row["detail"], row["url"]) == ("fault", "ValueError: never", "m1")
        named = await post.world.row("select space, address from parked_people")
        assert (named["space"], named["address"]) == ("tel", "+15550100")
        assert await post.replays(row["id"]) is not None
    assert await post.texts() == [("after it", 1)]
    assert await post.replays(row["id"]) is None
    assert await post.texts() == [("after it", 1), ("poison", 1)]
    assert await post.world.value("select at from messages where text = 'poison'") == 1_700_000_000_000
    assert await post.world.value("select opted_out_at from endpoints") is not None
    assert await post.waiting() == 0
    await check(post.store)


async def test_half_a_letter_in_a_list_is_parked_and_erased_with_its_writer(post: Post) -> None:
    await caught_up(post, InboundMessage("m1", Address("tel", "+15550100"), text="half \ud800"))
    assert await post.waiting() == 1
    await post.store.write(lambda tx: erase_parked(tx, "tel", "+15550100"))
    assert await post.waiting() == 0


async def test_news_that_cannot_be_stored_are_parked_too(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: Any) -> None:
        raise ValueError("never")

    with monkeypatch.context() as patch:
        patch.setattr(provided, "hear_if_ours", fails)
        await caught_up(post, DeliveryReport("m9", DeliveryState.DELIVERED))
    key = await post.world.value("select id from parked")
    assert await post.replays(key) is None


async def test_where_no_more_can_be_parked_catching_up_waits(post: Post) -> None:
    await post.parked(b"never readable")
    full = Limits(parked_most=1)
    fact = InboundMessage("m1", Address("tel", "+15550100"), text="half \ud800")
    with pytest.raises(Unavailable):
        await take_caught_up(post.store, post.channel, fact, full)  # type: ignore[arg-type]
