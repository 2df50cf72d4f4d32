"""Who has a mailbox in the demo's house of mail, and the shop's own address that they write to."""

from __future__ import annotations

import re
from typing import Any

from gateway.sandbox.guests import personas
from gateway.sandbox.mail.boxes import Box
from gateway.sandbox.mail.letters import Person
from gateway.sandbox.mail.office import DOMAIN
from gateway.sandbox.team import ORGANISATIONS

ACCOUNT = "mail"
SHOP = "haru.example"
ADDRESS = f"help@{SHOP}"
OF_HISTORY = re.compile(rf"(?:en|ko|live)-\d+@{re.escape(DOMAIN)}")
OFFICES = frozenset(domain for ours in ORGANISATIONS.values() for _, domain, _ in ours)
WRITERS = ("haneul", "olivia", "cross")
"""The people of the sandbox page who write mails; the shop knows them by the same addresses."""


def residents() -> list[Box]:
    """The first is she whose mailbox is open at first."""
    known = personas()
    return [Box(Person(known[key].name, address_of(key)), known[key].language) for key in WRITERS]


def is_neighbour(address: str) -> bool:
    """Somebody of the history, or who has come to the chat: whoever is answered today has a mailbox, though nobody
    plays her."""
    known = OF_HISTORY.fullmatch(address) is not None or address in map(address_of, personas())
    return known or address.rpartition("@")[2] in OFFICES


def address_of(key: str) -> str:
    return f"{key}@{DOMAIN}"


def channel(port: int) -> dict[str, Any]:
    """The account that writes to these mailboxes, as a configuration has it. `port`: where their server listens on this
    machine. It takes their mail at a port of its own, which it tells when it listens."""
    return {
        "type": "email",
        "label": {"en": "Haru Coffee Mail", "ko": "하루커피 메일"},
        "address": ADDRESS,
        "aliases": [f"hello@{SHOP}"],
        "name": {"en": "Haru Coffee", "ko": "하루커피"},
        "signature": {
            "en": f"{{agent}}\nHaru Coffee · {ADDRESS}",
            "ko": f"{{agent}} 드림\n하루커피 · {ADDRESS}",
        },
        "smtp_url": f"smtp://127.0.0.1:{port}",
        "listen": "127.0.0.1:0",
        "team": "주문 Orders",
    }
