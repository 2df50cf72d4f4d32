"""The command line: `parley serve`, `demo`, `agent add`, `agent reset`, `token create`, `reload`, `migrate`, more."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import faulthandler
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from gateway.errors import ParleyError

log = logging.getLogger(__name__)


def main(argv: list[str] | None = None) -> int:
    """Returns the process's exit code: 0, or 1 with the reason on standard error."""
    arguments = _parser().parse_args(argv)
    _set_up_logging(arguments.verbose)
    try:
        return int(_run(arguments.run(arguments)) or 0)
    except ParleyError as why:
        print(f"parley: {why}", file=sys.stderr)
        return 1
    except OSError as why:  # a full disk, a folder of somebody else's, no more files: the machine's, not ours
        log.debug("the system refused", exc_info=True)
        print(f"parley: {_refusal(why)}", file=sys.stderr)
        return 1
    except asyncio.CancelledError:  # a part of it failed and has said so (gateway.app)
        return 1
    except KeyboardInterrupt:
        return 130


def _refusal(why: OSError) -> str:
    """The system's words in one line, with the file that they are about."""
    words = (why.strerror or str(why) or type(why).__name__).partition("\n")[0]
    return f"{why.filename}: {words}" if why.filename else words


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
    # A disk that fails under a mapped file ends the process at once (SIGBUS): it shall not do so without a word.
    if not faulthandler.is_enabled():
        faulthandler.enable()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="parley", description=__doc__)
    parser.add_argument("--verbose", action="store_true", help="log more")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serving = _add(commands, "serve", serve, "answer customers and agents", listen=True)
    serving.add_argument(
        "--workers", type=int, default=None, help="processes; several need PostgreSQL and Redis"
    )
    serving.add_argument("--worker", type=_handed_down, default=None, help=argparse.SUPPRESS)
    _add(commands, "reload", reload, "replace the workers one after another: configuration and program anew")
    _add(commands, "demo", demo, "a sample team with history, nothing to configure", listen=True)
    _add(commands, "migrate", migrate, "bring the database to this version's schema")
    _add(commands, "doctor", doctor, "check configuration, database and accounts; say what to fix")
    backup_parser = _add(commands, "backup", backup, "a consistent copy, files included, while serving")
    backup_parser.add_argument("file", type=Path)
    restore_parser = _add(commands, "restore", restore, "put a backup in place; every client starts over")
    restore_parser.add_argument("file", type=Path)
    restore_parser.add_argument("--force", action="store_true", help="replace what is there")
    _add(
        commands, "epoch", epoch, "after the database was brought back to a moment: every client starts over"
    )
    move_parser = _add(
        commands, "move", move, "carry a SQLite installation over to PostgreSQL, while serving"
    )
    move_parser.add_argument(
        "--to", metavar="URL", help="postgresql://user:password@host/database, an empty one"
    )
    move_parser.add_argument(
        "--media", metavar="STORE", help="disk:PATH or s3://..., where files go (default: they stay)"
    )
    move_parser.add_argument("--undo", action="store_true", help="give up an unfinished move")
    move_parser.add_argument("--force", action="store_true", help="with --undo: take a moved database back")
    erase_parser = _add(commands, "erase", erase, "erase a contact's words, names, addresses and files")
    erase_parser.add_argument("contact")
    _add_agents(commands)
    sealing = commands.add_parser("secrets", help="what seals secrets in the database")
    acts = sealing.add_subparsers(required=True, metavar="ACT")
    _add(acts, "rotate", rotate_secrets, "seal the database's secrets with the newest key")
    _add(acts, "forget", forget_secrets, "the key is lost for good: go on without what it sealed")
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


def _handed_down(text: str) -> tuple[int, tuple[int, ...]]:
    """What a worker is given by its parent: the line to it, and the sockets to answer on."""
    line, _, sockets = text.partition(":")
    return int(line), tuple(int(number) for number in sockets.split(","))


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


async def serve(arguments: argparse.Namespace) -> int:
    config = _config(arguments)
    if arguments.worker is None and config.server.workers > 1:
        return await _serve_by_workers(config)
    from gateway.app import listening, open_parley
    from gateway.serving import LentSockets
    from gateway.workers import reporting

    if arguments.worker is None:
        await _check_room(config)
    stop, line, inherited = _stopped(), None, ()
    _on_hangup(stop, lambda: log.warning("one process serves: restart it, browsers come back by themselves"))
    if arguments.worker is not None:
        line, inherited = arguments.worker
    lent = LentSockets()
    async with contextlib.AsyncExitStack() as stack:
        parley = await stack.enter_async_context(open_parley(config))
        admin = None if line is not None else await _first_admin(parley.store, config)
        port = await stack.enter_async_context(
            listening(parley, config.server.host, config.server.port, inherited, lent)
        )
        if line is not None:
            await stack.enter_async_context(reporting(line, stop, lent))
        else:
            _say_address(config.public_url_at(port), admin)
        return await parley.serve_until(stop)


