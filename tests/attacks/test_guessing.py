"""What a stranger learns by asking: who works here, which numbers there are, how much of a secret was right."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from inbox.rest import ROUTES
from tests.inbox.conftest import House
from tests.inbox.test_sign_in import PASSWORD, set_password

ROOT = Path(__file__).parents[2]
SECRET = re.compile(
    r"secret|signature|signed|\bmac\b|hmac|hexdigest|\.digest\(|token(?!s)|password|(?<!status_)(?<!error_)\bcode\b"
)
HARMLESS = {
    "gateway/move/files.py: told.hexdigest() != digest",  # a file's own, which its name says
    # Both sides are ours: nobody outside chooses what is compared.
    "gateway/backup/archive.py: (digest.hexdigest(), size) != (told['sha256'], told['size'])",
    "gateway/channels/_twilio.py: bool(self.api_key) != bool(self.api_key_secret.get_secret_value())",
    "inbox/auth/sign_in.py: (await hold_agent(tx, caller.agent_id))['password_hash'] != kept",
    "inbox/auth/sign_in.py: row['password_hash'] != kept",
    # Slack's word for why it refused.
    "inbox/slack/telling.py: code == watches.GONE",
    "inbox/slack/telling.py: why.code == watches.GONE",
}


async def test_who_is_no_agent_costs_as_much_work_as_who_is(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same number of hashes with the same settings, whoever is asked for: so the time is the same."""
    await set_password(house, "ann")
    checked: list[str] = []
    verify = house.desk.passwords._verify

    def counted(kept: str, said: bytes) -> bool:
        checked.append(kept)
        return verify(kept, said)

    monkeypatch.setattr(house.desk.passwords, "_verify", counted)
    stranger = await house.client()
    answers = []
    for email in ("ann@example.com", "nobody@example.com", "bob@example.com"):
        body = {"email": email, "password": "wrong horse battery"}
        answers.append(await stranger.ask("POST", "/session", body))
    assert answers[0] == answers[1] == answers[2]
    assert len(checked) == 3 and len({hash_.rpartition("$")[0].rpartition("$")[0] for hash_ in checked}) == 1
    assert all(hash_.startswith("$argon2id$") for hash_ in checked)


async def test_a_stranger_cannot_ask_for_a_reset(house: House) -> None:
    """There is nothing that would say whether an address is known: only an admin makes links."""
    stranger = await house.client()
    for row in ROUTES:
        if row.role is None and row.method != "GET":
            assert row.path in ("/session", "/session/link", "/session/link/look"), row.path
    assert (await stranger.ask("POST", "/session/link", {"link": "x" * 43, "password": PASSWORD}))[0] == 404


async def test_what_is_not_hers_and_what_is_nowhere_are_told_alike(house: House) -> None:
    """Over every path with a conversation, a message or a contact in it: word by word the same answer."""
    theirs = await house.customer_writes("hello", team="sales")
    shown = await (await house.client("sue")).get(f"/conversations/{theirs.conversation}")
    contact = shown["conversation"]["contact"]["id"]
    bob = await house.client("bob")
    tried = 0
    for row in ROUTES:
        real = {
            "/conversations/{id}": theirs.conversation,
            "/contacts/{id}": contact,
            "/messages/{id}": theirs.message,
        }
        start = next((one for one in real if row.path.startswith(one)), None)
        if start is None or row.takes:
            continue
        answers = [
            await told(bob, row.method, row.path.replace("{id}", key)) for key in (real[start], "0" * 26)
        ]
        assert answers[0] == answers[1], (row.method, row.path)
        tried += 1
    assert tried > 10
    number = shown["conversation"]["number"]
    assert await told(bob, "GET", f"/conversations/{number}") == await told(
        bob, "GET", "/conversations/987654"
    )


async def told(browser: Any, method: str, path: str) -> tuple[int, Any]:
    status, value = await browser.ask(method, path, {} if method != "GET" else None)
    return status, value


def compared() -> list[str]:
    """Every == and != of the server's that seems to be about a secret."""
    found = []
    for room in ("gateway", "inbox"):
        for file in sorted((ROOT / room).rglob("*.py")):
            if "sandbox" in file.parts:
                continue
            for node in ast.walk(ast.parse(file.read_text())):
                if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
                    continue
                sides = [node.left, *node.comparators]
                if any(isinstance(one, ast.Constant) or "len(" in ast.unparse(one) for one in sides):
                    continue  # with what stands in the source: no secret
                text = ast.unparse(node)
                if SECRET.search(text):
                    found.append(f"{file.relative_to(ROOT)}: {text}")
    return found


def test_secrets_are_compared_in_constant_time() -> None:
    """`hmac.compare_digest`, or by a hash in an index: never letter by letter."""
    assert set(compared()) - HARMLESS == set()
    assert set(compared()) >= HARMLESS, "it finds what it looks for, and nothing here is left over"
