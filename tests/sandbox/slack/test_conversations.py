"""conversations.*: reading, joining, paging."""

from gateway.sandbox.slack.methods.conversations import HISTORY
from gateway.sandbox.slack.records import BOT_USER
from tests.sandbox.slack.hall import Hall

METADATA = {"event_type": "parley_event", "event_payload": {"id": "e1"}}


async def test_a_thread_is_read_back_page_by_page_with_its_metadata(hall: Hall) -> None:
    first = await hall.post("first", metadata=METADATA)
    for number in range(5):
        await hall.post(f"{number}", thread_ts=first, metadata=METADATA)
    hall.slack.say(hall.mina, hall.support, "note", thread=first)
    seen, cursor = [], ""
    while True:
        page = await hall.client.conversations_replies(
            channel=hall.support.id, ts=first, limit=4, cursor=cursor, include_all_metadata=True
        )
        assert page["messages"][0]["ts"] == first
        seen += page["messages"][1:]
        cursor = page["response_metadata"]["next_cursor"]
        assert page["has_more"] is bool(cursor)
        if not cursor:
            break
    assert [one["text"] for one in seen] == ["0", "1", "2", "3", "4", "note"]
    assert [("metadata" in one) for one in seen] == [True] * 5 + [False]
    plain = await hall.client.conversations_replies(channel=hall.support.id, ts=first)
    assert not any("metadata" in one for one in plain["messages"])
    assert plain["messages"][0]["reply_count"] == 6
    assert plain["messages"][1]["parent_user_id"] == BOT_USER


async def test_only_what_is_newer(hall: Hall) -> None:
    first, second = await hall.post("1"), await hall.post("2")
    third = await hall.post("3", thread_ts=first)
    fourth = await hall.post("4", thread_ts=first)
    told = await hall.client.conversations_replies(channel=hall.support.id, ts=first, oldest=third)
    assert [one["ts"] for one in told["messages"]] == [first, fourth]
    told = await hall.client.conversations_replies(
        channel=hall.support.id, ts=first, oldest=third, inclusive=True
    )
    assert [one["ts"] for one in told["messages"]] == [first, third, fourth]
    told = await hall.client.conversations_history(channel=hall.support.id, oldest=first)
    assert [one["ts"] for one in told["messages"]] == [second]


async def test_each_kind_of_channel_has_a_scope_of_its_own(hall: Hall) -> None:
    ours = hall.slack.channel("ours", kind="private")
    hall.slack.installation.scopes -= {HISTORY["private"]}
    no = await hall.refused("conversations.history", channel=ours.id)
    assert (no["error"], no["needed"]) == ("missing_scope", "groups:history")
    await hall.client.conversations_history(channel=hall.support.id)


async def test_a_channel_s_history_has_no_answers_in_it(hall: Hall) -> None:
    first = await hall.post("first")
    await hall.post("answer", thread_ts=first)
    last = await hall.post("last")
    told = await hall.client.conversations_history(channel=hall.support.id)
    assert [one["ts"] for one in told["messages"]] == [last, first]


async def test_what_cannot_be_read(hall: Hall) -> None:
    elsewhere = hall.slack.channel("elsewhere", with_app=False)
    first = await hall.post()
    support = hall.support.id
    for method, error, arguments in (
        ("conversations.replies", "thread_not_found", {"channel": support, "ts": "1.000001"}),
        ("conversations.replies", "not_in_channel", {"channel": elsewhere.id, "ts": first}),
        ("conversations.replies", "channel_not_found", {"channel": "C404", "ts": first}),
        ("conversations.replies", "invalid_cursor", {"channel": support, "ts": first, "cursor": "nonsense"}),
        ("conversations.replies", "invalid_limit", {"channel": support, "ts": first, "limit": 5000}),
        ("conversations.replies", "invalid_ts_oldest", {"channel": support, "ts": first, "oldest": "x"}),
        ("conversations.history", "invalid_ts_latest", {"channel": support, "latest": "x"}),
        ("conversations.history", "not_in_channel", {"channel": elsewhere.id}),
    ):
        assert (await hall.refused(method, **arguments))["error"] == error


