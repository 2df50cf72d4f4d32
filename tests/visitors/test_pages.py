"""What other people's sites load from us: the script, the button's dress, the chat page with its policy."""

import gzip
import json
import re

import pytest

from gateway.bundle import bundle, folder
from gateway.channels._colour import colours
from gateway.channels.webchat import ICONS
from gateway.visitors.pages import choose_language
from tests.visitors.conftest import SITE, Shop, open_shop
from tests.visitors.test_say import png

KB = 1024
BEFORE, IN_ALL = 7 * KB, 29 * KB
"""Bytes, compressed: what a page loads before the chat is opened, and with it. PERFORMANCE.md allows 10 and 30."""


async def test_the_script_is_small_cached_and_may_be_loaded_from_anywhere(shop: Shop):
    http = shop.browser().http
    plain = await http.get("/widget.js", headers={"Accept-Encoding": "identity"})
    packed = await http.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert await plain.read() == await packed.read() == (folder() / "widget.js").read_bytes()
    assert packed.headers["Content-Encoding"] == "gzip"
    for answer in (plain, packed):
        assert answer.content_type == "text/javascript"
        assert "max-age=" in answer.headers["Cache-Control"]
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Accept-Encoding" in answer.headers["Vary"]
    again = await http.get("/widget.js", headers={"If-None-Match": plain.headers["ETag"]})
    assert again.status == 304 and not await again.read()


def test_the_widget_is_light():
    def packed(*names: str | None) -> int:
        return sum(len(gzip.compress((folder() / name).read_bytes(), 9)) for name in names if name)

    app = bundle().widget
    assert packed("widget.js") <= BEFORE
    assert packed("widget.js", app.script, *app.chunks, app.style) <= IN_ALL


def test_the_customers_words_do_without_korean_particles_whose_rules_they_would_have_to_load():
    assert "}{" not in (folder() / "i18n/widget.ko.json").read_text()


async def test_what_the_chat_needs_at_once_is_asked_for_at_once_and_the_rest_when_it_is_wanted(shop: Shop):
    text = await (await shop.browser().http.get("/chat/web")).text()
    app = bundle().widget
    assert re.findall(r'<link rel="modulepreload" href="/static/([^"]+)">', text) == list(app.chunks)
    assert re.findall(r'<script type="module" src="/static/([^"]+)">', text) == [app.script]
    later = [name for name in folder().glob("later-*.js") if name.name not in text]
    assert len(later) == 1


def test_the_chat_wears_the_houses_tokens_and_only_those_it_names():
    style = (folder() / (bundle().widget.style or "")).read_text()
    source = folder().parent / "src"
    house = (source / "shared/tokens.css").read_text()
    later = "".join(path.read_text() for path in sorted((source / "widget").rglob("*.sheet")))
    set_here, named = (
        set(re.findall(r"(--[\w-]+):", style)),
        set(re.findall(r"var\((--[\w-]+)", style + later)),
    )
    tokens = set(re.findall(r"^ *(--[\w-]+):", house, re.M))
    assert named & tokens <= set_here, "what it names it has"
    assert set_here & tokens <= named, "what nobody names is not sent"
    assert len(set_here & tokens) > 20


async def test_the_accounts_picture_is_kept_by_its_content(tmp_path):
    face = tmp_path / "face.png"
    face.write_bytes(png(8, 8))
    async with open_shop(f"sqlite:///{tmp_path}/a.db", tmp_path, picture=str(face)) as shop:
        browser = shop.browser()
        digest = (await browser.arrive())["settings"]["picture"]
        named = await browser.http.get(f"/chat/web/picture?{digest}")
        assert await named.read() == png(8, 8) and named.content_type == "image/png"
        assert "immutable" in named.headers["Cache-Control"]
        assert named.headers["X-Content-Type-Options"] == "nosniff"
        assert "immutable" not in (await browser.http.get("/chat/web/picture")).headers["Cache-Control"]
        assert (await browser.http.get("/chat/second/picture")).status == 404


@pytest.mark.parametrize(("asked", "language"), [({}, "ko"), ({"lang": "en"}, "en")])
async def test_an_account_may_insist_on_its_language_unless_the_page_asks(tmp_path, asked, language):
    async with open_shop(f"sqlite:///{tmp_path}/a.db", tmp_path, language="ko") as shop:
        text = await (await shop.browser().http.get("/chat/web", params=asked)).text()
        assert f'<html lang="{language}">' in text


async def test_the_button_knows_its_colour_and_nothing_else(shop: Shop):
    answer = await shop.browser().http.get("/chat/web/button.js")
    text = await answer.text()
    told = re.fullmatch(r"self\.ParleyDress&&ParleyDress\((.*)\);\n", text)
    assert told and json.loads(told[1]) == {
        "account": "web",
        "colours": colours("#3b5bdb"),
        "side": "right",
        "offset": [20, 20],
        "icon": ICONS["chat"],
        "language": "",
        "origins": [SITE],
    }
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


async def test_the_chat_page_lets_only_allowed_sites_embed_it_and_runs_nothing_foreign(shop: Shop):
    for account, ancestors in (("web", f"'self' {SITE}"), ("second", "'self'")):
        answer = await shop.browser().http.get(f"/chat/{account}")
        policy = dict(
            part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";")
        )
        assert policy["frame-ancestors"] == ancestors
        assert policy["default-src"] == "'none'" and policy["script-src"] == policy["style-src"] == "'self'"
        assert "X-Frame-Options" not in answer.headers
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_page_speaks_the_sites_language(shop: Shop):
    http = shop.browser().http
    for query, accepted, language, title in (
        ({"lang": "ko-KR"}, "en", "ko", "하나상점"),
        ({}, "de, ko;q=0.9, en;q=0.8", "ko", "하나상점"),
        ({"lang": "fr"}, "", "en", "Hana Shop"),
    ):
        text = await (await http.get("/chat/web", params=query, headers={"Accept-Language": accepted})).text()
        assert f'<html lang="{language}">' in text and f"<title>{title}</title>" in text
        words = re.search(r'<script type="application/json" id="words">(.*?)</script>', text)
        assert words and json.loads(words[1]) == json.loads(
            (folder() / "i18n" / f"widget.{language}.json").read_text()
        )


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        (None, None, "en"),
        ("", "ko", "ko"),
        ("KO", "en", "ko"),
        ("xx", "en;q=0.2,ko;q=x,ko;q=0.9", "ko"),
        (None, ";q=,,;;q=1" * 100, "en"),
    ],
)
def test_a_language_is_always_found(asked: str | None, accepted: str | None, language: str):
    assert choose_language(asked, accepted) == language


async def test_a_title_that_is_markup_stays_a_title(tmp_path):
    title = {"en": '</title><script>alert("1")</script>'}
    async with open_shop(f"sqlite:///{tmp_path}/a.db", tmp_path, title=title) as shop:
        text = await (await shop.browser().http.get("/chat/web")).text()
        assert "<script>alert" not in text and "&lt;script&gt;alert" in text
