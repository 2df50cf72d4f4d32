"""An email account as who installs it has to see it: what each of its ways is, and what is wrong there, in words and
with the key of config.toml to change.

Everything is tried as the account itself would: sign in, open the folders, say hello to the server that takes our mail.
Nothing is sent, fetched or changed.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509

from gateway.channels._mail_away import why_deaf
from gateway.channels._mail_config import EmailConfig, Place, endpoint
from gateway.channels.roads import Look, Road
from gateway.errors import ParleyError

PATIENCE = 20.0
"""Seconds for each try."""
RESOLVING = 5.0
"""Seconds that DNS may take."""
GREETING = 3.0
"""Seconds in which who listens already says who it is."""
SOON_OVER = datetime.timedelta(days=14)
OURS = b" Parley"
"""How our own door ends its greeting."""
SYSTEM = 1024
"""Ports below are root's."""

HOW = {
    "imap": "imaps:// (port 993) or imap+starttls:// (143)",
    "smtp": "smtps:// (port 465) or smtp+starttls:// (587)",
}
SAID = {
    "refused": "nobody listens there: the connection is refused",
    "unknown_host": "there is no server of that name",
    "timeout": "no answer",
    "unreachable": "there is no way to it from this machine",
    "tls": "it cannot prove that it is the server of that name (its TLS certificate)",
    "not_tls": "it does not speak TLS at this port",
    "no_starttls": "it offers no STARTTLS",
    "cut": "it ends the connection",
    "busy": "it says: not now",
    "folder": "there is no such folder",
    "password": "it does not accept the name or the password",
    "no_password": "there is no password to sign in with",
    "no_sign_in": "it takes no sign-in at this port",
    "grant": "the OAuth refresh token or the client is not accepted",
    "grant_away": "the OAuth server does not answer as it should",
}
"""What `Away.why` and `AuthFailed.why` say."""
TALKS = ("tls", "cut", "busy", "folder", "password", "grant", "grant_away")
"""Where the server's own words say more than ours."""


@dataclass(frozen=True, slots=True)
class Tries:
    """What the account itself does. Each raises ParleyError."""

    token: Callable[[], Awaitable[str]] | None
    fetch: Callable[[], Awaitable[None]] | None
    send: Callable[[], Awaitable[None]]
    exchangers: Callable[[str], Awaitable[Sequence[str]]]
    """The names to which mail for a domain is brought. Raises OSError."""


def roads_of(mail: EmailConfig) -> list[Road]:
    roads = []
    if (imap := mail.imap()) is not None:
        roads.append(Road("in", shown(imap, "imap"), tuple(mail.folders)))
    if mail.listen:
        roads.append(Road("door", f"{'lmtp' if mail.lmtp else 'smtp'}://{mail.listen}"))
    if (smtp := mail.smtp()) is not None:
        roads.append(Road("out", shown(smtp, "smtp")))
    return roads


def shown(place: Place, kind: str) -> str:
    """Without who signs in."""
    scheme = {"tls": f"{kind}s", "starttls": f"{kind}+starttls", "none": kind}[place.security]
    host = f"[{place.host}]" if ":" in place.host else place.host
    return f"{scheme}://{host}:{place.port}"


def variable(account: str, key: str) -> str:
    return f"PARLEY_CHANNELS__{account.upper()}__{key.upper()}_FILE"


# --- without trying -------------------------------------------------------------------------------------------------


def cautions_of(account: str, mail: EmailConfig) -> list[Look]:
    return [*_ways_missing(account, mail), *_secrets(account, mail), *_unsafe(account, mail)]


def _ways_missing(account: str, mail: EmailConfig) -> Iterator[Look]:
    where = f"in [channels.{account}]"
    if mail.smtp() is None:
        words = "it cannot send: there is no smtp_url, so nobody can answer by it"
        yield Look(None, words, f'write smtp_url = "smtps://smtp.{mail.domain}" {where}')


