"""The command line: `parley serve`, `demo`, `agent add`, `agent reset`, `token create`, `migrate`, `backup`, more."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from gateway.errors import ParleyError


def main(argv: list[str] | None = None) -> int:
    """Returns the process's exit code: 0, or 1 with the reason on standard error."""
    arguments = _parser().parse_args(argv)
    _set_up_logging(arguments.verbose)
    try:
        return int(_run(arguments.run(arguments)) or 0)
    except ParleyError as why:
        print(f"parley: {why}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    """On uvloop where it is installed (1.2 to 1.4 times faster at HTTP)."""
    try:
        import uvloop
    except ImportError:  # not made for Windows
        return asyncio.run(work)
    return uvloop.run(work)


def _set_up_logging(verbose: bool) -> None:
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    logging.getLogger("asyncio").setLevel(logging.WARNING)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="parley", description=__doc__)
    parser.add_argument("--verbose", action="store_true", help="log more")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add(commands, "serve", serve, "answer customers and agents", listen=True)
    _add(commands, "demo", demo, "a sample team with history, nothing to configure", listen=True)
    _add(commands, "migrate", migrate, "bring the database to this version's schema")
    _add(commands, "doctor", doctor, "check configuration, database and accounts; say what to fix")
    backup_parser = _add(commands, "backup", backup, "a consistent copy, files included, while serving")
    backup_parser.add_argument("file", type=Path)
    restore_parser = _add(commands, "restore", restore, "put a backup in place; every client starts over")
    restore_parser.add_argument("file", type=Path)
    restore_parser.add_argument("--force", action="store_true", help="replace what is there")
    erase_parser = _add(commands, "erase", erase, "erase a contact's words, names, addresses and files")
    erase_parser.add_argument("contact")
    _add_agents(commands)
    return parser


def _add_agents(commands: Any) -> None:
    agents = commands.add_parser("agent", help="agents").add_subparsers(required=True, metavar="ACT")
    adding = _add(agents, "add", add_agent, "add an agent; prints the link to choose a password")
    adding.add_argument("email")
    adding.add_argument("--role", choices=("agent", "supervisor", "admin"), default="agent")
    adding.add_argument("--name", default="")
    resetting = _add(agents, "reset", reset_agent, "print a one-time link to choose another password")
    resetting.add_argument("email")
    resetting.add_argument(
        "--second-factor",
        action="store_true",
        help="turn off the second factor too: the authenticator is lost",
    )
    tokens = commands.add_parser("token", help="API tokens").add_subparsers(required=True, metavar="ACT")
    making = _add(tokens, "create", create_token, "an API token that acts as this agent; shown once")
    making.add_argument("email")
    making.add_argument("--name", default="command line")


def _add(commands: Any, name: str, run: Any, words: str, *, listen: bool = False) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
    parser.set_defaults(run=run)
    parser.add_argument("--config", type=Path, default=None, help="config.toml (default: the one here)")
    parser.add_argument("--data", type=Path, default=None, help="the directory of the database and the files")
    if listen:
        parser.add_argument("--host", default=None)
        parser.add_argument("--port", type=int, default=None)
    return parser


# --- serving --------------------------------------------------------------------------------------------------------


async def serve(arguments: argparse.Namespace) -> None:
    from gateway.app import listening, open_parley

    config = _config(arguments)
    async with (
        open_parley(config) as parley,
        listening(parley, config.server.host, config.server.port) as port,
    ):
        print(f"Parley answers at {config.public_url_at(port)}", flush=True)
        await _say_first_admin(parley, config.public_url_at(port))
        await _until_stopped()


async def demo(arguments: argparse.Namespace) -> None:
    from gateway.demo import begin_anew
    from gateway.sandbox.demo import demo_config

    config = demo_config(_config(arguments), arguments.data)
    stop = _stopped()
    while await _play(config, stop):
        begin_anew(config)


async def _play(config: Any, stop: asyncio.Event) -> bool:
    """The demo until it is stopped (False) or shall begin anew (True)."""
    from gateway.app import listening, open_parley
    from gateway.demo import customer_seats, make_house, open_sandbox, sign_in_links

    await make_house(config)
    async with open_parley(config) as parley:
        sandbox = open_sandbox(parley.store, config)
        sandbox.hang(parley.web)
        async with listening(parley, config.server.host, config.server.port) as port:
            base = config.public_url_at(port)
            print(f"Parley answers at {base}\n\nSign in by one click, each link works once:", flush=True)
            for door in await sign_in_links(parley.store):
                print(f"  {door.role:<11} {base}/link/{door.secret}  {door.name}", flush=True)
            print("\nBe a customer, in another window:", flush=True)
            print(f"  {base}{sandbox.path}  in a shop, as whom you like", flush=True)
            for seat in await customer_seats(parley.store, config):
                print(f"  {base}{seat.path}  {seat.who}", flush=True)
            print(f"\nCtrl-C stops it; what was said stays in {config.data}.", flush=True)
            return await sandbox.run(_reached(config, port), stop)


async def _say_first_admin(parley: Any, base: str) -> None:
    from inbox.auth.links import first_admin_link

    secret = await parley.store.write(lambda tx: first_admin_link(tx, parley.config.limits.link_kept))
    if secret is not None:
        print(f"Make the first admin: {base}/link/{secret}", flush=True)


async def _until_stopped() -> None:
    await _stopped().wait()


def _stopped() -> asyncio.Event:
    """Set when the process is asked to end."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        if sys.platform != "win32":
            loop.add_signal_handler(each, stop.set)
    return stop


def _config(arguments: argparse.Namespace) -> Any:
    from gateway.config import load

    return load(
        arguments.config,
        data=arguments.data,
        host=getattr(arguments, "host", None),
        port=getattr(arguments, "port", None),
    )


def _reached(config: Any, port: int) -> str:
    """Where we reach ourselves."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(config.server.host, config.server.host)  # noqa: S104
    return f"http://{host}:{port}"


# --- keeping --------------------------------------------------------------------------------------------------------


async def migrate(arguments: argparse.Namespace) -> None:
    async with _store(arguments) as store:
        print(f"the database is ready, its log stands at {store.published}")


async def doctor(arguments: argparse.Namespace) -> int:
    from gateway.doctor import examine

    return await examine(_config(arguments))


async def backup(arguments: argparse.Namespace) -> None:
    from gateway.backup import backup as copy

    print(await copy(_config(arguments), arguments.file))


async def restore(arguments: argparse.Namespace) -> None:
    from gateway.backup import restore as put_back

    print(await put_back(_config(arguments), arguments.file, force=arguments.force))


async def erase(arguments: argparse.Namespace) -> None:
    from gateway.events import SYSTEM
    from gateway.media import open_media
    from gateway.stream.erase import erase as erase_for_good

    config = _config(arguments)
    async with _store(arguments) as store:
        media = open_media(config.media_store, config.data)
        gone = await erase_for_good(store, media, arguments.contact, SYSTEM)
    print(f"contact {arguments.contact} is erased")
    if not gone:
        print("the file store is away: Parley deletes her files as soon as it is back, while it serves")


# --- people ---------------------------------------------------------------------------------------------------------


async def add_agent(arguments: argparse.Namespace) -> None:
    from gateway.errors import Conflict
    from gateway.events import SYSTEM
    from gateway.stream.agents import add_agent as add
    from inbox.auth.links import make_link

    config, email = _config(arguments), arguments.email
    async with _store(arguments) as store:
        name = arguments.name or email.partition("@")[0]
        try:
            agent = await store.write(lambda tx: add(tx, email, name, arguments.role, SYSTEM))
        except Conflict as why:
            known = f"{email} is an agent already; for another link: parley agent reset {email}"
            raise Conflict(why.text, known) from why
        secret = await store.write(lambda tx: make_link(tx, "reset", agent, config.limits.link_kept))
    print(f"{email} chooses a password at {config.public_url}/link/{secret}")


async def reset_agent(arguments: argparse.Namespace) -> None:
    from gateway.errors import Refused
    from gateway.events import SYSTEM
    from inbox.auth.factor import forget_factor
    from inbox.auth.sign_in import make_reset_link

    config, email = _config(arguments), arguments.email

    async def verb(tx: Any) -> tuple[str, bool]:
        agent = await _agent_of(tx, email)
        try:
            secret = await make_reset_link(tx, agent, config.limits.link_kept)
        except Refused as why:
            raise Refused(
                why.text, f"{email} was deactivated; an admin takes them back in the settings"
            ) from why
        return secret, arguments.second_factor and await forget_factor(tx, agent, SYSTEM)

    async with _store(arguments) as store:
        secret, forgotten = await store.write(verb)
    if arguments.second_factor:
        print(f"{email}: the second factor is off" if forgotten else f"{email} had no second factor")
    print(f"{email} chooses a password at {config.public_url}/link/{secret}")


async def create_token(arguments: argparse.Namespace) -> None:
    from inbox.auth.tokens import make_token

    async with _store(arguments) as store:
        agent = await store.read(lambda look: _agent_of(look, arguments.email))
        made = await store.write(lambda tx: make_token(tx, agent, arguments.name))
    print(made.secret)


async def _agent_of(look: Any, email: str) -> str:
    from gateway.errors import NotFound

    agent = await look.value("select id from agents where email = $1", email.lower())
    if agent is None:
        raise NotFound("errors.agent_not_found", f"no agent has the address {email}")
    return str(agent)


@contextlib.asynccontextmanager
async def _store(arguments: argparse.Namespace) -> Any:
    from gateway.store import open_store

    store = await open_store(_config(arguments).database_url)
    try:
        yield store
    finally:
        await store.close()


if __name__ == "__main__":
    sys.exit(main())
