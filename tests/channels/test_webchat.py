"""The web chat's adapter: its config, whom a site may vouch for, and which pages may embed it."""

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gateway.channels.base import Channel, ServesVisitors, Texts, VouchedUser
from gateway.channels.webchat import Webchat, WebchatConfig
from gateway.errors import SignatureError
from gateway.events import AccountId

VOUCHES = json.loads((Path(__file__).parent / "webchat/vouches.json").read_text())
SECRET = VOUCHES["secret"]


def chat(**keys):
    return Webchat(AccountId("web"), WebchatConfig.model_validate({"type": "webchat", **keys}))


@pytest.mark.parametrize("case", VOUCHES["cases"], ids=lambda case: case["what"])
def test_a_vouch_is_believed_whole_or_not_at_all(case):
    web = chat(vouch_secrets=[SECRET])
    if case["user"] is None:
        with pytest.raises(SignatureError):
            web.vouched(case["token"], VOUCHES["now"])
    else:
        assert web.vouched(case["token"], VOUCHES["now"]) == VouchedUser(**case["user"])


@given(place=st.integers(min_value=0), byte=st.integers(1, 127))
def test_a_changed_byte_is_never_believed(place, byte):
    token = VOUCHES["cases"][0]["token"]
    place %= len(token)
    changed = token[:place] + chr(ord(token[place]) ^ byte) + token[place + 1 :]
    with pytest.raises(SignatureError):
        chat(vouch_secrets=[SECRET]).vouched(changed, VOUCHES["now"])


def test_nobody_is_vouched_for_without_a_secret():
    with pytest.raises(SignatureError):
        chat().vouched(VOUCHES["cases"][0]["token"], VOUCHES["now"])
    empty_key = jwt.encode({"sub": "user-17", "exp": int(time.time()) + 60}, "x" * 32, "HS256")
    with pytest.raises(SignatureError):
        chat().vouched(empty_key, 0)


def test_secrets_can_be_changed_over():
    web = chat(vouch_secrets=["the newer secret of this site, long enough", SECRET])
    assert web.vouched(VOUCHES["cases"][0]["token"], VOUCHES["now"]).user_id == "user-17"


@pytest.mark.parametrize(
    "keys",
    [
        {"vouch_secrets": ["short"]},
        {"require_vouch": True},
        {"colour": "red"},
        {"origins": ["shop.example"]},
        {"origins": ["https://shop.example/path"]},
        {"origins": ["https://shop.example; script-src *"]},
        {"origins": ["javascript://shop.example"]},
        {"origins": ["https://*"]},
        {"side": "top"},
        {"offset": [-1, 0]},
        {"offset": [0, 201]},
        {"offset": [20]},
        {"icon": "rocket"},
        {"icon": '"/><script>'},
        {"language": "fr"},
        {"picture": "no such file.png"},
        {"picture": __file__},
        {"texts": "hello"},
        {"title": {"fr": "Bonjour"}},
    ],
)
def test_a_config_that_would_not_work_is_refused(keys):
    with pytest.raises(ValidationError):
        chat(**keys)


def test_secrets_never_print():
    config = WebchatConfig.model_validate({"type": "webchat", "vouch_secrets": [SECRET]})
    assert SECRET not in repr(config) + str(config.model_dump()) + config.model_dump_json()


def test_only_named_pages_may_embed():
    web = chat(origins=["https://Shop.example:443/", "https://*.mall.example", "http://localhost:3000"])
    assert web.origins() == ("https://shop.example", "https://*.mall.example", "http://localhost:3000")
    assert chat(origins=["https://상점.example", "http://*.상점.example:80"]).origins() == (
        "https://xn--hg4bs7k.example",
        "http://*.xn--hg4bs7k.example",
    ), "as browsers say it"
    for origin in ("https://shop.example", "https://a.mall.example", "https://a.b.mall.example"):
        assert web.allows_origin(origin)
    for origin in (
        "http://shop.example",
        "https://shop.example:8443",
        "https://shop.example.evil.example",
        "https://evilshop.example",
        "https://mall.example",
        "https://evilmall.example",
        "https://evil.example/.mall.example",
        "http://localhost:3001",
        "null",
        "",
        "https://[",
        "https://[::1",
    ):
        assert not web.allows_origin(origin), origin


@pytest.mark.parametrize("sub", [" kim", "kim ", " "])
def test_a_blank_makes_no_two_users_one(sub):
    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    claims = {"sub": sub, "exp": VOUCHES["now"] // 1000 + 60}
    signed = part(b'{"alg": "HS256"}') + "." + part(json.dumps(claims).encode())
    seal = hmac.digest(SECRET.encode(), signed.encode(), hashlib.sha256)
    with pytest.raises(SignatureError):
        chat(vouch_secrets=[SECRET]).vouched(f"{signed}.{part(seal)}", VOUCHES["now"])


def test_nobody_may_embed_unless_told_so():
    assert not chat().allows_origin("https://shop.example")
    assert chat(origins=["*"]).allows_origin("https://shop.example")


def test_what_customers_are_told_is_no_secret():
    settings = chat(
        vouch_secrets=[SECRET], title={"ko": "하나상점"}, team="Night shift", label="Web"
    ).settings()
    assert settings["title"] == {"en": "하나상점", "ko": "하나상점"}
    assert SECRET not in repr(settings) and "Night shift" not in repr(settings)
    assert Texts(en="Hi").both() == {"en": "Hi", "ko": "Hi"}


def test_agents_may_call_an_account_by_a_name_in_each_language():
    assert chat(label="Web").config.label.both() == {"en": "Web", "ko": "Web"}
    assert chat(label={"en": "Shop", "ko": "가게"}).config.label.both() == {"en": "Shop", "ko": "가게"}
    assert chat().config.label.both() == {"en": "", "ko": ""}
    with pytest.raises(ValidationError):
        chat(label={"fr": "Boutique"})


def test_what_a_business_shows_of_itself(tmp_path):
    face = tmp_path / "face.gif"
    face.write_bytes(b"GIF89a and so on")
    web = chat(
        picture=str(face), icon="mail", offset=[0, 90], placeholder={"ko": "물어보세요"}, language="ko"
    )
    settings, picture = web.settings(), web.picture()
    assert picture and (picture.mime, picture.body) == ("image/gif", face.read_bytes())
    assert settings["picture"] == picture.digest and settings["offset"] == [0, 90]
    assert settings["icon"].startswith("M4 6") and settings["language"] == "ko"
    assert settings["placeholder"] == {"en": "물어보세요", "ko": "물어보세요"}
    assert settings["away"] == {"en": "", "ko": ""}, "the house's own words"
    assert chat(icon="M4 5h16v11H4z").settings()["icon"] == "M4 5h16v11H4z"
    assert chat().picture() is None and chat().settings()["picture"] is None
    face.write_bytes(b"GIF89a" + bytes(256 * 1024))
    with pytest.raises(ValidationError, match="256 KiB"):
        chat(picture=str(face))


def test_abilities_match_the_contract():
    web = chat(preview=True)
    channel: Channel = web
    assert isinstance(web, ServesVisitors)
    assert channel.name == Webchat.__module__.rpartition(".")[2]
    assert channel.capabilities.typing_preview and not chat().capabilities.typing_preview
    rules = channel.capabilities.attachments
    assert rules.accepts("image/png", 1) and not rules.accepts("application/x-msdownload", 1)
    assert web.space() == "app:web"