def _secrets(account: str, mail: EmailConfig) -> Iterator[Look]:
    places = {"imap_url": mail.imap(), "smtp_url": mail.smtp()}
    for key, place in places.items():
        if place is None or mail.grant is not None or place.password is not None:
            continue
        if key == "imap_url" or place.username:
            words = f"it has no password to sign in with at {place.host} ({key})"
            yield Look(False, words, f"put it into a file and say {variable(account, 'password')}=THE_FILE")
    for key, url in (("imap_url", mail.imap_url), ("smtp_url", mail.smtp_url)):
        if "@" in (said := url.get_secret_value()) and ":" in said.partition("://")[2].rpartition("@")[0]:
            words = (
                f"its password stands in {key} itself: where that is in config.toml, whoever reads it sees it"
            )
            mend = f"take it out of there and put it into a file, and say {variable(account, 'password')}=THE_FILE"
            yield Look(None, words, mend)


def _unsafe(account: str, mail: EmailConfig) -> Iterator[Look]:
    for key, place in (("imap_url", mail.imap()), ("smtp_url", mail.smtp())):
        if place is None or place.security != "none" or not place.username or _is_here(place.host):
            continue
        kind = key.removesuffix("_url")
        words = f"its password goes to {place.host} unencrypted ({key})"
        yield Look(None, words, f"in [channels.{account}] let {key} begin with {HOW[kind]}")


