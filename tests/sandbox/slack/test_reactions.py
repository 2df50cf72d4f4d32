"""reactions.*"""

from gateway.sandbox.slack.methods.reactions import MOST
from tests.sandbox.slack.hall import Hall


async def test_a_reaction_comes_and_goes(hall: Hall) -> None:
    ts = await hall.post()
    there = {"channel": hall.support.id, "timestamp": ts}
    await hall.client.reactions_add(name="white_check_mark", **there)
    hall.slack.react(hall.mina, hall.support, ts, "eyes")
    told = (await hall.client.api_call("reactions.get", params=there))["message"]["reactions"]
    assert [(one["name"], one["count"]) for one in told] == [("white_check_mark", 1), ("eyes", 1)]
    assert (await hall.refused("reactions.add", name="white_check_mark", **there))[
        "error"
    ] == "already_reacted"
    await hall.client.reactions_remove(name="white_check_mark", **there)
    assert (await hall.refused("reactions.remove", name="white_check_mark", **there))[
        "error"
    ] == "no_reaction"


async def test_what_is_no_reaction(hall: Hall) -> None:
    ts = await hall.post()
    for error, arguments in (
        ("invalid_name", {"name": "no such:name", "timestamp": ts}),
        ("message_not_found", {"name": "eyes", "timestamp": "1.000001"}),
        ("no_item_specified", {"name": "eyes"}),
    ):
        no = await hall.refused("reactions.add", channel=hall.support.id, **arguments)
        assert no["error"] == error
    for number in range(MOST):
        await hall.client.reactions_add(channel=hall.support.id, timestamp=ts, name=f"e{number}")
    no = await hall.refused("reactions.add", channel=hall.support.id, timestamp=ts, name="eyes")
    assert no["error"] == "too_many_reactions"
