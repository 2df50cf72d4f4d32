"""Files both ways: into threads, once, for those who may see them; out of threads, as attachments of notes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.channels._public_net import NotPublic
from gateway.events import AccountId, Address, Attachment, InboundMessage
from gateway.media import receive
from gateway.sandbox.phones.weather import Fault
from gateway.sandbox.slack.records import File, Message
from gateway.sandbox.slack.weather import FAIR, Weather
from gateway.stream.attach import keep_upload
from gateway.stream.ingest import Intake, take_in
from inbox.slack import carry
from inbox.slack.bring import checked
from tests.inbox.conftest import does
from tests.slack.town import Town, open_town, words

PNG = b"\x89PNG\r\n\x1a\n and more"
API = "https://slack.com/api/"
FILES = "select count(*) from attachments where message_id is not null"


async def kept(town: Town, name: str, content: bytes) -> Attachment:
    file, _ = await receive(town.house.desk.media, content, name=name, declared_type=None, limit=1 << 26)
    return file


async def customer_sends(town: Town, number: int, *names: str, text: str = "") -> None:
    files = tuple([await kept(town, name, PNG + name.encode()) for name in names])
    fact = InboundMessage(f"f{number}", Address("visitor", "Kim"), text=text, name="Kim", attachments=files)
    await take_in(town.store, Intake(AccountId("web"), town.house.teams["sales"]), fact)


async def agent_writes(town: Town, command: str, conversation: str, name: str, **more: Any) -> Any:
    file, owner = await kept(town, name, PNG + name.encode()), f"agent:{town.house.agents['ann']}"
    upload = await town.store.write(lambda tx: keep_upload(tx, owner, file))
    said = {"conversation": conversation, "client_id": name, "attachments": [upload], **more}
    return await does(town.house, "ann", command, **said)


def carried(town: Town, thread: str) -> list[tuple[str, str]]:
    """(name, what is said with it), in order."""
    return [(file.name, post.text) for post in town.slack.posts(town.support, thread) for file in post.files]


def with_files(town: Town, thread: str) -> list[Message]:
    return [one for one in town.slack.posts(town.support, thread) if one.files]


async def test_files_of_both_sides_stand_in_the_thread(town: Town) -> None:
    conversation, thread = await town.pulled()
    await customer_sends(town, 1, "box.png", "영수증.png", text="broken <!channel>")
    await agent_writes(town, "reply", conversation, "label.png", text="print this")
    await agent_writes(town, "note", conversation, "inner.png")
    await town.settles()
    assert carried(town, thread) == [
        ("box.png", "Kim"),
        ("영수증.png", "Kim"),
        ("label.png", "Ann · Sent to the customer"),
        ("inner.png", "Ann · Internal note: the customer does not see this"),
    ]
    [first, *_] = town.shown(thread)
    assert "box.png" not in words(first), "what stands below is not named again"
    [box, *_] = with_files(town, thread)
    assert box.files[0].content == PNG + b"box.png" and box.thread == thread


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.CUT_AFTER, Fault.BROKEN_AFTER, Fault.BUSY])
@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_whatever_becomes_of_an_upload_the_file_stands_there_once(
    town: Town, method: str, fault: Fault
) -> None:
    _, thread = await town.pulled()
    town.slack.plan(fault, on=method)
    await customer_sends(town, 1, "box.png")
    await town.house.customer_writes("did it come?")
    await town.settles()
    assert [name for name, _ in carried(town, thread)] == ["box.png"]
    assert "did it come?" in words(town.shown(thread)[-1]), "what comes after it, stands after it"


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.BROKEN])
async def test_where_the_bytes_do_not_arrive_it_is_tried_again_and_then_named(
    town: Town, fault: Fault
) -> None:
    _, thread = await town.pulled()
    town.slack.plan(fault, on="upload")
    await customer_sends(town, 1, "box.png")
    await town.settles()
    assert [name for name, _ in carried(town, thread)] == ["box.png"]
    town.slack.plan(*[fault] * (carry.TRIES + 2), on="upload")
    await customer_sends(town, 2, "lost.png")
    await town.house.customer_writes("did it come?")
    await town.settles()
    assert [name for name, _ in carried(town, thread)] == ["box.png"]
    assert "lost.png" in words(town.shown(thread)[-2]) and "did it come?" in words(town.shown(thread)[-1])


async def test_our_own_end_doubles_no_file(town: Town) -> None:
    _, thread = await town.pulled()
    town.slack.weather = Weather(slow=0.01, cut_after=0.2)
    for number in range(5):
        await customer_sends(town, number, f"{number}.png")
        await town.stops()
        await town.starts()
    town.slack.weather = FAIR
    await town.store.write(lambda tx: tx.run("update pull_posts set next_at = 0"))
    await town.settles()
    assert [name for name, _ in carried(town, thread)] == [f"{number}.png" for number in range(5)]


async def test_what_cannot_be_carried_is_named_with_a_link(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, thread = await town.pulled()
    await town.stops()
    monkeypatch.setattr(carry.Carrier.__init__, "__kwdefaults__", {"largest": 30})
    await town.starts()
    await customer_sends(town, 1, "a name that makes it large.png", "s.png")
    await town.settles()
    assert [name for name, _ in carried(town, thread)] == ["s.png"]
    [first, *_] = town.shown(thread)
    [named] = [one for one in first.blocks if "accessory" in one]
    assert "a name that makes it large.png" in named["text"]["text"]
    assert "/media/" in named["accessory"]["url"]
    assert "s.png" not in [one.get("text", {}).get("text") for one in first.blocks]
    town.slack.installation.scopes -= {"files:write"}
    await customer_sends(town, 2, "t.png", text="and this")
    await town.settles()
    assert "t.png" in words(town.shown(thread)[-1]) and len(with_files(town, thread)) == 1


async def test_a_note_s_file_is_never_in_a_shared_channel(town: Town) -> None:
    conversation, thread = await town.pulled()
    await agent_writes(town, "note", conversation, "SECRET one.png", text="SECRET words")
    await customer_sends(town, 1, "box.png")
    await town.settles()
    assert len(carried(town, thread)) == 2
    guest = town.slack.person("Guest", guest="single")
    town.slack.invite(guest, town.support)
    await town.heard()
    await agent_writes(town, "note", conversation, "SECRET two.png")
    await customer_sends(town, 2, "open.png")
    await town.settles()
    assert carried(town, thread) == [("box.png", "Kim"), ("open.png", "Kim")]
    assert not any("SECRET" in one.name for one in town.slack.workspace.files.values() if one.done)
    assert "SECRET" not in "".join(words(one) + one.text for one in town.slack.posts(town.support))
    town.slack.workspace.leave(town.support, guest.id)
    await town.heard()
    await town.comes_to("select audience from pulls", "inner")
    await town.settles()
    again = {"SECRET one.png", "box.png", "SECRET two.png", "open.png"}
    assert sorted(name for name, _ in carried(town, thread)) == sorted(again), "once each"


async def test_a_note_s_file_is_taken_away_also_where_it_was_shared_on(town: Town) -> None:
    conversation, thread = await town.pulled()
    await agent_writes(town, "note", conversation, "SECRET one.png")
    await town.settles()
    [file] = town.slack.workspace.files.values()
    elsewhere = town.slack.workspace.open_channel("engineering", [town.joon.id])
    for channel in (elsewhere, town.support):
        on = town.slack.workspace.post(channel, town.joon.id, "look", files=[file])
        file.shares.setdefault(channel.id, []).insert(0, on.ts)
    town.slack.invite(town.slack.person("Guest", guest="single"), town.support)
    await town.heard()
    await town.comes_to("select audience from pulls", "shared")
    await town.settles()
    assert town.slack.workspace.files == {} and with_files(town, thread) == []
    assert await town.value("select state from pull_posts where file_id is not null") == "skipped"
    assert "Internal note" not in "".join(one.text for one in town.slack.posts(town.support, thread))


async def test_a_file_that_stands_nowhere_holds_up_nothing(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Completed, nobody said so, and Slack never shares it."""
    told = File.json
    monkeypatch.setattr(carry, "SOON", 0.01)
    monkeypatch.setattr(File, "json", lambda self, *said: told(self, *said) | {"shares": {}})
    _, thread = await town.pulled()
    town.slack.plan(Fault.CUT_AFTER, on="files.completeUploadExternal")
    await customer_sends(town, 1, "box.png")
    await town.house.customer_writes("did it come?")
    await town.settles()
    assert [name for name, _ in carried(town, thread)] == ["box.png"], "once"
    assert "did it come?" in words(town.shown(thread)[-1])
    assert town.slack.count("files.info") == carry.LOOKS + 1