def _is_here(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


# --- by trying ------------------------------------------------------------------------------------------------------


async def looks_of(
    account: str, mail: EmailConfig, tries: Tries, doors: Sequence[EmailConfig]
) -> AsyncIterator[Look]:
    """`doors`: the other accounts of ours that listen, and take this one's mail in, too."""
    cautions = cautions_of(account, mail)
    stands = True
    if tries.token is not None:
        look = await _granted(account, mail, tries.token)
        stands = bool(look.well)
        yield look
    # Who has no token, or no password, is not let in: that is said once.
    unarmed = [one.words for one in cautions if one.well is False]
    imap, smtp = mail.imap(), mail.smtp()
    if imap is not None and tries.fetch is not None and stands and not _names("imap_url", unarmed):
        yield await _fetched(account, mail, imap, tries.fetch)
    if mail.listen:
        async for look in _listened(account, mail, tries.exchangers):
            yield look
    if imap is None and not mail.listen:
        yield _brought(account, mail, doors)
    if smtp is not None and stands and not _names("smtp_url", unarmed):
        yield await _sends(account, smtp, tries.send)
    for look in cautions:
        yield look


def _names(key: str, said: Sequence[str]) -> bool:
    return any(key in words for words in said)


async def _granted(account: str, mail: EmailConfig, token: Callable[[], Awaitable[str]]) -> Look:
    grant = mail.grant
    assert grant is not None
    try:
        async with asyncio.timeout(PATIENCE):
            await token()
    except (ParleyError, TimeoutError) as why:
        word = _why(why)
        if word == "grant":
            mend = "oauth_client_id, oauth_client_secret and oauth_refresh_token belong together: sign in anew for them"
        else:
            mend = f"is oauth_url right in [channels.{account}], and may this machine call it?"
        return Look(False, f"no OAuth token from {grant.url}: {_said(why)}", mend)
    return Look(True, f"{grant.url} gives it an OAuth token")


async def _fetched(
    account: str, mail: EmailConfig, imap: Place, fetch: Callable[[], Awaitable[None]]
) -> Look:
    at = shown(imap, "imap")
    try:
        async with asyncio.timeout(PATIENCE):
            await fetch()
    except (ParleyError, TimeoutError) as why:
        mend = _mend(account, "imap", _why(why))
        return Look(False, f"it gets nothing from {at}: {_said(why)}", mend)
    folders = ", ".join(mail.folders)
    return Look(True, f"it is let in at {at} and follows {folders}")


async def _sends(account: str, smtp: Place, send: Callable[[], Awaitable[None]]) -> Look:
    at = shown(smtp, "smtp")
    try:
        async with asyncio.timeout(PATIENCE):
            await send()
    except (ParleyError, TimeoutError) as why:
        return Look(False, f"it cannot send by {at}: {_said(why)}", _mend(account, "smtp", _why(why)))
    how = f"signs in at {at}" if smtp.username else f"is let in at {at} without signing in"
    return Look(True, f"it {how}, and can send")


def _brought(account: str, mail: EmailConfig, doors: Sequence[EmailConfig]) -> Look:
    if doors:
        return Look(True, f"what is brought for {mail.address} to {doors[0].listen} is its mail")
    words = "it receives nothing: there is neither imap_url nor listen"
    mend = f'write imap_url = "imaps://imap.{mail.domain}" in [channels.{account}], or listen (docs/email-setup.md)'
    return Look(None, words, mend)


def _why(trouble: BaseException) -> str:
    if isinstance(trouble, TimeoutError):
        return "timeout"
    return str(getattr(trouble, "why", "other"))


def _said(trouble: BaseException) -> str:
    word = _why(trouble)
    if word == "timeout":
        return SAID[word]
    known, detail = SAID.get(word), str(trouble)
    if known is None:
        return detail
    return f"{known} ({detail})" if word in TALKS else known


def _mend(account: str, kind: str, why: str) -> str:
    key, where = f"{kind}_url", f"[channels.{account}]"
    match why:
        case "refused" | "timeout" | "unreachable" | "cut" | "busy":
            return f"is {key} right in {where}? It begins with {HOW[kind]}; a firewall may stand between, too"
        case "unknown_host":
            return f"correct the name of the server in {key} in {where}"
        case "tls":
            return f"write the name that its certificate has into {key} in {where}, or renew the certificate there"
        case "not_tls" | "no_starttls":
            return f"{key} in {where} begins with {HOW[kind]}: take the one that this server speaks"
        case "folder":
            return (
                f"correct folders in {where}: as the mail program names them, with the case and the separator"
            )
        case "no_sign_in":
            return f"let {key} in {where} begin with {HOW[kind]}: servers take passwords only over TLS"
        case "grant" | "grant_away":
            return f"see to oauth_... in {where}"
        case "password" | "no_password":
            return (
                f"correct the password ({variable(account, 'password')}), or write another name before @ in {key}; "
                "many houses want an app password, and IMAP and SMTP switched on first (docs/email-setup.md)"
            )
    return f"see to {key} in {where}"


# --- our own door ---------------------------------------------------------------------------------------------------


async def _listened(
    account: str, mail: EmailConfig, exchangers: Callable[[str], Awaitable[Sequence[str]]]
) -> AsyncIterator[Look]:
    where = f"[channels.{account}]"
    yield await _bound(account, mail)
    if mail.tls_certificate:
        yield await asyncio.to_thread(_certified, account, mail)
    host, port = endpoint(mail.listen)
    if _is_here(host) and not mail.lmtp and not mail.from_networks:
        words = f"only programs of this machine bring mail to {mail.listen}"
        yield Look(None, words, f'fine behind a mail server here; else listen = "0.0.0.0:{port}" in {where}')
        return
    if not mail.lmtp and not mail.tls_certificate:
        words = "mail is brought to it without TLS"
        yield Look(None, words, f"write tls_certificate and tls_key in {where}")
    if not mail.lmtp and not mail.from_networks and mail.imap() is None:
        for domain in dict.fromkeys(one.rpartition("@")[2] for one in mail.own):
            yield await _led_here(account, mail, domain, exchangers)


async def _led_here(
    account: str, mail: EmailConfig, domain: str, exchangers: Callable[[str], Awaitable[Sequence[str]]]
) -> Look:
    """Does the world know that its mail comes here? It may be forwarded, too: never a fault."""
    name = mail.hostname or "THIS.MACHINE"
    record = f"MX 10 {name}."
    try:
        async with asyncio.timeout(PATIENCE):
            names = [one.rstrip(".").lower() for one in await exchangers(domain)]
    except (OSError, TimeoutError) as why:
        return Look(
            None, f"nobody could be asked where mail for {domain} goes: {why}", "see to this machine's DNS"
        )
    if not names:
        return Look(
            None,
            f"no mail for {domain} comes here: it has no MX record",
            f"at {domain}'s DNS write: {record}",
        )
    if mail.hostname.lower() in names:
        return Look(True, f"mail for {domain} is brought to {mail.hostname}")
    there = ", ".join(names)
    words = f"mail for {domain} is brought to {there}" + (
        f", and not to {mail.hostname}" if mail.hostname else ""
    )
    if not mail.hostname:
        return Look(
            None, words, f'is that this machine? Then write hostname = "{names[0]}" in [channels.{account}]'
        )
    mend = f"at {domain}'s DNS write: {record}; or have it forwarded from there; or fetch it by imap_url"
    return Look(None, words, mend)


async def exchangers(domain: str) -> Sequence[str]:
    """What DNS says of it. Raises OSError."""
    # Only the doctor needs it.
    import dns.asyncresolver
    import dns.exception
    import dns.resolver

    try:
        answer = await dns.asyncresolver.resolve(domain, "MX", lifetime=RESOLVING)
    except (dns.resolver.NoAnswer, dns.resolver.NXDOMAIN):
        return ()
    except dns.exception.DNSException as why:
        raise OSError(type(why).__name__) from why
    found = sorted((one.preference, str(one.exchange)) for one in answer)
    return [name for _, name in found if name != "."]


async def _bound(account: str, mail: EmailConfig) -> Look:
    host, port = endpoint(mail.listen)
    where = f"[channels.{account}]"
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.create_server((host, port), family=family):
            return Look(True, f"it can listen on {mail.listen}")
    except OSError as why:
        word = why_deaf(why)
        if word == "taken":
            return await _taken(account, mail)
        said = why.strerror or str(why)
    if word == "not_allowed":
        mend = (
            f"ports below {SYSTEM} are root's: listen on 2525 and lead 25 there, or give CAP_NET_BIND_SERVICE"
        )
    elif word == "not_here":
        mend = f"listen names an address of this machine, or 0.0.0.0 for all of them: correct it in {where}"
    else:
        mend = f"correct listen in {where}"
    return Look(False, f"it cannot listen on {mail.listen}: {said}", mend)


async def _taken(account: str, mail: EmailConfig) -> Look:
    host, port = endpoint(mail.listen)
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not listened on
    greeting = b""
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(GREETING):
            reader, writer = await asyncio.open_connection(near, port)
            try:
                greeting = await reader.readline()
            finally:
                writer.close()
    if greeting.startswith(b"220") and greeting.rstrip().endswith(OURS):
        return Look(True, f"Parley listens on {mail.listen} already")
    words = f"another program listens on {mail.listen}"
    return Look(False, words, f"stop it, or choose another port for listen in [channels.{account}]")


def _certified(account: str, mail: EmailConfig) -> Look:
    where = f"[channels.{account}]"
    try:
        mail.tls()
        chain = x509.load_pem_x509_certificates(Path(mail.tls_certificate).read_bytes())
    except (OSError, ssl.SSLError, ValueError) as why:
        said = getattr(why, "strerror", None) or type(why).__name__
        words = f"tls_certificate or tls_key cannot be used: {said}"
        return Look(False, words, f"name a chain and its key in PEM that this user may read, in {where}")
    left = chain[0].not_valid_after_utc - datetime.datetime.now(datetime.UTC)
    if left <= datetime.timedelta(0):
        return Look(
            False,
            f"its certificate ended on {chain[0].not_valid_after_utc:%Y-%m-%d}",
            "renew it, then restart",
        )
    if left < SOON_OVER:
        return Look(None, f"its certificate ends in {left.days} days", "renew it, then restart")
    return Look(True, f"its certificate is good for {left.days} days")
