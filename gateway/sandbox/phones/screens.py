"""What the screens of the phones show, and which chats stand open on them. Everything is read from the network."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from typing import Any

import phonenumbers
from phonenumbers import PhoneNumberFormat

from gateway.sandbox.phones.choices import choices, opener
from gateway.sandbox.phones.network import Network
from gateway.sandbox.phones.records import Arrival, Line, Message, Phone, Saying

SHOWN = 200
"""The newest entries of a chat."""
Json = dict[str, Any]


class Screens:
    """One per network."""

    def __init__(self, network: Network, files: str) -> None:
        """`files`: where the files hang of which `Door` tells, as a browser asks for them."""
        self._network = network
        self._files = files
        self._looking: Counter[tuple[str, str]] = Counter()
        self._noticed: dict[tuple[str, str], int] = {}

    @contextlib.contextmanager
    def looking(self, number: str, line: str) -> Iterator[None]:
        """Somebody has this chat before her eyes; several browsers may show the same phone. Empty line: none."""
        chat = (number, line)
        self._looking[chat] += 1
        if line and self._looking[chat] == 1:
            self._network.open_chat(*chat)
        try:
            yield
        finally:
            self._looking[chat] -= 1
            if line and not self._looking[chat]:
                self._network.close_chat(*chat)

    def shown(self, number: str, line: str) -> Json:
        """Everything that the page shows while this phone, and this chat on it, is in somebody's hand."""
        network = self._network
        if line:
            self._noticed[number, line] = self._came(network.phones[number], line)
        lines = self._lines(network.phones[number])
        return {
            "phones": [self._phone(phone) for phone in network.phones.values()],
            "chats": [self._chat(network.phones[number], each) for each in lines],
            "entries": self._entries(network.phones[number], line)[-SHOWN:] if line else [],
        }

    def _lines(self, phone: Phone) -> list[Line]:
        return [line for line in self._network.lines.values() if phone.on_whatsapp or not line.is_whatsapp]

    def _phone(self, phone: Phone) -> Json:
        return {
            "number": phone.number,
            "shown": _written(phone.number),
            "name": phone.name,
            "whatsapp": phone.on_whatsapp,
            "airplane": phone.airplane,
            "received": len(phone.received),
            "unread": sum(self._unread(phone, line.address) for line in self._lines(phone)),
        }

    def _came(self, phone: Phone, line: str) -> int:
        return sum(arrival.line == line for arrival in phone.received)

    def _unread(self, phone: Phone, line: str) -> int:
        return self._came(phone, line) - self._noticed.get((phone.number, line), 0)

    def _chat(self, phone: Phone, line: Line) -> Json:
        network, address = self._network, line.address
        entries = self._entries(phone, address)
        return {
            "line": address,
            "whatsapp": line.is_whatsapp,
            "last": entries[-1] if entries else None,
            "unread": self._unread(phone, address),
            "typing": network.is_typing(phone.number, address),
            "window": network.window_until(phone.number, address) if line.is_whatsapp else 0,
            "stopped": network.has_stopped(phone.number, address),
        }

    # --- one chat ---------------------------------------------------------------------------------------------------

    def _entries(self, phone: Phone, line: str) -> list[Json]:
        """Both sides in the order of their times; what waits for a network at the end."""
        came = [self._arrived(arrival) for arrival in phone.received if arrival.line == line]
        said = [
            self._said(message)
            for message in self._network.messages.values()
            if message.inbound and message.number == phone.number and message.to == line
        ]
        waits = [
            _entry(f"waits-{place}", 0, saying, tick="waits", files=_unsent(saying))
            for place, (to, saying) in enumerate(phone.unsent)
            if to == line
        ]
        return sorted(came + said, key=lambda entry: entry["at"]) + waits

    def _arrived(self, arrival: Arrival) -> Json:
        message = self._network.messages[arrival.sid]
        entry = {
            "id": arrival.sid,
            "mine": False,
            "at": arrival.at,
            "text": arrival.text,
            "files": self._shown_files(message),
        }
        template = self._network.templates.get(arrival.template)
        if template is not None and message.is_whatsapp:
            entry["choices"] = [asdict(choice) for choice in choices(template)]
            entry["opener"] = opener(template)
        return entry

    def _said(self, message: Message) -> Json:
        tick = "read" if message.seen else "delivered" if message.taken else "sent"
        assert message.said is not None, "what came from a phone was said there"
        return _entry(message.sid, message.created, message.said, tick=tick, files=self._shown_files(message))

    def _shown_files(self, message: Message) -> list[Json]:
        return [
            {"type": media.content_type, "url": f"{self._files}/media/{media.sid}/{media.key}"}
            for media in message.media
        ]


@cache
def _written(number: str) -> str:
    """As people write it."""
    return phonenumbers.format_number(phonenumbers.parse(number), PhoneNumberFormat.INTERNATIONAL)


def _entry(sid: str, at: int, saying: Saying, *, tick: str, files: list[Json]) -> Json:
    """Something of her own."""
    entry = {"id": sid, "mine": True, "at": at, "text": saying.text, "files": files, "tick": tick}
    if saying.quotes:
        entry["quotes"] = saying.quotes
    if "Latitude" in saying.extra:
        entry["place"] = {"label": saying.extra.get("Label", ""), "address": saying.extra.get("Address", "")}
    return entry


def _unsent(saying: Saying) -> list[Json]:
    return [{"type": file.content_type, "url": ""} for file in saying.files]
