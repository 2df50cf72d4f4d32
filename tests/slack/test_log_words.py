"""With the log at its most talkative: no word of anybody's in it, and nothing that lets somebody in."""

from __future__ import annotations

from pathlib import Path

from gateway.sandbox.phones.weather import Fault
from gateway.sandbox.slack.weather import Weather
from tests.gateway.test_logs import told
from tests.slack.test_files import customer_sends
from tests.slack.town import Town, open_town

WORDS, NAME, NOTE, REPLY, FILE = (f"NEEDLE-{one}" for one in ("WORDS", "NAME", "NOTE", "REPLY", "FILE"))


async def a_day(town: Town) -> str:
    """Returns the secret of the file that Mina put there."""
    await town.links(town.mina)
    taken = await town.house.customer_writes(WORDS, name=NAME, team="sales")
    thread = await town.pulls(taken.conversation)
    for fault in (Fault.BUSY, Fault.BROKEN, Fault.CUT_AFTER):
        town.slack.plan(fault, on="chat.postMessage")
        await town.house.customer_writes(WORDS, name=NAME)
    await customer_sends(town, 1, f"{FILE}.png", text=WORDS)
    ts = town.slack.say(town.mina, town.support, NOTE, thread=thread)
    town.slack.edit(town.support, ts, f"{NOTE} again")
    town.slack.say(town.joon, town.support, NOTE, thread=thread)
    town.slack.attach(town.mina, town.support, f"{FILE}.png", b"\x89PNG\r\n\x1a\n and", NOTE, thread)
    await town.heard()
    await town.slack.press(town.mina, town.support, thread, "parley:reply")
    view = town.view(town.mina)
    await town.slack.press_in_view(view, "text", REPLY)
    await town.slack.submit(view, text=REPLY)
    await town.slack.slash(town.mina, town.support, f"find {WORDS}")
    await town.slack.slash(town.joon, town.support, "link NEEDLE-CODE1")
    town.slack.weather = Weather(broken=0.3, cut=0.3, cut_after=0.2)
    await town.slack.cut_sockets()
    await town.house.customer_writes(WORDS, name=NAME)
    town.slack.weather = Weather()
    await town.settles()
    return next(one.secret for one in town.slack.workspace.files.values())


async def test_at_its_most_talkative_the_log_holds_no_word_and_no_key(tmp_path: Path) -> None:
    with told(level="debug", steps=True) as out:
        async with open_town(tmp_path) as town:
            await town.starts()
            await town.slack.sockets.connected()
            secret = await a_day(town)
            installed = town.slack.installation
    said = out.getvalue()
    assert "inbox.slack" in said
    for needle in ("NEEDLE", secret, "ticket=", installed.bot_token, installed.app_token, "xoxb-", "xapp-"):
        assert needle not in said, [line for line in said.splitlines() if needle in line][:3]
