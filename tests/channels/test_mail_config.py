"""A section of an address of ours: what it says, what it borrows, and what is refused with words."""

from typing import Any

import pytest
from pydantic import SecretStr

from gateway.channels._mail_config import EmailConfig, Place, endpoint, place
from gateway.channels._mail_looks import cautions_of, roads_of
from gateway.channels._mail_oauth import MICROSOFT, MICROSOFT_SCOPE
from gateway.channels.registry import validate
from gateway.errors import ConfigError

LEAST = {"type": "email", "address": "Help@Shop.example", "imap_url": "imaps://mail.shop.example"}


def read(**more: Any) -> EmailConfig:
    made = validate("mail", {**LEAST, **more})
    assert isinstance(made, EmailConfig)
    return made


def refused(**more: Any) -> str:
    with pytest.raises(ConfigError) as why:
        read(**more)
    return str(why.value)


@pytest.mark.parametrize(
    ("url", "kind", "told"),
    [
        ("imaps://h.example", "imap", Place("h.example", 993, "tls")),
        ("imap+starttls://h.example", "imap", Place("h.example", 143, "starttls")),
        ("smtps://h.example:4650", "smtp", Place("h.example", 4650, "tls")),
        ("smtp+starttls://h.example", "smtp", Place("h.example", 587, "starttls")),
        (
            "smtp://me%40h:p%3Aw@[::1]:2525",
            "smtp",
            Place("::1", 2525, "none", "me@h", SecretStr("p:w")),
        ),
    ],
)
def test_a_server_is_written_as_an_address(url: str, kind: str, told: Place) -> None:
    assert place(url, kind) == told


def test_what_is_no_server_is_refused_and_never_repeated() -> None:
    for url in ("https://h.example", "imaps://", "imaps://h.example:port", "imaps://h.example/folder"):
        assert "h.example" not in (words := refused(imap_url=url)) and "imap_url" in words
    assert "hunter2" not in refused(imap_url="imap://a:hunter2@h:x")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("smtp://", "names no host"),
        ("imaps://h.example", "belongs into imap_url"),
        ("smtp+tls://h.example", "did you mean smtps://?"),
        ("smpts://h.example", "did you mean smtps://?"),
        ("smtp+startls://h.example", "did you mean smtp+starttls://?"),
        ("smtp.h.example:465", "does not begin with a scheme: write it like smtps://user@host:465"),
        ("smtps://h.example/x", "nothing stands behind the host"),
        ("smtps://u:p@ss:hunter2@h:x", "the port is a number"),
    ],
)
def test_a_server_that_is_written_wrongly_is_answered_with_the_right_form(url: str, words: str) -> None:
    told = refused(smtp_url=url)
    assert words in told and "h.example" not in told and "hunter2" not in told


def test_a_file_of_a_secret_is_named_in_the_environment() -> None:
    told = refused(password_file="/run/secrets/mail")
    assert "PARLEY_CHANNELS__MAIL__PASSWORD_FILE=" in told and "/run/secrets" not in told


def test_what_can_be_seen_of_a_section_without_trying() -> None:
    def seen(**more: Any) -> list[str]:
        return [look.words for look in cautions_of("mail", read(**more))]

    bare = seen()
    assert any("there is no smtp_url" in one for one in bare) and any("no password" in one for one in bare)
    whole = {"password": "hunter2", "smtp_url": "smtps://smtp.shop.example"}
    assert seen(**whole) == [], "a relay that asks for no name is none of it"
    assert seen(imap_url="imaps://h.example", smtp_url="smtp://127.0.0.1:25", password="x") == []
    open_ = seen(password="hunter2", smtp_url="smtp://me:hunter2@smtp.shop.example")
    assert len(open_) == 2 and "smtp_url" in open_[0] and "unencrypted" in open_[1]
    assert "hunter2" not in str(open_)
    assert [road.at for road in roads_of(read(**whole, listen="[::]:2525", lmtp=True))] == [
        "imaps://mail.shop.example:993",
        "lmtp://[::]:2525",
        "smtps://smtp.shop.example:465",
    ]


def test_it_borrows_its_name_and_password() -> None:
    account = read(password="hunter2", smtp_url="smtps://other@smtp.shop.example")
    imap, smtp = account.imap(), account.smtp()
    assert imap is not None and (imap.username, imap.password) == ("help@shop.example", SecretStr("hunter2"))
    assert smtp is not None and (smtp.username, smtp.password) == ("other", SecretStr("hunter2"))
    assert read().imap() == Place("mail.shop.example", 993, "tls"), "nobody to sign in as"
    assert read().smtp() is None and "hunter2" not in repr(account)


def test_its_addresses() -> None:
    account = read(aliases="Sales@shop.example, help@shop.example")
    assert (
        list(account.own) == ["help@shop.example", "sales@shop.example"] and account.domain == "shop.example"
    )
    for wrong in ("nobody", "a@b, c", "help+x@shop.example", ""):
        assert "address" in refused(address=wrong)


def test_another_way_of_signing_in() -> None:
    keys = {"oauth_client_id": "id", "oauth_refresh_token": "again"}
    grant = read(oauth="microsoft", **keys).grant
    assert grant is not None and (grant.url, grant.scope) == (MICROSOFT, MICROSOFT_SCOPE)
    own = read(oauth_url="https://sign.example/token", **keys).grant
    assert own is not None and (own.url, own.scope) == ("https://sign.example/token", "")
    assert read().grant is None and "oauth_client_id" in refused(oauth="google")


def test_where_it_listens() -> None:
    assert endpoint("0.0.0.0:25") == ("0.0.0.0", 25) and endpoint("[::]:2525") == ("::", 2525)
    for wrong in ("25", ":25", "host:", "host:70000", "host:x"):
        assert "host:port" in refused(listen=wrong)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"imap_url": ""}, 'write imap_url = "imaps://..." or listen'),
        ({"tls_key": "a"}, "tls_certificate and tls_key"),
        ({"only_tls": True}, "only_tls needs"),
        ({"lmtp": True}, "write listen"),
        ({"dkim_domain": "shop.example"}, "come together"),
        ({"imap_ulr": "x"}, "did you mean 'imap_url'"),
        ({"from_networks": "10.0.0.0/8, x"}, "from_networks"),
    ],
)
def test_what_cannot_work_says_why(more: dict[str, Any], words: str) -> None:
    assert words in refused(**more)
