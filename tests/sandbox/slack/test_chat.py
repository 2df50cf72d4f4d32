"""chat.*: what stands in a channel afterwards, and every no."""

import pytest
from slack_sdk.errors import SlackApiError

from gateway.sandbox.slack.methods.chat import LONGEST, LONGEST_UPDATE
from gateway.sandbox.slack.records import BOT, BOT_USER
from tests.sandbox.slack.hall import Hall, actions, button, words

METADATA = {"event_type": "parley_event", "event_payload": {"id": "e1", "part": 0}}


async def test_a_post_stands_there_with_its_blocks_and_metadata(hall: Hall) -> None:
    said = await hall.client.chat_postMessage(
        channel=hall.support.id, text="Hello", blocks=[words("*Hello*")], metadata=METADATA
    )
    assert said["channel"] == hall.support.id
    assert said["message"]["bot_id"] == BOT
    assert said["message"]["metadata"] == METADATA
    (posted,) = hall.slack.posts(hall.support)
    assert (posted.ts, posted.text) == (said["ts"], "Hello")
    assert hall.slack.count("chat.postMessage") == 1


async def test_by_form_too(hall: Hall) -> None:
    said = await hall.client.api_call(
        "chat.postMessage",
        data={"channel": hall.support.id, "text": "x", "blocks": '[{"type":"divider"}]', "metadata": "{}"},
    )
    assert said["message"]["blocks"] == [{"type": "divider", "block_id": "b0"}]


async def test_an_answer_stands_in_its_thread(hall: Hall) -> None:
    first = await hall.post("first")
    second = await hall.post("second", thread_ts=first)
    third = await hall.post("third", thread_ts=second)
    thread = hall.slack.posts(hall.support, first)
    assert [one.ts for one in thread] == [first, second, third]
    assert {one.thread for one in thread} == {first}


async def test_an_answer_to_nothing_stands_in_the_channel(hall: Hall) -> None:
    said = await hall.client.chat_postMessage(channel=hall.support.id, text="x", thread_ts="1.000001")
    assert "thread_ts" not in said["message"]


async def test_a_name_and_a_picture_of_its_own(hall: Hall) -> None:
    said = await hall.client.chat_postMessage(
        channel=hall.support.id, text="x", username="Ana (customer)", icon_url="https://x.example/a.png"
    )
    told = said["message"]
    assert (told["subtype"], told["username"]) == ("bot_message", "Ana (customer)")
    assert told["icons"] == {"image_48": "https://x.example/a.png"}
    assert "user" not in told
    hall.slack.installation.scopes -= {"chat:write.customize"}
    no = await hall.refused("chat.postMessage", channel=hall.support.id, text="x", username="Ana")
    assert (no["error"], no["needed"]) == ("missing_scope", "chat:write.customize")


async def test_a_person_can_be_written_to(hall: Hall) -> None:
    said = await hall.client.chat_postMessage(channel=hall.mina.id, text="psst")
    assert hall.slack.workspace.channels[said["channel"]].kind == "im"


async def test_what_cannot_be_posted(hall: Hall) -> None:
    elsewhere = hall.slack.channel("elsewhere", with_app=False)
    secret = hall.slack.channel("secret", kind="private", with_app=False)
    support = hall.support.id
    joined = hall.slack.person("Jo")
    hall.slack.invite(joined, hall.support)
    welcome = next(one.ts for one in hall.support.messages.values() if one.subtype == "channel_join")
    for error, arguments in (
        ("channel_not_found", {"channel": "C404", "text": "x"}),
        ("channel_not_found", {"channel": secret.id, "text": "x"}),
        ("not_in_channel", {"channel": elsewhere.id, "text": "x"}),
        ("invalid_arguments", {"text": "x"}),
        ("no_text", {"channel": support}),
        ("msg_too_long", {"channel": support, "text": "가" * (LONGEST + 1)}),
        ("invalid_blocks_format", {"channel": support, "text": "x", "blocks": "{"}),
        ("invalid_blocks", {"channel": support, "text": "x", "blocks": [words("")]}),
        ("msg_blocks_too_long", {"channel": support, "text": "x", "blocks": [words("x" * 2900)] * 5}),
        ("invalid_metadata_format", {"channel": support, "text": "x", "metadata": "["}),
        ("invalid_metadata_schema", {"channel": support, "text": "x", "metadata": {"event_type": "e"}}),
        (
            "metadata_too_large",
            {
                "channel": support,
                "text": "x",
                "metadata": {"event_type": "e", "event_payload": {"words": "x" * 17_000}},
            },
        ),
        ("cannot_reply_to_message", {"channel": support, "text": "x", "thread_ts": welcome}),
    ):
        assert (await hall.refused("chat.postMessage", **arguments))["error"] == error
    hall.slack.workspace.archive(hall.support, hall.tom.id)
    assert (await hall.refused("chat.postMessage", channel=support, text="x"))["error"] == "is_archived"