async def test_a_file_that_is_never_completed_is_named(town: Town) -> None:
    _, thread = await town.pulled()
    town.slack.plan(*[Fault.BROKEN] * (carry.TRIES + 5), on="files.completeUploadExternal")
    await customer_sends(town, 1, "box.png")
    await town.house.customer_writes("did it come?")
    await town.settles()
    assert carried(town, thread) == []
    assert town.slack.count("files.completeUploadExternal") == carry.TRIES
    assert "box.png" in words(town.shown(thread)[-2]) and "did it come?" in words(town.shown(thread)[-1])


async def test_what_is_erased_here_is_gone_there(town: Town) -> None:
    conversation, thread = await town.pulled()
    said = await agent_writes(town, "reply", conversation, "label.png")
    await town.settles()
    assert len(carried(town, thread)) == 1
    await does(town.house, "sue", "erase_message", message=said["message"]["id"])
    await town.settles()
    assert carried(town, thread) == [] and town.slack.workspace.files == {}
    assert "Ann · Sent" not in "".join(one.text for one in town.slack.posts(town.support, thread))


async def test_a_file_in_the_thread_is_an_attachment_of_the_note(town: Town) -> None:
    conversation, thread = await town.pulled()
    town.slack.attach(town.mina, town.support, "plan.png", PNG, "see this", thread)
    town.slack.attach(town.mina, town.support, "alone.png", PNG + b"2", "", thread)
    town.slack.attach(town.joon, town.support, "stranger.png", PNG + b"3", "", thread)
    await town.heard()
    await town.comes_to(FILES, 2)
    assert await town.said(conversation) == [("note", "see this"), ("note", "")]
    rows = await town.rows(
        "select a.* from attachments a join messages m on m.id = a.message_id order by m.position"
    )
    assert [(row["name"], row["mime"], row["size"]) for row in rows] == [
        ("plan.png", "image/png", len(PNG)),
        ("alone.png", "image/png", len(PNG) + 1),
    ]
    await town.settles()
    assert carried(town, thread) == [], "it stands there already"
    assert town.slack.count("files.getUploadURLExternal") == 0


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_the_other_database_keeps_files_as_well(town: Town) -> None:
    _, thread = await town.pulled()
    town.slack.attach(town.mina, town.support, "plan.png", PNG, "see this", thread)
    await town.heard()
    await town.comes_to(FILES, 1)
    await town.slack.press(town.mina, town.support, thread, "parley:reply")
    view = town.view(town.mina)
    await town.slack.submit(view, files=[await town.value("select id from attachments")])
    await town.settles()
    assert carried(town, thread) == [("plan.png", "Ann · Sent to the customer")]
    sent = await town.value("select id from messages where visibility = 'public' and author_kind = 'agent'")
    await does(town.house, "sue", "erase_message", message=sent)
    town.slack.installation.scopes -= {"files:write"}
    await customer_sends(town, 1, "box.png")
    await town.settles()
    assert carried(town, thread) == [] and "box.png" in words(town.shown(thread)[-1])


