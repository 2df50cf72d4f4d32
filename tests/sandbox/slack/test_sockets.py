"""Socket Mode: what comes, what comes again, and sockets that go."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from gateway.sandbox.slack.weather import Weather
from tests.sandbox.slack.hall import App, Hall, open_app


async def test_what_people_do_is_heard_once(hall: Hall, app: App) -> None:
    first = await hall.post()
    ts = hall.slack.say(hall.mina, hall.support, "I shall call her", thread=first)
    hall.slack.edit(hall.support, ts, "I called her")
    hall.slack.react(hall.tom, hall.support, ts, "tada")
    hall.slack.delete(hall.support, ts)
    await hall.slack.rest()
    told = [(one["type"], one.get("subtype", "")) for one in app.events]
    assert told == [
        ("message", ""),
        ("message", ""),
        ("message", "message_changed"),
        ("reaction_added", ""),
        ("message", "message_deleted"),
    ]
    echo, note, changed, reaction, deleted = app.events
    assert (echo["bot_id"], echo["ts"]) == ("B0PARLEY", first)
    assert (note["user"], note["thread_ts"], note["channel_type"]) == (hall.mina.id, first, "channel")
    assert changed["message"]["text"] == "I called her"
    assert changed["previous_message"]["text"] == "I shall call her"
    assert reaction["item"] == {"type": "message", "channel": hall.support.id, "ts": ts}
    assert (deleted["deleted_ts"], deleted["previous_message"]["thread_ts"]) == (ts, first)
    assert len({one.payload["event_id"] for one in app.heard}) == 5


async def test_what_is_not_acknowledged_comes_again(hall: Hall, app: App) -> None:
    app.silent = 1
    hall.slack.say(hall.mina, hall.support, "note")
    first, second = await app.hears(2)
    await hall.slack.rest()
    assert (first.retry_attempt, second.retry_attempt, second.retry_reason) == (0, 1, "timeout")
    assert first.envelope_id == second.envelope_id
    assert first.payload["event_id"] == second.payload["event_id"]


async def test_after_three_more_it_is_given_up(hall: Hall, app: App) -> None:
    hall.slack.deliveries.patience = 0.05
    app.silent = 10
    hall.slack.say(hall.mina, hall.support, "note")
    await hall.slack.rest()
    assert [one.attempt for one in hall.slack.deliveries.brought] == [0, 1, 2, 3]
    assert len(hall.slack.deliveries.lost) == 1


async def test_slack_asks_for_another_socket_and_nothing_is_lost(hall: Hall, app: App) -> None:
    for reason in ("warning", "refresh_requested"):
        await hall.slack.refresh_sockets(reason)
        hall.slack.say(hall.mina, hall.support, reason)
        await hall.slack.rest()
    assert [one["text"] for one in app.events] == ["warning", "refresh_requested"]
    assert hall.slack.sockets.opened >= 2


async def test_a_socket_that_breaks(hall: Hall, app: App) -> None:
    hall.slack.deliveries.retries = (0.0, 0.5, 1.0)
    app.silent = 1
    hall.slack.say(hall.mina, hall.support, "note")
    await app.hears(1)
    await hall.slack.cut_sockets()
    again = (await app.hears(2))[1]
    assert again.retry_attempt
    await hall.slack.rest()
    assert not hall.slack.deliveries.lost


async def test_an_address_is_good_once_and_for_half_a_minute(hall: Hall) -> None:
    client = hall.client
    token = hall.slack.installation.app_token
    url = (await client.apps_connections_open(app_token=token))["url"]
    late = (await client.apps_connections_open(app_token=token))["url"]
    async with aiohttp.ClientSession() as http:
        async with http.ws_connect(url) as socket:
            hello = await socket.receive_json()
            assert (hello["type"], hello["num_connections"]) == ("hello", 1)
            assert hello["connection_info"]["app_id"] == "A0PARLEY"
        for used, wait in ((url, 0), (late, 31)):
            hall.clock.add(wait)
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await http.ws_connect(used)


async def test_ten_sockets_at_most(hall: Hall) -> None:
    async with aiohttp.ClientSession() as http:
        sockets = []
        for number in range(11):
            hall.clock.add(60)
            told = await hall.client.apps_connections_open(app_token=hall.slack.installation.app_token)
            socket = await http.ws_connect(told["url"])
            sockets.append(socket)
            said = await socket.receive_json()
            assert said["type"] == ("hello" if number < 10 else "disconnect")
        assert said["reason"] == "too_many_websockets"
        for socket in sockets:
            await socket.close()


async def test_socket_mode_switched_off(hall: Hall) -> None:
    hall.slack.sockets.disabled = True
    with pytest.raises(SlackApiError, match="socket_mode_not_enabled"):
        await hall.client.apps_connections_open(app_token=hall.slack.installation.app_token)


async def test_events_that_are_lost_repeated_and_out_of_order(hall: Hall, app: App) -> None:
    hall.slack.deliveries.planned.extend(["lost", "repeated", "swapped", ""])
    for text in ("1", "2", "3", "4"):
        hall.slack.say(hall.mina, hall.support, text)
    await hall.slack.rest()
    assert [one["text"] for one in app.events] == ["2", "2", "4", "3"]


async def test_only_of_conversations_that_the_app_is_in(hall: Hall, app: App) -> None:
    elsewhere = hall.slack.channel("elsewhere", hall.mina, with_app=False)
    hall.slack.say(hall.mina, elsewhere, "unheard")
    hall.slack.invite_app(elsewhere, hall.mina)
    hall.slack.say(hall.mina, elsewhere, "heard")
    hall.slack.remove_app(elsewhere)
    hall.slack.say(hall.mina, elsewhere, "unheard again")
    await hall.slack.rest()
    told = [(one["type"], one.get("text", "")) for one in app.events]
    assert told == [("member_joined_channel", ""), ("message", "heard"), ("member_left_channel", "")]
    assert app.events[0]["inviter"] == hall.mina.id


async def test_a_channel_is_shared_archived_renamed_and_people_change(hall: Hall, app: App) -> None:
    hall.slack.share(hall.support, "T0OTHERS")
    stranger = hall.slack.person("Ola Berg", team="T0OTHERS")
    hall.slack.invite(stranger, hall.support)
    hall.slack.say(stranger, hall.support, "hi")
    hall.slack.workspace.unshare(hall.support, "T0OTHERS")
    hall.slack.workspace.rename(hall.support, "help")
    hall.slack.workspace.archive(hall.support, hall.tom.id)
    hall.slack.workspace.change_person(hall.tom, guest="multi")
    await hall.slack.rest()
    shared, joined, said, unshared, renamed, archived, changed = app.events
    assert (shared["type"], shared["connected_team_id"]) == ("channel_shared", "T0OTHERS")
    assert (joined["type"], joined["team"]) == ("member_joined_channel", "T0OTHERS")
    assert (said["team"], said["source_team"]) == ("T0OTHERS", "T0OTHERS")
    assert (unshared["type"], unshared["is_ext_shared"]) == ("channel_unshared", False)
    assert stranger.id not in hall.support.members
    assert (renamed["type"], renamed["channel"]["name"]) == ("channel_rename", "help")
    assert archived["type"] == "channel_archive"
    assert (changed["type"], changed["user"]["is_restricted"]) == ("user_change", True)
    assert [one.payload["is_ext_shared_channel"] for one in app.heard[:3]] == [True] * 3


async def test_slack_is_down_and_comes_back(hall: Hall) -> None:
    hall.slack.deliveries.retries = (0.2, 0.2, 0.2)
    async with open_app(hall) as app:
        hall.slack.weather = Weather(down=True)
        await hall.slack.cut_sockets()
        with pytest.raises(aiohttp.ClientError):
            await hall.client.auth_test()
        hall.slack.weather = Weather()
        hall.slack.say(hall.mina, hall.support, "back")
        await app.hears(1)
        assert app.events[0]["text"] == "back"