async def _serve_by_workers(config: Any) -> int:
    from gateway.config import check_workers
    from gateway.seat import seat_of, seated
    from gateway.store import open_store
    from gateway.workers import Workers, open_sockets

    check_workers(config)
    await _check_room(config)
    with seated(seat_of(config), f"the data directory {config.data}"):
        store = await open_store(config.database_url, seals=config.seals())
        try:
            admin = await _first_admin(store, config)
        finally:
            await store.close()
        server, stop = config.server, _stopped()
        sockets = open_sockets(server.host, server.port, server.workers)
        workers = Workers(lambda: [*program(), *sys.argv[1:]], sockets, server.drain)
        _on_hangup(stop, workers.roll)
        url = config.public_url_at(sockets[0][0].getsockname()[1])
        return 0 if await workers.run(stop, lambda: _say_address(url, admin)) else 1


async def _check_room(config: Any) -> None:
    """Raises ConfigError: the database has too few connections for our processes."""
    if not config.database_url.startswith("sqlite"):
        from gateway.store.room import check_room

        await check_room(config.database_url, config.server.workers)


def program() -> list[str]:
    """What a worker is begun by. Where the environment is run by a name that points at one version's folder, a reload
    begins what it points at by then (docs/operations/upgrading.md); a worker has the folder's own name, so that it goes
    on with the files of its own version while the name points elsewhere.
    """
    folder, python = Path(sys.argv[0]).absolute().parent, "python"
    if not (folder.parent / "pyvenv.cfg").is_file() or not (folder / python).exists():
        folder, python = Path(sys.executable).parent, Path(sys.executable).name
    return [str(folder.resolve() / python), "-m", "gateway"]


def _on_hangup(stop: asyncio.Event, otherwise: Callable[[], None]) -> None:
    """SIGHUP: a terminal that is closed takes with it what was started there; else somebody wants a reload."""
    if sys.platform != "win32":
        act = stop.set if sys.stdin is not None and sys.stdin.isatty() else otherwise
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, act)


async def reload(arguments: argparse.Namespace) -> None:
    from gateway.errors import ConfigError
    from gateway.seat import seat_of, who_sits

    config = _config(arguments, by_root=True)
    if config.database_url.startswith("sqlite"):
        raise ConfigError(
            "SQLite is served by one process: restart it; browsers come back by themselves within seconds"
        )
    process = who_sits(seat_of(config))
    if process is None:
        raise ConfigError(
            f"no `parley serve` with several workers runs from {config.data} on this machine; one process is restarted"
        )
    try:
        os.kill(process, signal.SIGHUP)
    except PermissionError as why:
        raise ConfigError(f"process {process} belongs to another user") from why
    print(f"process {process} replaces its workers one after another; its log says when that is done")


async def demo(arguments: argparse.Namespace) -> None:
    from gateway.demo import begin_anew
    from gateway.sandbox.demo import demo_config

    config = demo_config(_config(arguments, by_root=True), arguments.data)
    stop = _stopped()
    while await _play(config, stop):
        begin_anew(config)


async def _play(config: Any, stop: asyncio.Event) -> bool:
    """The demo until it is stopped (False) or shall begin anew (True)."""
    from gateway.app import listening, open_parley
    from gateway.demo import customer_seats, make_house, open_sandbox, providers, sign_in_links

    if not (config.data / "parley.db").exists():
        print("Half a year of an invented shop is told, once: this takes some seconds ...", flush=True)
    await make_house(config)
    async with providers(config) as (config, outside), open_parley(config) as parley:
        sandbox = open_sandbox(parley.store, config, outside, parley.channels)
        sandbox.hang(parley.web)
        async with listening(parley, config.server.host, config.server.port) as port:
            base = config.public_url_at(port)
            said = [f"Parley answers at {base}", "", "Sign in by one click, each link works once:"]
            for door in await sign_in_links(parley.store):
                said.append(f"  {door.role:<11} {base}/link/{door.secret}  {door.name}")
            said += ["", "Be a customer, in another window:"]
            said.append(f"  {base}{sandbox.path}  in a shop, as whom you like")
            said.append(f"  {base}{sandbox.path}/phones  on a phone, by SMS or WhatsApp")
            said.append(f"  {base}{sandbox.path}/mail  in a mail program")
            said += [
                f"  {base}{seat.path}  {seat.who}" for seat in await customer_seats(parley.store, config)
            ]
            said += ["", "Work beside the inbox:"]
            said.append(f"  {base}{sandbox.path}/slack  in a workspace that speaks as Slack does")
            said += ["", f"Ctrl-C stops it; what was said stays in {config.data}."]
            print("\n".join(said), flush=True)  # in one piece: the log goes to the same terminal
            return await sandbox.run(_reached(config, port), stop)