async def test_who_shares_a_channel_and_who_is_a_guest(hall: Hall) -> None:
    there = hall.support
    told = (await hall.client.conversations_info(channel=there.id))["channel"]
    assert (told["is_ext_shared"], told["is_shared"], told["is_member"]) == (False, False, True)
    hall.slack.share(there, "T0OTHERS")
    stranger = hall.slack.person("Ola Berg", team="T0OTHERS")
    hall.slack.invite(stranger, there)
    told = (await hall.client.conversations_info(channel=there.id))["channel"]
    assert (told["is_ext_shared"], told["is_shared"]) == (True, True)
    assert "T0OTHERS" in told["shared_team_ids"]
    members = (await hall.client.conversations_members(channel=there.id))["members"]
    assert members == [BOT_USER, hall.mina.id, hall.tom.id, hall.gwen.id, stranger.id]
    people = [(await hall.client.users_info(user=one))["user"] for one in members[1:]]
    assert [(one["is_restricted"], one["is_ultra_restricted"]) for one in people] == [
        (False, False),
        (False, False),
        (True, True),
        (False, False),
    ]
    assert [one.get("is_stranger", False) for one in people] == [False, False, False, True]


async def test_members_come_by_pages(hall: Hall) -> None:
    page = await hall.client.conversations_members(channel=hall.support.id, limit=3)
    rest = await hall.client.conversations_members(
        channel=hall.support.id, limit=3, cursor=page["response_metadata"]["next_cursor"]
    )
    assert (len(page["members"]), len(rest["members"])) == (3, 1)


async def test_the_list_has_what_the_app_can_see(hall: Hall) -> None:
    hall.slack.channel("open", with_app=False)
    hall.slack.channel("hidden", kind="private", with_app=False)
    hall.slack.channel("ours", kind="private")
    told = await hall.client.conversations_list(types="public_channel,private_channel")
    assert [one["name"] for one in told["channels"]] == ["support", "open", "ours"]
    told = await hall.client.users_conversations(types="public_channel,private_channel")
    assert [one["name"] for one in told["channels"]] == ["support", "ours"]
    told = await hall.client.users_conversations(user=hall.mina.id)
    assert [one["name"] for one in told["channels"]] == ["support"], "in which both are"
    assert (await hall.refused("users.conversations", user="U0NOBODY"))["error"] == "user_not_found"
    assert (await hall.refused("conversations.list", types="everything"))["error"] == "invalid_types"
    hall.slack.installation.scopes -= {"groups:read"}
    no = await hall.refused("conversations.list", types="private_channel")
    assert (no["error"], no["needed"]) == ("missing_scope", "groups:read")


async def test_the_app_joins_a_public_channel(hall: Hall) -> None:
    elsewhere = hall.slack.channel("elsewhere", with_app=False)
    ours = hall.slack.channel("ours", kind="private")
    assert (await hall.client.conversations_join(channel=elsewhere.id))["channel"]["is_member"]
    again = await hall.client.conversations_join(channel=elsewhere.id)
    assert again["warning"] == "already_in_channel"
    no = await hall.refused("conversations.join", channel=ours.id)
    assert no["error"] == "method_not_supported_for_channel_type"
    hall.slack.workspace.archive(hall.support, hall.tom.id)
    assert (await hall.refused("conversations.join", channel=hall.support.id))["error"] == "is_archived"


async def test_a_direct_conversation(hall: Hall) -> None:
    first = await hall.client.conversations_open(users=hall.mina.id)
    again = await hall.client.conversations_open(users=[hall.mina.id], return_im=True)
    assert first["channel"]["id"] == again["channel"]["id"]
    assert again["channel"]["user"] == hall.mina.id
    for error, arguments in (
        ("user_not_found", {"users": "U404"}),
        ("cannot_dm_bot", {"users": BOT_USER}),
        ("users_list_not_supplied", {}),
    ):
        assert (await hall.refused("conversations.open", **arguments))["error"] == error
