"""Who serves from a place: one process at a time holds the lock of a file, which names it. The lock ends with the
process, however that ends (flock(2)); the file stays.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from gateway.config import Config
from gateway.errors import ConfigError
from gateway.folders import make_private, make_private_file


def seat_of(config: Config) -> Path:
    """A database file has one; of a server database each machine's data directory."""
    if config.database_url.startswith("sqlite:///"):
        path = Path(config.database_url.removeprefix("sqlite:///"))
        return path.with_name(f"{path.name}.seat")
    return config.data / f"parley.{socket.gethostname()}.seat"


class Taken(ConfigError):
    """Another process serves from here."""


@contextlib.contextmanager
def seated(file: Path, what: str) -> Iterator[None]:
    """Hold the seat. Raises Taken when somebody else does (`what` is served), ConfigError for a folder that cannot be
    used."""
    try:
        make_private(file.parent)
        make_private_file(file)
        number = os.open(file, os.O_RDWR)
    except OSError as why:
        raise ConfigError(f"{file}: {why.strerror}") from why
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Taken(f"{what} is served by process {_named(number)} already") from None
        os.ftruncate(number, 0)
        os.pwrite(number, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(number)


def who_sits(file: Path) -> int | None:
    """The process that serves from here; None: nobody."""
    with contextlib.suppress(FileNotFoundError):
        number = os.open(file, os.O_RDONLY)
        try:
            fcntl.flock(number, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(_named(number) or 0) or None
        finally:
            os.close(number)
    return None


def _named(number: int) -> str:
    return os.pread(number, 20, 0).decode().strip()