async def test_a_message_a_second_in_a_channel_and_a_few_at_once(hall: Hall) -> None:
    other = hall.slack.channel("other", hall.mina)
    for _ in range(3):
        await hall.client.chat_postMessage(channel=hall.support.id, text="x")
    with pytest.raises(SlackApiError, match="ratelimited") as no:
        await hall.client.chat_postMessage(channel=hall.support.id, text="x")
    assert no.value.response.status_code == 429
    assert no.value.response.headers["Retry-After"] == "1"
    await hall.client.chat_postMessage(channel=other.id, text="x")
    hall.clock.add(1)
    await hall.client.chat_postMessage(channel=hall.support.id, text="x")


async def test_only_its_own_can_be_changed(hall: Hall) -> None:
    ts = await hall.post("before", metadata=METADATA)
    hers = hall.slack.say(hall.mina, hall.support, "hers")
    said = await hall.client.chat_update(channel=hall.support.id, ts=ts, text="after")
    assert (said["text"], said["message"]["metadata"]) == ("after", METADATA)
    assert said["message"]["edited"]["user"] == BOT_USER
    for error, arguments in (
        ("cant_update_message", {"ts": hers, "text": "x"}),
        ("message_not_found", {"ts": "1.000001", "text": "x"}),
        ("msg_too_long", {"ts": ts, "text": "x" * (LONGEST_UPDATE + 1)}),
        ("no_text", {"ts": ts}),
    ):
        assert (await hall.refused("chat.update", channel=hall.support.id, **arguments))["error"] == error
    hall.slack.workspace.archive(hall.support, hall.tom.id)
    no = await hall.refused("chat.update", channel=hall.support.id, ts=ts, text="x")
    assert no["error"] == "is_inactive"


async def test_only_its_own_can_be_deleted(hall: Hall) -> None:
    ts, first = await hall.post(), await hall.post("first")
    hers = hall.slack.say(hall.mina, hall.support, "hers", thread=first)
    await hall.client.chat_delete(channel=hall.support.id, ts=ts)
    await hall.client.chat_delete(channel=hall.support.id, ts=first)
    assert ts not in hall.support.messages
    assert hall.support.messages[first].subtype == "tombstone"
    no = await hall.refused("chat.delete", channel=hall.support.id, ts=hers)
    assert no["error"] == "cant_delete_message"
    no = await hall.refused("chat.delete", channel=hall.support.id, ts=ts)
    assert no["error"] == "message_not_found"


async def test_a_whisper_is_for_one(hall: Hall) -> None:
    blocks = [actions(button())]
    await hall.client.chat_postEphemeral(
        channel=hall.support.id, user=hall.mina.id, text="you only", blocks=blocks
    )
    assert [one.text for one in hall.slack.whispers(hall.mina, hall.support)] == ["you only"]
    assert hall.slack.whispers(hall.tom, hall.support) == []
    assert not hall.support.messages
    stranger = hall.slack.person("Somebody Else")
    no = await hall.refused("chat.postEphemeral", channel=hall.support.id, user=stranger.id, text="x")
    assert no["error"] == "user_not_in_channel"


async def test_a_permalink(hall: Hall) -> None:
    first = await hall.post()
    second = await hall.post(thread_ts=first)
    said = await hall.client.chat_getPermalink(channel=hall.support.id, message_ts=second)
    assert f"/archives/{hall.support.id}/p{second.replace('.', '')}?thread_ts={first}" in said["permalink"]
    no = await hall.refused("chat.getPermalink", channel=hall.support.id, message_ts="1.000001")
    assert no["error"] == "message_not_found"
