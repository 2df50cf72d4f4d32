"""A signature that another's verifier believes, that changes on the way break, and that no bad key makes."""

import functools

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from pydantic import SecretStr

from gateway.channels._mail_compose import Mail, compose
from gateway.channels._mail_dkim import Signer
from gateway.channels._mail_headers import Mailbox
from gateway.errors import ConfigError

PEM, PLAIN = serialization.Encoding.PEM, serialization.NoEncryption()


@functools.cache
def pair() -> tuple[str, bytes]:
    """A private key in PEM, and the DNS record of its public one."""
    key = rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, PLAIN).decode()
    public = key.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private, b"v=DKIM1; k=rsa; p=" + b"".join(public.split(b"\n")[1:-2])


def signer(key: str | None = None, domain: str = "shop.example") -> Signer:
    return Signer(domain, "mail", SecretStr(pair()[0] if key is None else key))


def written() -> bytes:
    shop, mina = Mailbox("help@shop.example", "상담"), Mailbox("mina@example.net", "박미나")
    return compose(
        Mail(
            "<1@shop.example>",
            shop,
            [mina],
            0,
            subject="안녕하세요",
            text="본문 " * 99,
        )
    )


def verified(raw: bytes) -> bool:
    def record(name: bytes, **_: object) -> bytes | None:
        return pair()[1] if name == b"mail._domainkey.shop.example." else None

    try:
        return bool(dkim.verify(raw, dnsfunc=record))
    except dkim.DKIMException:
        return False


def test_a_signed_mail_is_verified() -> None:
    raw = signer().sign(written())
    assert raw.startswith(b"DKIM-Signature: ") and verified(raw) and not verified(written())
    head = raw.split(b"\r\n\r\n")[0]
    assert b"\n" not in head.replace(b"\r\n", b"") and max(map(len, head.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"To: ", b"To: eve@example.org, "),
        (b"Subject: ", b"Subject: x "),
        (b"\r\nFrom: ", b"\r\nFrom: eve@example.org\r\nFrom: "),
        (b"\r\nDate: ", b"\r\nReply-To: eve@example.org\r\nDate: "),
        (b"--\r\n", b"--\r\nmore\r\n"),
    ],
)
def test_what_is_changed_on_the_way_is_seen(old: bytes, new: bytes) -> None:
    raw = signer().sign(written())
    assert old in raw and not verified(raw.replace(old, new, 1))


def test_spaces_that_servers_fold_anew_do_no_harm() -> None:
    raw = signer().sign(written())
    assert verified(raw.replace(b"Subject: ", b"subject:   ", 1))


def test_bad_keys_and_names_are_told_at_the_start_and_never_shown() -> None:
    signer().check()
    edwards = ed25519.Ed25519PrivateKey.generate().private_bytes(
        PEM, serialization.PrivateFormat.PKCS8, PLAIN
    )
    for key in ("", "hush hush", edwards.decode(), pair()[0].replace("A", "B")):
        for attempt in (signer(key).check, lambda key=key: signer(key).sign(written())):
            with pytest.raises(ConfigError) as why:
                attempt()
            assert "hush" not in str(why.value)
    for domain in ("", "a b", "shop.example; d=x", "-x"):
        with pytest.raises(ConfigError):
            signer(domain=domain).check()
    assert "PRIVATE" not in repr(signer())
