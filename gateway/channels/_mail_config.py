"""`[channels.NAME] type = "email"`: an address of ours, where its mail lies or comes in, and by what it goes out."""

from __future__ import annotations

import datetime
import difflib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal, cast
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from gateway.channels._mail_headers import address_of
from gateway.channels._mail_oauth import GOOGLE, MICROSOFT, MICROSOFT_SCOPE, Grant
from gateway.channels.base import ChannelConfig, Texts, in_both
from gateway.errors import PermanentError

Security = Literal["tls", "starttls", "none"]
MEGABYTE = 1024 * 1024
PORTS = {"smtp": (465, 587, 25), "imap": (993, 143, 143)}
"""By TLS from the first byte, by STARTTLS, without."""
HOUSES = {"google": (GOOGLE, ""), "microsoft": (MICROSOFT, MICROSOFT_SCOPE)}
MOST_ALIASES = 200
PLUS_HOUSES = (
    *(".gmail.com", ".googlemail.com", ".office365.com", ".outlook.com", ".fastmail.com"),
    *(".mail.me.com", ".zoho.com", ".migadu.com", ".protonmail.ch"),
)
"""Mail to `help+anything@` arrives there at `help@`, without being asked for."""


@dataclass(frozen=True, slots=True)
class Place:
    """A server, as a URL says it: `smtps://user:password@host:port`, `imap+starttls://host`."""

    host: str
    port: int
    security: Security
    username: str = ""
    password: SecretStr | None = None


def place(url: str, kind: str) -> Place:
    """Raises ValueError, whose words repeat nothing of the URL but its scheme."""
    securities = {f"{kind}s": "tls", f"{kind}+starttls": "starttls", kind: "none"}
    like = f"write it like {kind}s://user@host:{PORTS[kind][0]}, or {kind}+starttls://, {kind}://"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        words = (
            "the port is a number; in a password @ : / are %40 %3A %2F, or better: it stands in its variable"
        )
        raise ValueError(words) from None
    if "://" not in url:
        raise ValueError(f"it does not begin with a scheme: {like}")
    if parts.scheme not in securities:
        raise ValueError(_other_scheme(parts.scheme, kind, list(securities), like))
    if not parts.hostname:
        raise ValueError(f"it names no host: {like}")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f"nothing stands behind the host and its port: {like}")
    security = cast(Security, securities[parts.scheme])
    secret = unquote(parts.password) if parts.password else None
    return Place(
        parts.hostname,
        port or PORTS[kind][list(securities.values()).index(security)],
        security,
        unquote(parts.username or ""),
        None if secret is None else SecretStr(secret),
    )


def _other_scheme(scheme: str, kind: str, known: Sequence[str], like: str) -> str:
    other = "imap" if kind == "smtp" else "smtp"
    if scheme.startswith(other):
        return f"{scheme}:// belongs into {other}_url: {like}"
    meant = {"+ssl": 0, "+tls": 0, "s+starttls": 1}.get(scheme.removeprefix(kind))
    near = [known[meant]] if meant is not None else difflib.get_close_matches(scheme, known, n=1)
    return (
        f"{scheme}:// is not known; did you mean {near[0]}://?"
        if near
        else f"{scheme}:// is no scheme here: {like}"
    )