async def _first_admin(store: Any, config: Any) -> str | None:
    """The secret of the link that makes the first admin; None: there is one."""
    from inbox.auth.links import first_admin_link

    secret: str | None = await store.write(lambda tx: first_admin_link(tx, config.limits.link_kept))
    return secret


def _say_address(base: str, admin: str | None) -> None:
    """On standard output. Where that takes nothing (a full disk, a pipe that nobody reads), what is served goes on."""
    try:
        print(f"Parley answers at {base}", flush=True)
        if admin is not None:
            print(f"Make the first admin: {base}/link/{admin}", flush=True)
    except OSError as why:
        log.warning("standard output takes no words: %s", why)


def _stopped() -> asyncio.Event:
    """Set when the process is asked to end."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        if sys.platform != "win32":
            loop.add_signal_handler(each, stop.set)
    return stop


def _config(arguments: argparse.Namespace, *, by_root: bool = False) -> Any:
    """`by_root`: also for root beside the user that serves, because nothing is left in the data directory."""
    from gateway.config import load
    from gateway.errors import ConfigError
    from gateway.folders import owner_beside_root
    from gateway.logs import set_up

    config = load(
        arguments.config,
        data=arguments.data,
        host=getattr(arguments, "host", None),
        port=getattr(arguments, "port", None),
        workers=getattr(arguments, "workers", None),
    )
    set_up(config.log, verbose=arguments.verbose)
    if not by_root and (owner := owner_beside_root(config.data)) is not None:
        raise ConfigError(
            f"{config.data} belongs to {owner}, who cannot read what root makes there: sudo -u '{owner}' parley ..."
        )
    return config


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

    return await examine(_config(arguments, by_root=True))


async def backup(arguments: argparse.Namespace) -> None:
    from gateway.backup import backup as copy

    print(await copy(_config(arguments, by_root=True), arguments.file))


async def restore(arguments: argparse.Namespace) -> None:
    from gateway.backup import restore as put_back

    config = _config(arguments)
    print(await put_back(config, arguments.file, force=arguments.force, seals=config.seals()))


async def epoch(arguments: argparse.Namespace) -> None:
    from gateway.backup import new_epoch

    print(await new_epoch(_config(arguments)))


async def move(arguments: argparse.Namespace) -> None:
    from gateway.errors import ConfigError
    from gateway.move import move as carry_over
    from gateway.move import undo

    config = _config(arguments)
    if arguments.undo:
        print(undo(config, force=arguments.force))
        return
    if not arguments.to:
        raise ConfigError("parley move --to postgresql://user:password@host/database")
    print(await carry_over(config, arguments.to, arguments.media, _now_and_then()))


def _now_and_then() -> Callable[[str], None]:
    """Prints what is told; of one table's or one file store's progress (`what: so many ...`) a line a second, and the
    last one."""
    last: tuple[str, float] = ("", 0.0)
    kept = ""

    def say(line: str) -> None:
        nonlocal last, kept
        what, colon, _ = line.partition(": ")
        now = time.monotonic()
        if colon and what == last[0] and now - last[1] < 1:
            kept = line
            return
        if kept and what != last[0]:
            print(kept, flush=True)
        last, kept = (what, now), ""
        print(line, flush=True)

    return say


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


async def rotate_secrets(arguments: argparse.Namespace) -> None:
    from gateway.store.sealed import reseal

    async with _store(arguments) as store:
        if store.seals.file is not None:
            store.seals.renew()
        done, left = await store.write(reseal)
        while left:
            more, left = await store.write(reseal)
            done += more
    newest, *former = store.seals.ids
    print(f"{done} secrets were sealed anew; all are sealed with key {newest}")
    if not done and store.seals.file is None:
        print(
            "for another key, write it above this one in [secrets] key, start every process again, and rotate"
        )
    elif former:
        print(
            f"needed only for backups made before, to be taken away when they have expired: {', '.join(former)}"
        )


async def forget_secrets(arguments: argparse.Namespace) -> None:
    async with _store(arguments, forget=True) as store:
        print(f"what no key opened is given up, as said above; all is sealed with key {store.seals.ids[0]}")


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
async def _store(arguments: argparse.Namespace, *, forget: bool = False) -> Any:
    from gateway.store import open_store

    config = _config(arguments)
    store = await open_store(config.database_url, seals=config.seals(), forget=forget)
    try:
        yield store
    finally:
        await store.close()


if __name__ == "__main__":
    sys.exit(main())
