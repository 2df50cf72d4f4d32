"""What stands where, without any door."""

from gateway.sandbox.slack.records import BOT_USER, Json, Person
from gateway.sandbox.slack.workspace import Workspace
from tests.sandbox.slack.hall import Clock


def made() -> tuple[Workspace, list[Json]]:
    told: list[Json] = []
    workspace = Workspace(Clock())
    workspace.tell = lambda kind, payload: told.append(payload["event"])
    workspace.add(Person("U1", "Mina"))
    return workspace, told


def test_no_two_messages_have_one_ts() -> None:
    workspace, _ = made()
    channel = workspace.open_channel("support", [BOT_USER, "U1"])
    stamps = [workspace.post(channel, "U1", "x").ts for _ in range(1100)]
    assert stamps == sorted(set(stamps), key=float)
    assert {len(one) for one in stamps} == {17}


def test_a_thread_hangs_on_its_first_message() -> None:
    workspace, told = made()
    channel = workspace.open_channel("support", [BOT_USER, "U1"])
    first = workspace.post(channel, "U1", "first")
    second = workspace.post(channel, "U1", "second", thread=first.ts)
    third = workspace.post(channel, "U1", "third", thread=second.ts)
    lone = workspace.post(channel, "U1", "lone", thread="1.000001")
    assert (first.thread, second.thread, third.thread, lone.thread) == (first.ts, first.ts, first.ts, "")
    assert workspace.told(first, channel)["reply_count"] == 2
    assert [one.get("thread_ts") for one in told] == [None, first.ts, first.ts, None]


def test_what_the_app_has_not_subscribed_to_is_not_told() -> None:
    workspace, told = made()
    workspace.unheard = {"reaction_added"}
    channel = workspace.open_channel("support", [BOT_USER, "U1"])
    message = workspace.post(channel, "U1", "x")
    workspace.react(channel, message, "U1", "eyes")
    workspace.unreact(channel, message, "U1", "eyes")
    assert [one["type"] for one in told] == ["message", "reaction_removed"]


def test_there_is_one_direct_conversation_with_each() -> None:
    workspace, _ = made()
    assert workspace.direct("U1") is workspace.direct("U1")
