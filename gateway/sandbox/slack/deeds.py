"""What people do with what the app has put before them: press, choose, fill in, command; and what it answers.

Pages: reference/interaction-payloads, interactivity/implementing-slash-commands, surfaces/modals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.sandbox.slack.deliveries import Deliveries, Unheard
from gateway.sandbox.slack.kit import check_message, check_view, interactive
from gateway.sandbox.slack.methods.views import change, place
from gateway.sandbox.slack.records import APP, BOT_USER, HOME, Channel, Json, Message, View, Whisper
from gateway.sandbox.slack.refusal import Refusal
from gateway.sandbox.slack.tickets import Response, Tickets
from gateway.sandbox.slack.workspace import Workspace

DOMAIN = "haru-coffee"
REQUIRED = "Please complete this required field."


@dataclass(frozen=True, slots=True)
class Answer:
    """`heard`: the app has acknowledged in time. `payload`: what it said with that."""

    heard: bool
    payload: Any = None


class Deeds:
    """One per workspace."""

    def __init__(self, workspace: Workspace, tickets: Tickets, deliveries: Deliveries) -> None:
        self._workspace = workspace
        self._tickets = tickets
        self._deliveries = deliveries

    # --- messages ---------------------------------------------------------------------------------------------------

    async def press(
        self, user: str, channel: Channel, ts: str, action: str, value: Any = None, *, block: str = ""
    ) -> Answer:
        """A button of that message is pressed, or `value` chosen from a menu of it. Raises Refusal."""
        shown: Message | Whisper | None = channel.messages.get(ts)
        if shown is None:
            shown = next((one for one in channel.whispers if one.ts == ts and one.to == user), None)
        if shown is None:
            raise Refusal("message_not_found")
        whispered = isinstance(shown, Whisper)
        found = _element(shown.blocks, action, block)
        container: Json = {
            "type": "message",
            "message_ts": ts,
            "channel_id": channel.id,
            "is_ephemeral": whispered,
        }
        if shown.thread:
            container["thread_ts"] = shown.thread
        payload: Json = {
            "type": "block_actions",
            **self._common(user),
            "trigger_id": self._tickets.trigger(user),
            "container": container,
            "channel": {"id": channel.id, "name": _name(channel)},
            "state": {"values": {}},
            "response_url": self._response_url(user, channel, ts, shown.thread),
            "actions": [self._action(found, value)],
        }
        if isinstance(shown, Message):
            payload["message"] = self._workspace.told(shown, channel)
        return await self._ask("interactive", payload)

    async def command(self, user: str, channel: Channel, command: str, text: str = "") -> Answer:
        payload = {
            "token": "unused",
            "team_id": HOME,
            "team_domain": DOMAIN,
            "channel_id": channel.id,
            "channel_name": _name(channel),
            "user_id": user,
            "user_name": self._handle(user),
            "command": command,
            "text": text,
            "api_app_id": APP,
            "is_enterprise_install": "false",
            "response_url": self._response_url(user, channel),
            "trigger_id": self._tickets.trigger(user),
        }
        answer = await self._ask("slash_commands", payload)
        if answer.heard and answer.payload:
            said = answer.payload if isinstance(answer.payload, dict) else {"text": str(answer.payload)}
            if said.get("text") or said.get("blocks"):
                self.answered(Response(user, channel.id, 0), said)
        return answer

    async def shortcut(self, user: str, callback: str) -> Answer:
        """From the menu of everything."""
        payload = {
            "type": "shortcut",
            **self._common(user),
            "callback_id": callback,
            "trigger_id": self._tickets.trigger(user),
            "action_ts": self._workspace.stamp(),
        }
        return await self._ask("interactive", payload)

    async def message_shortcut(self, user: str, channel: Channel, ts: str, callback: str) -> Answer:
        """From the menu of a message. Raises Refusal."""
        message = self._workspace.message(channel, ts)
        payload = {
            "type": "message_action",
            **self._common(user),
            "callback_id": callback,
            "trigger_id": self._tickets.trigger(user),
            "action_ts": self._workspace.stamp(),
            "message_ts": ts,
            "channel": {"id": channel.id, "name": _name(channel)},
            "message": self._workspace.told(message, channel),
            "response_url": self._response_url(user, channel, ts, message.thread),
        }
        return await self._ask("interactive", payload)

    def answered(self, response: Response, said: Json) -> None:
        """What came to a response URL, or with the acknowledgement of a command. Raises Refusal."""
        workspace = self._workspace
        channel = workspace.channels[response.channel]
        message = channel.messages.get(response.ts)
        whisper = next((one for one in channel.whispers if one.ts == response.ts), None)
        if said.get("delete_original"):
            if message is not None:
                workspace.remove(channel, message)
            elif whisper is not None:
                channel.whispers.remove(whisper)
                workspace.touch()
            return
        text, blocks = str(said.get("text") or ""), check_message(said.get("blocks"))
        if not text and not blocks:
            raise Refusal("no_text")
        if said.get("replace_original") and message is not None:
            workspace.change(channel, message, text, blocks=blocks)
        elif said.get("replace_original") and whisper is not None:
            whisper.text, whisper.blocks = text, blocks
            workspace.touch()
        elif said.get("response_type") == "in_channel":
            workspace.post(channel, BOT_USER, text, blocks=blocks, thread=str(said.get("thread_ts") or ""))
        else:
            thread = str(said.get("thread_ts") or response.thread)
            workspace.whisper(channel, response.user, text, blocks, thread)

    # --- views ------------------------------------------------------------------------------------------------------

    def open_home(self, user: str) -> None:
        """Her home tab; the app hears of it as an event."""
        event: Json = {
            "type": "app_home_opened",
            "user": user,
            "channel": self._workspace.direct(user).id,
            "event_ts": self._workspace.stamp(),
            "tab": "home",
        }
        home = self._workspace.homes.get(user)
        if home is not None:
            event["view"] = home.json()
        self._workspace.say(event)

    def top(self, user: str) -> View | None:
        """The modal before her."""
        hers = [one for one in self._workspace.views.values() if one.user == user]
        return hers[-1] if hers else None

    async def press_in_view(self, view: View, action: str, value: Any = None, *, block: str = "") -> Answer:
        """Raises Refusal."""
        found = _element(view.body["blocks"], action, block)
        if value is not None and found[1]["type"] not in ("button", "overflow"):
            self.fill(view, action, value, block=found[0]["block_id"])
        payload = {
            "type": "block_actions",
            **self._common(view.user),
            "trigger_id": self._tickets.trigger(view.user, view.id),
            "container": {"type": "view", "view_id": view.id},
            "view": view.json(),
            "state": {"values": _state(view)},
            "actions": [self._action(found, value)],
        }
        return await self._ask("interactive", payload)

    def fill(self, view: View, action: str, value: Any, *, block: str = "") -> None:
        """What she writes or chooses; the app hears of it when she submits. Raises Refusal."""
        holder, element = _element(view.body["blocks"], action, block)
        view.values.setdefault(holder["block_id"], {})[element["action_id"]] = chosen(element, value)
        self._workspace.touch()

    async def submit(self, view: View) -> Answer:
        """What is required and empty is said to her at once, and the app hears nothing."""
        view.values = _state(view)
        view.errors = _missing(view)
        self._workspace.touch()
        if view.errors:
            return Answer(False)
        payload = {
            "type": "view_submission",
            **self._common(view.user),
            "trigger_id": self._tickets.trigger(view.user, view.id),
            "view": view.json(),
            "response_urls": [],
        }
        answer = await self._ask("interactive", payload)
        if answer.heard:
            self._follow(view, answer.payload if isinstance(answer.payload, dict) else {})
        return answer

    def _follow(self, view: View, said: Json) -> None:
        """What becomes of a modal that was submitted. Raises Refusal where the app's answer is no view."""
        workspace = self._workspace
        match said.get("response_action"):
            case "errors":
                view.errors = dict(said.get("errors") or {})
            case "update":
                change(workspace, view, check_view(said.get("view"), "modal"))
            case "push":
                place(workspace, view.user, check_view(said.get("view"), "modal"), view)
            case "clear":
                self._drop(view, whole=True)
            case _:
                self._drop(view, whole=False)
        workspace.touch()

    async def close(self, view: View, *, whole: bool = False) -> None:
        """She leaves it, or all of those below it too; the app hears of it where it has asked to."""
        self._drop(view, whole=whole)
        if view.body.get("notify_on_close"):
            payload = {
                "type": "view_closed",
                **self._common(view.user),
                "view": view.json(),
                "is_cleared": whole,
            }
            await self._ask("interactive", payload)

    def _drop(self, view: View, *, whole: bool) -> None:
        views = self._workspace.views
        for one in [one for one in views.values() if one is view or (whole and one.root == view.root)]:
            del views[one.id]
        self._workspace.touch()

    # --- what all of them say ---------------------------------------------------------------------------------------

    async def _ask(self, kind: str, payload: Json) -> Answer:
        try:
            return Answer(True, await self._deliveries.ask(kind, payload))
        except Unheard:
            return Answer(False)

    def _common(self, user: str) -> Json:
        person = self._workspace.person(user)
        handle = self._handle(user)
        return {
            "token": "unused",
            "api_app_id": APP,
            "team": {"id": HOME, "domain": DOMAIN},
            "user": {"id": user, "username": handle, "name": handle, "team_id": person.team},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _handle(self, user: str) -> str:
        return self._workspace.person(user).name.lower().replace(" ", ".")

    def _response_url(self, user: str, channel: Channel, ts: str = "", thread: str = "") -> str:
        return f"{self._workspace.base}/actions/{self._tickets.response(user, channel.id, ts, thread)}"

    def _action(self, found: tuple[Json, Json], value: Any) -> Json:
        block, element = found
        told: Json = {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "action_ts": self._workspace.stamp(),
        }
        if element["type"] == "button":
            kept = {name: element[name] for name in ("text", "value", "style", "url") if name in element}
            return told | kept
        said = chosen(element, value)
        if element.get("placeholder"):
            told["placeholder"] = element["placeholder"]
        return told | said


def chosen(element: Json, value: Any) -> Json:
    """How an element says what was chosen or written; None: nothing. Raises Refusal."""
    kind = element["type"]
    match kind:
        case "plain_text_input":
            return {"type": kind, "value": value or None}
        case "users_select":
            return {"type": kind, "selected_user": value or None}
        case "datepicker":
            return {"type": kind, "selected_date": value or None}
        case "conversations_select" | "channels_select":
            return {"type": kind, f"selected_{kind.partition('s_')[0]}": value or None}
        case "timepicker":
            return {"type": kind, "selected_time": value or None}
    options = [*element.get("options", [])]
    for group in element.get("option_groups", []):
        options += group["options"]
    if kind == "checkboxes":
        return {"type": kind, "selected_options": [one for one in options if one["value"] in (value or [])]}
    option = next((one for one in options if one["value"] == value), None)
    if value and option is None:
        raise Refusal("invalid_arguments")
    return {"type": kind, "selected_option": option}


INITIAL = {
    "plain_text_input": "initial_value",
    "users_select": "initial_user",
    "datepicker": "initial_date",
    "timepicker": "initial_time",
    "conversations_select": "initial_conversation",
    "channels_select": "initial_channel",
}


def _state(view: View) -> Json:
    """All that can be filled in, as it stands."""
    values: Json = {}
    for block, element in interactive(view.body["blocks"]):
        if element["type"] in ("button", "overflow"):
            continue
        initial = element.get(INITIAL.get(element["type"], ""))
        if element.get("initial_option"):
            initial = element["initial_option"]["value"]
        if element.get("initial_options"):
            initial = [one["value"] for one in element["initial_options"]]
        name = element["action_id"]
        kept = view.values.get(block["block_id"], {}).get(name)
        values.setdefault(block["block_id"], {})[name] = kept or chosen(element, initial)
    return values


def _missing(view: View) -> dict[str, str]:
    """Block -> what is wrong with what stands in it."""
    found = {}
    for block in view.body["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        said = view.values[block["block_id"]][element["action_id"]]
        filled = next((value for name, value in said.items() if name != "type"), None)
        if not filled and not block.get("optional"):
            found[block["block_id"]] = REQUIRED
        elif element["type"] == "plain_text_input" and len(filled or "") > (
            element.get("max_length") or 3000
        ):
            found[block["block_id"]] = (
                f"Please enter {element.get('max_length') or 3000} characters or fewer."
            )
    return found


def _element(blocks: list[Json], action: str, block: str) -> tuple[Json, Json]:
    for found in interactive(blocks):
        if found[1]["action_id"] == action and block in ("", found[0]["block_id"]):
            return found
    raise Refusal("invalid_arguments")


def _name(channel: Channel) -> str:
    return {"public": channel.name, "private": "privategroup", "im": "directmessage"}[channel.kind]