async def test_a_file_that_does_not_come_at_once_comes_later_or_is_shown_missing(town: Town) -> None:
    conversation, thread = await town.pulled()
    town.slack.plan(Fault.BROKEN, on="files.info")
    town.slack.attach(town.mina, town.support, "plan.png", PNG, "see this", thread)
    await town.heard()
    await town.comes_to(FILES, 1)
    town.slack.installation.scopes -= {"files:read"}
    town.slack.attach(town.mina, town.support, "other.png", PNG, "and this", thread)
    await town.heard()
    await town.comes_to("select count(*) from remote_files where due_at is null", 1)
    assert await town.value("select problem from remote_files") == "attachment.refused"
    assert [text for _, text in await town.said(conversation)] == ["see this", "and this"]


async def test_a_file_does_not_go_out_by_the_prefix(tmp_path: Path) -> None:
    async with open_town(tmp_path, prefix="!r ") as town:
        await town.works()
        conversation, thread = await town.pulled()
        town.slack.attach(town.mina, town.support, "bill.png", PNG, "!r here is your bill", thread)
        await town.heard()
        assert await town.said(conversation) == []
        assert "Nothing was sent" in town.whispers(town.mina)[-1]


@pytest.mark.parametrize(
    "where",
    [
        "http://files.slack.com/x",
        "https://slack.com.example/x",
        "https://evilslack.com/x",
        "https://user@files.slack.com/x",
        "https://10.0.0.1/x",
        "file:///etc/passwd",
        "https://[files.slack.com/x",
        "",
    ],
)
def test_nobody_but_slack_is_told_the_token(where: str) -> None:
    with pytest.raises(NotPublic):
        checked(where, API)


def test_slack_s_own_addresses_are_asked() -> None:
    for where in ("https://files.slack.com/files-pri/T1-F1/x.png", "https://slack.com/x"):
        assert str(checked(where, API)) == where
    assert checked("http://127.0.0.1:9/files-pri/x", "http://127.0.0.1:9/api/").host == "127.0.0.1"
