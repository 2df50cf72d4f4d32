"""Several processes behind one port: begun together, replaced when they die or are asked to go, ended together."""

import asyncio
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from gateway.__main__ import main, program
from gateway.config import Config, Database, Redis, Server, check_workers
from gateway.errors import ConfigError
from gateway.workers import Workers, open_sockets
from tests.servers.parley import Parley
from tests.world import until

Start = Callable[..., Parley]
POSTGRES = Database(url=SecretStr("postgresql://parley@host/parley"))
SEVERAL = Config(server=Server(workers=2))
ROOT = Path(__file__).parents[2]
WORKER = """
import asyncio, os, signal, sys
from gateway.workers import reporting
line, _, sockets = sys.argv[sys.argv.index("--worker") + 1].partition(":")
async def main():
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async def said(reader, writer):
        writer.write(f"{os.getpid()}\\n".encode())
        writer.close()
    server = await asyncio.start_server(said, sock=__import__("socket").socket(fileno=int(sockets)))
    async with reporting(int(line), stop):
        await stop.wait()
    server.close()
    await asyncio.sleep(0.1)  # who was taken in is answered
asyncio.run(main())
"""
"""Answers every connection with its process id."""
HELPER = """
import asyncio, os, signal, socket, sys
from aiohttp import web
from gateway.serving import LentSockets, Runner
from gateway.workers import reporting
line, _, number = sys.argv[sys.argv.index("--worker") + 1].partition(":")
async def said(request):
    return web.Response(text=str(os.getpid()))
async def main():
    stop, lent, app = asyncio.Event(), LentSockets(), web.Application()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    app.router.add_get("/", said)
    runner = Runner(app)
    await runner.setup()
    await web.SockSite(runner, socket.socket(fileno=int(number))).start()
    lent.answer_by(runner)
    async with reporting(int(line), stop, lent):
        await stop.wait()
    await runner.cleanup()
asyncio.run(main())
"""
"""Answers every request with its process id, and on what it is lent."""
FAULTY = "import sys; sys.exit(3)"
KILLED = "import os; os.kill(os.getpid(), 9)"


def until_said(server: Parley, pattern: str, times: int = 1) -> list[str]:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if len(found := re.findall(pattern, server.said(), re.MULTILINE)) >= times:
            return found
        time.sleep(0.02)
    raise AssertionError(f"it did not say {pattern} {times} times: {server.said()}")


# --- what is possible -----------------------------------------------------------------------------------------------


