"""Parley as the bench runs it: the real `parley serve` over a folder of its own, with agents and customers made ahead.

Only the rates are raised, because a bench is one address that writes as much as a town.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from bench import machine
from bench.programs import Program, python
from bench.words import Writer
from gateway.channels.registry import Channels
from gateway.config import load
from gateway.events import SYSTEM, AccountId, Address, InboundMessage
from gateway.store import Store, open_store
from gateway.stream.accounts import Configured, sync_accounts
from gateway.stream.agents import add_agent
from gateway.stream.ingest import Intake, take_in
from gateway.visitors.tokens import Tokens
from inbox.auth.door import PLAIN
from inbox.auth.sessions import start_session
from inbox.wire import PROTOCOL

ACCOUNT = AccountId("web")
RATES = (
    "sign_in_address",
    "agent_requests",
    "stranger_requests",
    "visitor_sessions",
    "visitor_messages",
    "visitor_messages_address",
    "visitor_frames",
    "webhook_requests",
)
PLENTY = "9999999/second"
OPEN = 1_000_000
"""All of the load comes from one address."""


@dataclass
class Data:
    """A data directory with its people."""

    folder: Path
    cookies: list[str] = field(default_factory=list)
    """One for each agent."""
    customers: list[str] = field(default_factory=list)
    """Visitors' tokens."""
    cursor: str = ""
    """Where the log stood when everything was made."""

    @property
    def tokens_file(self) -> Path:
        file = self.folder / "tokens.txt"
        if not file.exists():
            file.write_text("\n".join(self.customers))
        return file

    def hellos(self, count: int, cursor: str | None = None) -> list[str]:
        """A line for the load program for each of `count` agents' sockets."""
        told = f',"cursor":"{cursor}"' if cursor else ""
        hello = f'{{"kind":"hello","protocol":{PROTOCOL}{told}}}'
        return [
            f"/ws/agent\tCookie: {PLAIN}={self.cookies[number % len(self.cookies)]}\t{hello}"
            for number in range(count)
        ]

    def visitors_hellos(self, count: int, cursor: str | None = None) -> list[str]:
        told = f',"cursor":"{cursor}"' if cursor else ""
        return [
            f'/ws/visitor/{ACCOUNT}\t\t{{"kind":"hello","protocol":1,"token":"{token}"{told}}}'
            for token in (self.customers[number % len(self.customers)] for number in range(count))
        ]


def make_data(
    folder: Path, *, agents: int = 50, customers: int = 2000, said: bool = False, config: str = ""
) -> Data:
    """A fresh data directory; `said`: every customer has written once, so each has a conversation. `config`: further
    sections of its config.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    limits = "\n".join([*(f'{rate} = "{PLENTY}"' for rate in RATES), f"address_open = {OPEN}"])
    (folder / "config.toml").write_text(
        f'[channels.{ACCOUNT}]\ntype = "webchat"\n\n[limits]\n{limits}\n\n{config}'
    )
    return asyncio.run(_made(folder, agents, customers, said=said))


async def _made(folder: Path, agents: int, customers: int, *, said: bool) -> Data:
    data = Data(folder)
    config = load(folder / "config.toml", data=folder, environ={})
    store = await open_store(config.database_url)
    try:
        configured = {
            str(one.account): Configured(one.name, "Website") for one in Channels.of(config.channels)
        }
        await store.write(lambda tx: sync_accounts(tx, configured))
        for number in range(agents):
            data.cookies.append(await _add_agent(store, number, config.limits))
        tokens = Tokens(store.secret)
        visitors = [tokens.newcomer(ACCOUNT) for _ in range(customers)]
        data.customers = [tokens.sign(visitor) for visitor in visitors]
        if said:
            await _say(store, [visitor.identity for visitor in visitors])
        data.cursor = str(store.cursor)
    finally:
        await store.close()
    return data


async def _add_agent(store: Store, number: int, limits: object) -> str:
    """One who sees everything; returns the secret of a session."""
    role = "supervisor" if number else "admin"
    key = await store.write(
        lambda tx: add_agent(tx, f"agent{number}@bench.example", f"Agent {number}", role, SYSTEM)
    )
    started = await store.write(lambda tx: start_session(tx, key, "127.0.0.1", "bench", limits))  # type: ignore[arg-type]
    return started.secret


async def _say(store: Store, identities: list[Address]) -> None:
    writer = Writer(7)
    facts = [
        InboundMessage(f"first-{number}", identity, writer.message())
        for number, identity in enumerate(identities)
    ]
    for start in range(0, len(facts), 500):
        await asyncio.gather(*(take_in(store, Intake(ACCOUNT), fact) for fact in facts[start : start + 500]))


def serve(
    data: Data,
    *,
    core: machine.Core = machine.SERVER_CORE,
    module: str = "gateway",
    workers: int = 1,
    **environment: str,
) -> Program:
    """`parley serve` over the data; its first line names the port."""
    command = ["serve", "--config", data.folder / "config.toml", "--data", data.folder, "--port", 0]
    command += ["--workers", workers]
    return Program(python(module, *command), data.folder, core=core, **environment)
