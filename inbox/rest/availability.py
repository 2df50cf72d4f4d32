"""What an agent says of themselves by hand, for programs: a phone system says busy."""

from __future__ import annotations

from inbox.commands.private import SetAvailability
from inbox.commands.private import set_availability as say
from inbox.rest.conversations import asked
from inbox.rest.route import Call, route


@route("PUT", "/session/availability")
async def set_availability(call: Call, body: SetAvailability) -> None:
    """Online, away or busy; whether an agent is here at all is seen by their tabs."""
    await say(asked(call), body)
