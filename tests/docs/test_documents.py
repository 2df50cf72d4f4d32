"""What the documents promise is so: samples run, commands and links exist, configurations load."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from gateway import live
from gateway.__main__ import _parser
from gateway.channels._vouch import read_vouch
from gateway.channels.registry import validate
from gateway.config import load
from gateway.followers.signing import headers
from gateway.stream.hook_pace import AGAIN_AFTER
from gateway.stream.hooks import KINDS, new_secret
from inbox import wire
from static import bundle

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
SECRET = "a secret of more than thirty-two characters"
NAMES = [page.name for page in PAGES]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def signing(language: str, mark: str) -> str:
    (found,) = [block for block in blocks(ROOT / "docs/webchat.md", language) if mark in block]
    return found


def check_vouch(token: str) -> None:
    user = read_vouch(token, [SECRET.encode()], int(time.time() * 1000))
    assert (user.user_id, user.name, user.email) == ("u1", "이지은", "ji@example.com")


def test_the_python_sample_signs() -> None:
    room: dict[str, object] = {}
    exec(signing("python", "def vouch"), room)
    vouch = room["vouch"]
    assert callable(vouch)
    check_vouch(vouch(SECRET, "u1", "이지은", "ji@example.com"))


def test_the_node_sample_signs(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    program = tmp_path / "sample.cjs"
    call = f'console.log(vouch("{SECRET}", "u1", "이지은", "ji@example.com"));'
    program.write_text(signing("js", "function vouch") + call, "utf-8")
    bundle.run_node(program)
    check_vouch(capfd.readouterr().out.strip())


def test_the_samples_take_our_webhooks(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    secret, body = new_secret(), '{"text": "배송"}'.encode()
    said = headers([new_secret(), secret], "evt_1", int(time.time()), body)
    page = ROOT / "docs/webhooks.md"
    (python,) = [block for block in blocks(page, "python") if "def take" in block]
    room: dict[str, Any] = {}
    exec(python, room)
    assert room["take"](body, said, secret) == {"text": "배송"}
    with pytest.raises(WebhookVerificationError):
        room["take"](body + b" ", said, secret)
    (js,) = [block for block in blocks(page, "js") if "function take" in block]
    calls = "\n".join(
        f"try {{ console.log(take(Buffer.from({text!r}), {json.dumps(said)}, {json.dumps(secret)}).text); }}"
        " catch (error) { console.log(error.message); }"
        for text in (body.decode(), body.decode() + " ")
    )
    program = tmp_path / "sample.cjs"
    program.write_text(js + calls, "utf-8")
    bundle.run_node(program)
    assert capfd.readouterr().out.split("\n")[:2] == ["배송", "not from Parley"]


def test_the_webhooks_page_names_every_kind_and_wait() -> None:
    said = (ROOT / "docs/webhooks.md").read_text("utf-8")
    assert not [kind for kind in KINDS if f"`{kind}`" not in said]
    waits = [wait // 1000 for wait in AGAIN_AFTER]
    assert waits == [5, 30, *(60 * n for n in (2, 5, 15, 30)), *(3600 * n for n in (1, 2, 4, 8, 12, 24, 24))]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_the_configurations_load(page: Path, tmp_path: Path) -> None:
    for number, text in enumerate(blocks(page, "toml")):
        file = tmp_path / f"{number}.toml"
        file.write_text(text.replace('"..."', f'"{SECRET}"'), "utf-8")
        for account, section in load(file, environ={}).channels.items():
            validate(account, section)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    local = [
        link
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)|src=\"(docs/[^\"]+)\"", text)
        if not (link[0] or link[1]).startswith("http")
    ]
    missing = [link for link in local if not (page.parent / (link[0] or link[1])).exists()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_exists(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = re.findall(
        r"(?:`|^|bin/|&& )parley ([a-z]+(?: (?:add|create))?)", page.read_text("utf-8"), re.MULTILINE
    )
    for command in set(said):
        with pytest.raises(SystemExit) as ended:
            _parser().parse_args([*command.split(), "--help"])
        assert ended.value.code == 0, command
    capsys.readouterr()


def test_every_close_code_is_told() -> None:
    page = (ROOT / "docs/wire.md").read_text("utf-8")
    told = {int(code) for code in re.findall(r"^\| (\d{4}) \|", page, re.MULTILINE)}
    named = [*vars(live).items(), *vars(wire).items()]
    ours = {code for name, code in named if name.startswith("CLOSE_") and name != "CLOSE_GRACE"}
    assert ours <= told


def test_every_word_of_the_page_s_script_is_in_the_loader() -> None:
    loader = (ROOT / "static/src/widget/loader.ts").read_text("utf-8")
    samples = "\n".join(blocks(ROOT / "docs/webchat.md", "js") + blocks(ROOT / "docs/webchat.md", "html"))
    called = set(re.findall(r"[pP]arley\.(\w+)\(", samples))
    assert called
    assert not [name for name in called if f"{name}:" not in loader]
    assert {"account", "vouch", "lang"} >= set(re.findall(r"data-(\w+)=", samples))