def test_sqlite_is_one_process_s(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--workers", "2", "--port", "0", "--data", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "workers = 2: several processes need PostgreSQL" in said
    assert "parley move --to postgresql://" in said
    assert not (tmp_path / "parley.db").exists()


def test_without_redis_processes_do_not_hear_of_each_other() -> None:
    with pytest.raises(ConfigError, match=r"\[redis\] url is empty"):
        check_workers(SEVERAL.model_copy(update={"database": POSTGRES}))
    redis = Redis(url=SecretStr("redis://127.0.0.1"))
    check_workers(SEVERAL.model_copy(update={"database": POSTGRES, "redis": redis}))


# --- the sockets ----------------------------------------------------------------------------------------------------


def test_every_worker_has_sockets_of_its_own_for_one_port() -> None:
    opened = open_sockets("127.0.0.1", 0, 3)
    (port,) = {each.getsockname()[1] for mine in opened for each in mine}
    assert port
    with pytest.raises(ConfigError, match=f"cannot listen on 127.0.0.1 port {port}"):
        open_sockets("127.0.0.1", port, 2)
    for each in (each for mine in opened for each in mine):
        each.close()


# --- the parent -----------------------------------------------------------------------------------------------------


async def answered_by(port: int) -> int:
    """The process that takes a new connection."""
    async with asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        said = await reader.readline()
        writer.close()
    return int(said)


async def test_what_waits_for_a_worker_that_died_is_taken_by_the_next(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nothing is reset: the sockets are the parent's."""
    sockets = open_sockets("127.0.0.1", 0, 2)
    port, stop, up = sockets[0][0].getsockname()[1], asyncio.Event(), asyncio.Event()
    workers = Workers(lambda: [sys.executable, "-c", WORKER], sockets, 0)
    running = asyncio.create_task(workers.run(stop, up.set))
    await up.wait()
    before = {await answered_by(port) for _ in range(40)}
    assert len(before) == 2
    dying = min(before)
    os.kill(dying, signal.SIGSTOP)
    waiting = [asyncio.create_task(answered_by(port)) for _ in range(40)]
    await asyncio.sleep(0.1)
    os.kill(dying, signal.SIGKILL)
    after = set(await asyncio.gather(*waiting))
    assert dying not in after and len(after) == 2
    assert f"(process {dying}) ended with signal SIGKILL; another begins" in caplog.text
    stop.set()
    assert await running


async def told_by(port: int, patience: float = 20) -> int:
    """The process that answers a request on a new connection. Raises TimeoutError."""
    async with asyncio.timeout(patience):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
            said = await reader.read()
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
    return int(said.rpartition(b"\r\n")[2])


async def test_while_a_worker_is_missing_the_others_answer_in_its_place() -> None:
    sockets = open_sockets("127.0.0.1", 0, 2)
    port, stop, up = sockets[0][0].getsockname()[1], asyncio.Event(), asyncio.Event()
    programs = [HELPER, HELPER, "import time; time.sleep(60)", HELPER]
    workers = Workers(lambda: [sys.executable, "-c", programs.pop(0)], sockets, 0)
    running = asyncio.create_task(workers.run(stop, up.set))
    await up.wait()
    dying, staying = sorted({await told_by(port) for _ in range(40)})
    os.kill(dying, signal.SIGSTOP)
    waiting = [asyncio.create_task(told_by(port)) for _ in range(40)]
    await asyncio.sleep(0.1)
    os.kill(dying, signal.SIGKILL)
    assert set(await asyncio.gather(*waiting)) == {staying}
    assert {await told_by(port) for _ in range(40)} == {staying}
    # The one in its place never answers; the next one does, and has its sockets for itself.
    await until(lambda: dying not in {each.process.pid for each in workers._at})
    (slow,) = {each.process.pid for each in workers._at} - {staying}
    os.kill(slow, signal.SIGKILL)
    async with asyncio.timeout(20):
        while len(seen := {await told_by(port) for _ in range(40)}) == 1:
            pass
    (new,) = seen - {staying}
    os.kill(new, signal.SIGSTOP)
    found: list[int | BaseException] = []
    async with asyncio.timeout(20):
        while not any(isinstance(one, TimeoutError) for one in found):
            asked = (told_by(port, 1) for _ in range(20))
            found = await asyncio.gather(*asked, return_exceptions=True)
    assert staying in found
    os.kill(new, signal.SIGCONT)
    stop.set()
    assert await running


async def test_a_roll_lets_no_connection_be_refused() -> None:
    sockets = open_sockets("127.0.0.1", 0, 2)
    port, stop, up = sockets[0][0].getsockname()[1], asyncio.Event(), asyncio.Event()
    workers = Workers(lambda: [sys.executable, "-c", WORKER], sockets, 0)
    running = asyncio.create_task(workers.run(stop, up.set))
    await up.wait()
    old = {await answered_by(port) for _ in range(40)}
    workers.roll()
    seen: set[int] = set()
    while len(seen - old) < 2:
        seen.add(await answered_by(port))
    async with asyncio.timeout(20):
        while old & {await answered_by(port) for _ in range(40)}:
            pass
    stop.set()
    assert await running


async def test_a_roll_or_a_death_while_nothing_can_begin_leaves_those_that_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As when the program is being replaced on the disk, or the machine has no room for a process."""
    program = tmp_path / "python"
    program.symlink_to(sys.executable)
    sockets = open_sockets("127.0.0.1", 0, 2)
    port, stop, up = sockets[0][0].getsockname()[1], asyncio.Event(), asyncio.Event()
    workers = Workers(lambda: [str(program), "-c", WORKER], sockets, 0)
    running = asyncio.create_task(workers.run(stop, up.set))
    await up.wait()
    pids = {await answered_by(port) for _ in range(40)}
    program.unlink()
    workers.roll()
    await until(lambda: "worker 1 cannot begin" in caplog.text)
    assert {await answered_by(port) for _ in range(40)} == pids
    os.kill(killed := min(pids), signal.SIGKILL)
    await until(lambda: caplog.text.count("cannot begin") > 2)
    program.symlink_to(sys.executable)
    async with asyncio.timeout(30):
        while killed in (seen := {await answered_by(port) for _ in range(40)}) or len(seen) < 2:
            pass
    stop.set()
    assert await running


def test_each_worker_is_of_the_version_that_is_named_when_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An environment for each version, and a name that is turned to the next one (docs/operations/upgrading.md)."""
    for version in ("1", "2"):
        place = tmp_path / version
        (place / "bin").mkdir(parents=True)
        (place / "pyvenv.cfg").touch()
        (place / "bin/python").symlink_to(sys.executable)
    named = tmp_path / "venv"
    named.symlink_to("1")
    monkeypatch.setattr(sys, "argv", [str(named / "bin/parley"), "serve"])
    assert program() == [str(tmp_path.resolve() / "1/bin/python"), "-m", "gateway"]
    named.unlink()
    named.symlink_to("2")
    assert program() == [str(tmp_path.resolve() / "2/bin/python"), "-m", "gateway"]
    monkeypatch.setattr(sys, "argv", [str(ROOT / "gateway/__main__.py"), "serve"])
    begun = Path(sys.executable)
    assert program()[0] == str(begun.parent.resolve() / begun.name), "python -m gateway: by the same python"


@pytest.mark.parametrize(("program", "end"), [(FAULTY, "code 3"), (KILLED, "signal SIGKILL")])
async def test_workers_that_cannot_begin_end_the_parent(
    program: str, end: str, caplog: pytest.LogCaptureFixture
) -> None:
    """And it says so: who was killed (for want of memory, at worst) cannot."""
    sockets = open_sockets("127.0.0.1", 0, 2)
    workers = Workers(lambda: [sys.executable, "-c", program], sockets, 0)
    assert not await workers.run(asyncio.Event(), lambda: pytest.fail("nobody answers"))
    assert caplog.text.count(f"ended with {end} before it answered: none is begun") == 2


async def test_a_worker_ends_with_its_parent() -> None:
    """Else it would hold the port when the parent was killed and is begun anew."""
    ours, theirs = socket.socketpair()
    listener = socket.create_server(("127.0.0.1", 0))
    with theirs:
        numbers = [theirs.fileno(), listener.fileno()]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", WORKER, "--worker", f"{numbers[0]}:{numbers[1]}"),
            pass_fds=numbers,
            cwd=ROOT,
        )
    listener.close()
    reader, writer = await asyncio.open_connection(sock=ours)
    assert await reader.read(1) == b"."
    writer.close()
    async with asyncio.timeout(20):
        assert await process.wait() == 0


# --- the whole program ----------------------------------------------------------------------------------------------


@pytest.mark.timeout(120)
def test_two_workers_answer_die_are_replaced_and_end(
    parley: Start, postgres_url: str, valkey_url: str
) -> None:
    settings = {"PARLEY_DATABASE__URL": postgres_url, "PARLEY_REDIS__URL": valkey_url}
    # The workers are programs of their own, of this checkout.
    server = parley("--workers", "2", PYTHONPATH=str(ROOT), **settings)
    until_said(server, "^Parley answers at")
    until_said(server, "^Make the first admin")
    killed = children(server)[0]
    os.kill(killed, signal.SIGKILL)
    until_said(server, rf"\(process {killed}\) ended with signal SIGKILL; another begins")
    assert server.ready()
    until_told(server, {'worker="1"', 'worker="2"'})
    command = [sys.executable, "-m", "gateway", "reload", "--data", str(server.data)]
    before = children(server)
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **settings}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    until_said(server, "all workers have been replaced")
    assert not set(before) & set(children(server))
    until_told(server, {'worker="1"', 'worker="2"'})
    server.process.terminate()
    assert server.process.wait(30) == 0
    assert len(until_said(server, "^Parley answers at")) == 1, "said once, by the parent"
    server.restart()
    until_said(server, "^Parley answers at", 2)
    server.process.terminate()
    assert server.process.wait(30) == 0
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **settings}, capture_output=True, text=True)
    assert done.returncode == 1
    assert "no `parley serve` with several workers runs from" in done.stderr


def until_told(server: Parley, words: set[str]) -> None:
    """Whoever answers tells the figures of all of them; one that takes another's place has to begin first."""
    deadline = time.monotonic() + 45
    while True:
        with urllib.request.urlopen(f"{server.url}/metrics", timeout=10) as answer:
            told = answer.read().decode()
        if all(word in told for word in words):
            return
        assert time.monotonic() < deadline, told[:2000]


def children(server: Parley) -> list[int]:
    listed = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text()
    return [int(word) for word in listed.split()]


def test_a_second_process_on_one_sqlite_database_is_refused(parley: Start) -> None:
    server = parley()
    command = [sys.executable, "-m", "gateway", "serve", "--port", "0", "--data", str(server.data)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert f"this SQLite database is served by process {server.process.pid} already" in done.stderr
    assert server.ready()


def test_one_process_says_that_it_is_not_reloaded(parley: Start) -> None:
    server = parley()
    os.kill(server.process.pid, signal.SIGHUP)
    until_said(server, "one process serves: restart it")
    assert server.ready()
