"""The command line: what each command prints is what works afterwards, also while Parley serves."""

import asyncio
import os
import re
import resource
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.__main__ import _now_and_then, main
from gateway.media import open_media
from inbox.auth import totp
from tests.servers.parley import Parley

Start = Callable[..., Parley]
FEW = {"PARLEY_SANDBOX__HISTORY": "60"}
"""Conversations that the demo invents; what its commands do is the same with all of them, and takes a while longer."""


@pytest.fixture(autouse=True)
def _somewhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No config.toml but the test's own."""
    monkeypatch.chdir(tmp_path)


def ask(server: Parley, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, Message]:
    data = None if body is None else orjson.dumps(body)
    request = urllib.request.Request(
        f"{server.url}/api/v1{path}",
        data,
        {"Content-Type": "application/json", "Origin": server.url, **headers},
    )
    request.method = method
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, orjson.loads(answer.read() or b"null"), answer.headers
    except urllib.error.HTTPError as answer:
        return answer.code, orjson.loads(answer.read()), answer.headers


def until_said(server: Parley, pattern: str) -> re.Match[str]:
    """What it prints may come a moment after it answers."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if found := re.search(pattern, server.said(), re.MULTILINE):
            return found
        time.sleep(0.02)
    raise AssertionError(f"it did not say {pattern}: {server.said()}")


def cookie(headers: Message) -> str:
    return str(headers["Set-Cookie"]).partition(";")[0]


# --- people ---------------------------------------------------------------------------------------------------------


def test_the_first_start_hands_out_the_first_admin_s_link(parley: Start) -> None:
    server = parley()
    link = until_said(server, r"Make the first admin: http://\S+/link/(\S+)$")[1]
    me = {"link": link, "name": "Ada", "email": "ada@example.com", "password": "correct horse battery"}
    status, answer, headers = ask(server, "POST", "/session/link", me)
    assert (status, answer["purpose"], answer["agent"]["role"]) == (200, "first_admin", "admin")
    status, answer, _ = ask(server, "GET", "/session", Cookie=cookie(headers))
    assert (status, answer["agent"]["email"]) == (200, "ada@example.com")
    assert ask(server, "POST", "/session/link", me)[0] == 404
    server.kill()
    server.log.write_bytes(b"")
    server.restart()
    until_said(server, "Parley answers at")
    assert "first admin" not in server.said()


def test_it_serves_where_standard_output_takes_nothing(parley: Start) -> None:
    server = parley(program=("sh", "-c", 'exec "$0" -m gateway "$@" > /dev/full', sys.executable))
    until_said(server, "standard output takes no words")
    assert server.ready() and server.process.poll() is None


def test_an_agent_added_while_it_serves_chooses_a_password(
    parley: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    server = parley()
    assert main(["agent", "add", "Min@Example.com", "--name", "민", "--data", str(server.data)]) == 0
    link = capsys.readouterr().out.rpartition("/link/")[2].strip()
    status, answer, _ = ask(
        server, "POST", "/session/link", {"link": link, "password": "korrekt pferd batterie"}
    )
    assert (status, answer["agent"]["name"], answer["agent"]["role"]) == (200, "민", "agent")
    again = {"email": "min@example.com", "password": "korrekt pferd batterie"}
    assert ask(server, "POST", "/session", again)[0] == 200


def test_nobody_is_added_twice(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["agent", "add", "min@example.com", "--data", "here"]) == 0
    assert "made here/parley.key" in capsys.readouterr().err, "the first command makes the key, and says so"
    assert main(["agent", "add", "MIN@example.com", "--data", "here"]) == 1
    said = (
        "parley: MIN@example.com is an agent already; for another link: parley agent reset MIN@example.com\n"
    )
    assert capsys.readouterr().err == said


def test_who_has_lost_password_and_authenticator_gets_back_in(
    parley: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    server = parley()
    data = ["--data", str(server.data)]

    def follow(password: str, **more: str) -> tuple[int, Any, Message]:
        link = capsys.readouterr().out.rpartition("/link/")[2].strip()
        return ask(server, "POST", "/session/link", {"link": link, "password": password, **more})

    main(["agent", "add", "ada@example.com", "--role", "admin", *data])
    phone = cookie(follow("correct horse battery")[2])
    key = ask(server, "POST", "/session/totp", {"password": "correct horse battery"}, Cookie=phone)[1][
        "secret"
    ]
    code = totp.code(key, int(time.time() * 1000) // totp.STEP)
    assert ask(server, "PUT", "/session/totp", {"code": code}, Cookie=phone)[0] < 300
    assert main(["agent", "reset", "Ada@example.com", *data]) == 0
    status, answer, _ = follow("another fine horse")
    assert (status, answer["text"]) == (401, "errors.totp_needed"), "a link alone leaves the second factor"
    assert main(["agent", "reset", "ada@example.com", "--second-factor", *data]) == 0
    assert ask(server, "GET", "/session", Cookie=phone)[0] == 401
    status, answer, headers = follow("another fine horse")
    assert (status, answer["agent"]["role"]) == (200, "admin")
    assert ask(server, "GET", "/session", Cookie=cookie(headers))[1]["second_factor"] is False


def test_a_reset_says_what_it_did_and_whom_it_does_not_know(capsys: pytest.CaptureFixture[str]) -> None:
    main(["agent", "add", "min@example.com", "--data", "here"])
    assert main(["agent", "reset", "min@example.com", "--second-factor", "--data", "here"]) == 0
    assert "min@example.com had no second factor\n" in capsys.readouterr().out
    assert main(["agent", "reset", "nobody@example.com", "--data", "here"]) == 1
    assert capsys.readouterr().err == "parley: no agent has the address nobody@example.com\n"


def test_a_token_acts_for_its_agent(parley: Start, capsys: pytest.CaptureFixture[str]) -> None:
    server = parley()
    data = ["--data", str(server.data)]
    main(["agent", "add", "bot@example.com", "--role", "supervisor", *data])
    capsys.readouterr()
    assert main(["token", "create", "bot@example.com", *data]) == 0
    token = capsys.readouterr().out.strip()
    status, answer, _ = ask(server, "GET", "/conversations?status=open", Authorization=f"Bearer {token}")
    assert (status, answer["conversations"]) == (200, [])
    assert ask(server, "GET", "/conversations", Authorization="Bearer parley_wrong")[0] == 401


def test_a_token_needs_an_agent(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", "create", "nobody@example.com", "--data", "here"]) == 1
    assert "nobody@example.com" in capsys.readouterr().err


# --- the demo -------------------------------------------------------------------------------------------------------


def test_the_demo_s_links_sign_in_at_one_click(parley: Start) -> None:
    server = parley(command="demo", **FEW)
    until_said(server, "Ctrl-C")
    for role in ("agent", "supervisor", "admin"):
        link = until_said(server, rf"^ +{role} +\S+/link/(\S+)")[1]
        status, answer, headers = ask(server, "POST", "/session/link", {"link": link})
        assert (status, answer["purpose"], answer["agent"]["role"]) == (200, "demo", role)
        _, listed, _ = ask(server, "GET", "/conversations?status=open", Cookie=cookie(headers))
        assert listed["conversations"], role
        assert ask(server, "POST", "/session/link", {"link": link})[0] == 404
    chat = until_said(server, r"^ +http://[^/]+(/chat/\S+) +somebody new$")[1]
    with urllib.request.urlopen(server.url + chat, timeout=10) as page:
        assert "text/html" in page.headers["Content-Type"]


def test_the_demo_goes_on_at_its_second_start(parley: Start) -> None:
    server = parley(command="demo", **FEW)
    first = until_said(server, r"/link/(\S+)")[1]
    server.process.terminate()
    assert server.process.wait(10) == 0
    server.log.write_bytes(b"")
    server.restart()
    assert until_said(server, r"/link/(\S+)")[1] != first
    assert ask(server, "POST", "/session/link", {"link": first})[0] == 404


# --- the rest -------------------------------------------------------------------------------------------------------


def test_migrate_makes_the_database(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate", "--data", "here"]) == 0
    assert "ready" in capsys.readouterr().out
    assert Path("here/parley.db").exists()


def test_the_doctor_s_verdict_is_the_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.toml").write_text('[channels.web]\ntype = "webchat"\n[server]\nport = 0\n')
    assert main(["doctor"]) == 0
    (tmp_path / "config.toml").write_text('[channels.web]\ntype = "pigeon"\n')
    assert main(["doctor"]) == 1
    assert "there is no channel type 'pigeon'" in capsys.readouterr().out


@pytest.mark.parametrize(
    "command", [["serve"], ["migrate"], ["restore", "kept.zip"], ["token", "create", "a@b.c"]]
)
def test_root_leaves_nothing_where_another_user_serves(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    """A restore by root would be a database that the service cannot open."""
    owned_by_another(Path("here"), monkeypatch)
    assert main([*command, "--data", "here"]) == 1
    assert "who cannot read what root makes there: sudo -u '" in capsys.readouterr().err
    assert not [*Path("here").iterdir()]


def owned_by_another(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(folder, 65_533, 65_533)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 0)


@pytest.mark.parametrize("command", ["serve", "demo", "doctor", "migrate"])
def test_a_fault_in_the_file_is_one_line_not_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    (tmp_path / "config.toml").write_text("[sever]\nport = 1\n")
    assert main([command]) == 1
    assert capsys.readouterr().err == "parley: config.toml: sever: unknown key; did you mean 'server'?\n"


def test_a_port_that_is_taken_is_said_so(parley: Start, capsys: pytest.CaptureFixture[str]) -> None:
    server = parley()
    port = server.url.rpartition(":")[2]
    assert main(["serve", "--port", port, "--data", "elsewhere"]) == 1
    assert "another program has it" in capsys.readouterr().err


def test_a_wrong_command_shows_the_right_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["sevre"])
    assert "serve" in capsys.readouterr().err


def test_a_backup_while_it_serves_and_the_way_back(
    parley: Start, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = parley(command="demo", **FEW)
    until_said(server, "Ctrl-C")
    kept, elsewhere = str(tmp_path / "kept.zip"), ["--data", str(tmp_path / "elsewhere")]
    assert main(["backup", kept, "--data", str(server.data)]) == 0
    assert main(["backup", kept, "--data", str(server.data)]) == 1
    assert "exists already" in capsys.readouterr().err
    assert main(["restore", kept, *elsewhere]) == 0
    assert main(["restore", kept, *elsewhere]) == 1
    assert "--force" in capsys.readouterr().err
    assert main(["restore", kept, "--force", *elsewhere]) == 0
    assert "before it is started" in capsys.readouterr().out, "the key is in no backup: it is brought along"
    shutil.copy(server.data / "parley.key", elsewhere[1])
    assert main(["token", "create", "sora@haru.example", *elsewhere]) == 0


@contextmanager
def full_beyond(size: int) -> Iterator[None]:
    """No file grows over so many bytes: as by a full disk (EFBIG in place of ENOSPC)."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize(
    ("room", "said"), [(50_000, "cannot be copied into"), (3_000_000, "cannot be written")]
)
def test_a_backup_that_finds_no_room_says_so_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], room: int, said: str
) -> None:
    assert main(["migrate", "--data", "here"]) == 0

    async def keep() -> None:
        media = open_media("disk:media", Path("here"))
        await media.put(os.urandom(4_000_000), limit=None)
        await media.close()

    asyncio.run(keep())
    capsys.readouterr()
    with full_beyond(room):
        assert main(["backup", "there/kept.zip", "--data", "here"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("parley: ") and said in line and "there" in line
    assert not list(Path("there").iterdir())
    assert main(["backup", "there/kept.zip", "--data", "here"]) == 0
    (there := Path("again")).mkdir()
    capsys.readouterr()
    with full_beyond(50_000):
        assert main(["restore", "there/kept.zip", "--data", str(there)]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not (there / "parley.db").exists()


def test_what_the_system_refuses_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate", "--data", "here"]) == 0
    Path("here/parley.db.move").mkdir()
    capsys.readouterr()
    assert main(["move", "--to", "postgresql://127.0.0.1:1/none", "--data", "here"]) == 1
    assert capsys.readouterr().err == "parley: here/parley.db.move: Is a directory\n"


def test_erasing_somebody_who_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["erase", "nobody", "--data", "here"]) == 1
    assert "nobody" in capsys.readouterr().err


def test_the_key_of_the_secrets_is_changed_while_it_serves(
    parley: Start, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = parley()
    data = ("--data", str(server.data))
    link = until_said(server, r"/link/(\S+)")[1]
    body = {"link": link, "name": "Ada", "email": "ada@example.com", "password": "a fine horse 3"}
    status, _, headers = ask(server, "POST", "/session/link", body)
    assert status == 200
    signed = {"Cookie": cookie(headers)}
    key = ask(server, "POST", "/session/totp", {"password": "a fine horse 3"}, **signed)[1]["secret"]
    assert main(["secrets", "rotate", *data]) == 0
    said = capsys.readouterr().out
    assert "2 secrets were sealed anew" in said
    newest, former = (server.data / "parley.key").read_text().split()
    assert newest not in said and former not in said
    # The running process finds the newer key by itself.
    code = totp.code(key, int(time.time() * 1000) // totp.STEP)
    assert ask(server, "PUT", "/session/totp", {"code": code}, **signed)[0] == 200
    assert key.encode() not in b"".join(file.read_bytes() for file in server.data.glob("parley.db*"))
    server.kill()
    (server.data / "parley.key").write_text(former + "\n")
    assert main(["migrate", *data]) == 1
    assert "parley secrets forget" in capsys.readouterr().err
    assert main(["secrets", "forget", *data]) == 0
    assert main(["migrate", *data]) == 0


def test_a_key_that_is_given_is_changed_by_whoever_gives_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PARLEY_SECRETS__KEY", "o" * 32)
    assert main(["migrate"]) == 0
    assert main(["secrets", "rotate"]) == 0
    assert "write it above this one" in capsys.readouterr().out
    (tmp_path / "keys").write_text(f"{'n' * 32}\n{'o' * 32}\n")
    monkeypatch.delenv("PARLEY_SECRETS__KEY")
    monkeypatch.setenv("PARLEY_SECRETS__KEY_FILE", str(tmp_path / "keys"))
    assert main(["secrets", "rotate"]) == 0
    assert "1 secrets were sealed anew" in capsys.readouterr().out
    monkeypatch.delenv("PARLEY_SECRETS__KEY_FILE")
    monkeypatch.setenv("PARLEY_SECRETS__KEY", "n" * 32)
    assert main(["migrate"]) == 0
    assert not (tmp_path / "data" / "parley.key").exists()


# --- to another database --------------------------------------------------------------------------------------------


def test_a_move_says_what_to_change_and_the_old_one_where_it_went(
    tmp_path: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    old = ["--data", str(tmp_path / "data")]
    assert main(["migrate", *old]) == 0
    assert main(["move", *old]) == 1
    assert "parley move --to postgresql://" in capsys.readouterr().err
    assert main(["move", "--undo", *old]) == 0
    assert "is not being moved" in capsys.readouterr().out
    assert main(["move", "--to", postgres_url, "--media", "disk:data/new", *old]) == 0
    told = capsys.readouterr().out
    assert "proven equal" in told
    assert 'url = "postgresql://127.0.0.1' in told
    assert f'store = "disk:{tmp_path / "data/new"}"' in told
    assert main(["migrate", *old]) == 1
    assert "was moved to postgresql://127.0.0.1" in capsys.readouterr().err
    assert main(["move", "--undo", *old]) == 1
    assert "--force" in capsys.readouterr().err


def test_of_a_table_s_progress_the_last_line_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    say = _now_and_then()
    for line in (
        "audit: 1 of about 3 rows",
        "audit: 2 of about 3 rows",
        "audit: 3 of about 3 rows",
        "files: 2",
    ):
        say(line)
    say("closed")
    said = ["audit: 1 of about 3 rows", "audit: 3 of about 3 rows", "files: 2", "closed"]
    assert capsys.readouterr().out.splitlines() == said