def _is_place(kind: str) -> AfterValidator:
    def check(value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            place(value.get_secret_value(), kind)
        return value

    return AfterValidator(check)


def _address(written: str) -> str:
    told = written.strip().lower()
    try:
        if address_of(told) != told or "+" in told.partition("@")[0]:
            raise ValueError("write an address such as help@example.com, without a +")
    except PermanentError:
        raise ValueError("write an address such as help@example.com") from None
    return told


def _several(value: object) -> object:
    return tuple(one.strip() for one in value.split(",") if one.strip()) if isinstance(value, str) else value


def _listens(value: str) -> str:
    if value:
        endpoint(value)
    return value


def endpoint(written: str) -> tuple[str, int]:
    """Raises ValueError."""
    host, _, port = written.rpartition(":")
    if not host or not (port.isascii() and port.isdigit() and int(port) < 65536):
        raise ValueError("write host:port, such as 0.0.0.0:25")
    return host.strip("[]"), int(port)


def _network(written: str) -> str:
    return str(ip_network(written, strict=False))


Address = Annotated[str, AfterValidator(_address)]
Listed = BeforeValidator(_several)


class EmailConfig(ChannelConfig):
    type: Literal["email"] = "email"
    address: Address
    """What customers write to, and what we write from."""
    aliases: Annotated[tuple[Address, ...], Listed, Field(max_length=MOST_ALIASES)] = ()
    """Other addresses whose mail comes here, too."""
    name: Annotated[Texts, BeforeValidator(in_both)] = Texts()
    """Who we are in From; empty: what the account is called."""
    signature: Annotated[Texts, BeforeValidator(in_both)] = Texts()
    """Below every mail of ours, where its author has none."""

    smtp_url: Annotated[SecretStr, _is_place("smtp")] = SecretStr("")
    """By what mail goes out; empty: this account only reads."""
    imap_url: Annotated[SecretStr, _is_place("imap")] = SecretStr("")
    """Where mail lies that is fetched."""
    password: SecretStr = SecretStr("")
    """Of both, where the URLs have none."""
    oauth: Literal["", "google", "microsoft"] = ""
    """Instead of a password; or `oauth_url` for another house."""
    oauth_url: str = Field(default="", pattern=r"^(https://\S+|http://(localhost|127\.0\.0\.1)\S*)?$")
    oauth_client_id: str = ""
    oauth_client_secret: SecretStr = SecretStr("")
    oauth_refresh_token: SecretStr = SecretStr("")
    oauth_scope: str = ""

    folders: Annotated[tuple[str, ...], Listed, Field(min_length=1, max_length=20)] = ("INBOX",)
    since: datetime.date | None = None
    """How far back the first look goes; none: to the day on which the account was first configured."""
    mark_seen: bool = False
    move_to: str = ""
    plus: bool | None = None
    """Does mail to `help+anything@` arrive at `help@`? Then answers go there, and find their conversation by it. None:
    yes where it is brought to us, or lies with a house that is known for it."""
    rate: float = Field(default=5, gt=0, le=1_000)
    """Mails a second that the server which takes ours may be given."""
    sent_folder: str = ""
    """Where a copy of what we send is put; empty: nowhere. `auto`: where the server says that it belongs."""

    listen: Annotated[str, AfterValidator(_listens)] = ""
    """`host:port` at which mail servers deliver straight to us."""
    lmtp: bool = False
    hostname: str = Field(default="", pattern=r"^[A-Za-z0-9.-]{0,255}$")
    """What we call ourselves to other servers; empty: the domain of `address`."""
    tls_certificate: str = ""
    """Files of a certificate chain and its key: then STARTTLS is offered to who delivers."""
    tls_key: str = ""
    only_tls: bool = False
    from_networks: Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], Listed] = ()
    """Mail servers of one's own, which have no limits for themselves."""
    largest: int = Field(default=30 * MEGABYTE, ge=64 * 1024, le=100 * MEGABYTE)
    """Bytes of a mail."""
    trusts: str = ""
    """The name in Authentication-Results of the server in front of us that takes such headers off: then a From is
    believed that it has proven (DMARC). Of what is brought to our own door only where a server of `from_networks`, or
    of this machine, brings it."""

    dkim_domain: str = ""
    dkim_selector: str = ""
    dkim_key: SecretStr = SecretStr("")
    """An RSA key in PEM; where the server that takes our mail signs itself, none."""
    large_links_above: int = Field(default=10 * MEGABYTE, ge=0, le=50 * MEGABYTE)
    """Bytes of files in one mail; beyond, they go as links."""

    @model_validator(mode="after")
    def _can_work(self) -> EmailConfig:
        if not (self.imap_url.get_secret_value() or self.listen or self.smtp_url.get_secret_value()):
            raise ValueError(
                'write imap_url = "imaps://..." or listen = "0.0.0.0:25", by which mail comes in, '
                'and smtp_url = "smtps://...", by which it goes out'
            )
        if bool(self.tls_certificate) != bool(self.tls_key):
            raise ValueError("tls_certificate and tls_key come together")
        if self.only_tls and not self.tls_certificate:
            raise ValueError("only_tls needs tls_certificate and tls_key")
        if self.lmtp and not self.listen:
            raise ValueError("lmtp is how listen is spoken: write listen, too")
        if (
            len({bool(self.dkim_domain), bool(self.dkim_selector), bool(self.dkim_key.get_secret_value())})
            > 1
        ):
            raise ValueError("dkim_domain, dkim_selector and dkim_key come together")
        if (self.oauth or self.oauth_url) and not (
            self.oauth_client_id and self.oauth_refresh_token.get_secret_value()
        ):
            raise ValueError("oauth needs oauth_client_id and oauth_refresh_token")
        return self

    @property
    def own(self) -> Sequence[str]:
        """All its addresses, the first the one it writes from."""
        return tuple(dict.fromkeys((self.address, *self.aliases)))

    @property
    def tagged(self) -> bool:
        """What `plus` says, or what is known."""
        if self.plus is not None:
            return self.plus
        imap = self.imap()
        return bool(self.listen) or (imap is not None and imap.host.lower().endswith(PLUS_HOUSES))

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(ip_network(one) for one in self.from_networks)

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    @property
    def grant(self) -> Grant | None:
        """None: it signs in with a password."""
        if not (self.oauth or self.oauth_url):
            return None
        url, scope = HOUSES.get(self.oauth, ("", ""))
        return Grant(
            self.oauth_url or url,
            self.oauth_client_id,
            self.oauth_client_secret,
            self.oauth_refresh_token,
            self.oauth_scope or scope,
        )

    def smtp(self) -> Place | None:
        return self._place(self.smtp_url, "smtp")

    def imap(self) -> Place | None:
        return self._place(self.imap_url, "imap")

    def _place(self, url: SecretStr, kind: str) -> Place | None:
        """With the account's own name and password where the URL has none."""
        if not url.get_secret_value():
            return None
        told = place(url.get_secret_value(), kind)
        own = self.password if self.password.get_secret_value() else None
        username = told.username or (self.address if own is not None or self.grant else "")
        return Place(told.host, told.port, told.security, username, told.password or own)

    def tls(self) -> ssl.SSLContext | None:
        """Raises OSError where the files cannot be read."""
        if not self.tls_certificate:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(Path(self.tls_certificate), Path(self.tls_key))
        return context
