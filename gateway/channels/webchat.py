"""The chat on the business's own site and page: customers follow our log over our own socket.

Nothing is sent anywhere: what is stored is delivered, and the customer's browser tells what it received and read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from gateway.channels._colour import colours
from gateway.channels._vouch import read_vouch
from gateway.channels.base import (
    AttachmentRules,
    Capabilities,
    ChannelConfig,
    Picture,
    Texts,
    VouchedUser,
    Words,
)
from gateway.errors import SignatureError
from gateway.events import AccountId

MEGABYTE = 1024 * 1024
MINUTE = 60_000
"""Milliseconds."""

ACCEPTED = {
    "image/*": 20 * MEGABYTE,
    "audio/*": 20 * MEGABYTE,
    "video/*": 50 * MEGABYTE,
    "text/plain": 20 * MEGABYTE,
    "text/csv": 20 * MEGABYTE,
    "application/pdf": 20 * MEGABYTE,
    "application/zip": 20 * MEGABYTE,
    "application/msword": 20 * MEGABYTE,
    "application/vnd.ms-excel": 20 * MEGABYTE,
    "application/vnd.ms-powerpoint": 20 * MEGABYTE,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": 20 * MEGABYTE,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": 20 * MEGABYTE,
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": 20 * MEGABYTE,
    "application/x-hwp": 20 * MEGABYTE,
    "application/haansofthwp": 20 * MEGABYTE,
}
"""MIME type -> largest file in bytes."""

SHORTEST_SECRET = 32
"""Characters of a vouching secret; RFC 7518 section 3.2 asks 256 bits of HS256."""


ICONS = {
    "chat": "M4 5h16v11h-8.5L7 19.5V16H4z",
    "help": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.4 9.6a2.7 2.7 0 1 1 3.9 2.4c-.9.5-1.3 1-1.3 1.9M12 16.9v.1",
    "smile": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 14.2a4.4 4.4 0 0 0 7 0M9 9.5v.1M15 9.5v.1",
    "mail": "M4 6h16v12H4zM4.5 7l7.5 6 7.5-6",
}
"""The drawings on the button that have names: SVG paths on 24 by 24, drawn as lines."""

PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
"""How a file begins -> what it is."""
PICTURE_BYTES = 256 * 1024
"""It is loaded by every customer."""

Pixels = Annotated[int, Field(ge=0, le=200)]


class WebchatConfig(ChannelConfig):
    """`[channels.NAME] type = "webchat"`."""

    type: Literal["webchat"] = "webchat"
    title: Texts = Texts(en="Chat", ko="채팅")
    """What customers read at the top: the business's name."""
    greeting: Texts = Texts(
        en="Hello! How can we help? Write to us, we read every message.",
        ko="안녕하세요! 무엇을 도와드릴까요? 편하게 남겨 주시면 모두 읽고 답해 드려요.",
    )
    """Shown before the first message; it is not a message."""
    placeholder: Texts = Texts()
    """Stands in the empty field; the house's own words when left out."""
    away: Texts = Texts()
    """Shown while no agent is online; the house's own words when left out."""
    ask_email: bool = True
    """While no agent is online, offer to leave an email address? Agents see it as unproven."""
    language: Literal["", "en", "ko"] = ""
    """The only language of this chat; left out: the page's, else the browser's."""
    picture: str = ""
    """A file (PNG, JPEG, WebP, GIF) shown beside the title: the business's face."""
    colour: str = Field(default="#3b5bdb", pattern=r"^#[0-9a-fA-F]{6}$")
    """The brand's colour; readable text on it is computed."""
    side: Literal["right", "left"] = "right"
    """Which lower corner of the page the button stands in."""
    offset: tuple[Pixels, Pixels] = (20, 20)
    """Pixels between the button and the page's side, and its lower edge."""
    icon: str = Field(default="chat", max_length=600)
    """What is drawn on the button: chat, help, smile, mail, or the path of a drawing of your own (SVG, 24 by 24)."""
    origins: tuple[str, ...] = ()
    """Pages that may embed the chat: "https://shop.example", "https://*.shop.example", or "*" for any."""
    vouch_secrets: Annotated[tuple[SecretStr, ...], Field(max_length=4)] = ()
    """Secrets the site signs its users with (HS256); more than one while they are changed over."""
    require_vouch: bool = False
    """Only users the site signs for may write."""
    continue_on: tuple[str, ...] = Field(default=(), max_length=4)
    """Accounts (the NAME of `[channels.NAME]`) on which customers may go on; none: it is not offered."""
    follow_up_by: str = Field(default="", max_length=40)
    """The account (the NAME of `[channels.NAME]`) by which answers follow that a customer left unread; empty: none."""
    follow_up_after: int = Field(default=10, ge=1, le=7 * 24 * 60)
    """Minutes that they wait for her."""
    preview: bool = False
    """Do agents see what is being typed before it is sent? The customer is told."""

    @field_validator("origins")
    @classmethod
    def _are_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_origin(origin) for origin in origins)

    @field_validator("icon")
    @classmethod
    def _is_a_drawing(cls, icon: str) -> str:
        if icon in ICONS or _PATH.match(icon):
            return icon
        raise ValueError(f"{icon!r} is no drawing: one of {', '.join(ICONS)}, or the d of an SVG path")

    @field_validator("picture")
    @classmethod
    def _is_a_picture(cls, name: str) -> str:
        if name:
            read_picture(name)
        return name

    @field_validator("vouch_secrets")
    @classmethod
    def _are_long(cls, secrets: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(len(secret.get_secret_value()) < SHORTEST_SECRET for secret in secrets):
            raise ValueError(f"a vouching secret needs at least {SHORTEST_SECRET} characters")
        return secrets

    @model_validator(mode="after")
    def _can_be_required(self) -> WebchatConfig:
        if self.require_vouch and not self.vouch_secrets:
            raise ValueError("require_vouch needs vouch_secrets: otherwise nobody could write")
        return self


_PATH = re.compile(r"[Mm][MmZzLlHhVvCcSsQqTtAa0-9 ,.+-]+\Z")
_HOST = re.compile(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?\Z")
_PORTS = {"http": "80", "https": "443"}


def _origin(written: str) -> str:
    """One allowed origin, whole, as browsers say it; also safe to stand in a Content-Security-Policy."""
    origin = written.strip().lower().rstrip("/")
    if origin == "*":
        return origin
    scheme, _, place = origin.partition("://")
    name, colon, port = place.partition(":")
    with suppress(UnicodeError):
        name = name.encode("idna").decode()
    host = name if port == _PORTS.get(scheme) else f"{name}{colon}{port}"
    if scheme in _PORTS and _HOST.match(host):
        return f"{scheme}://{host}"
    raise ValueError(f'{written!r} is no origin; write for example "https://shop.example"')


def _fits(origin: str, allowed: str) -> bool:
    if allowed == "*" or origin == allowed:
        return True
    scheme, _, host = allowed.partition("://*.")
    return bool(host) and origin.startswith(f"{scheme}://") and origin.endswith(f".{host}")


def read_picture(name: str) -> Picture:
    """Raises ValueError, in words for whoever writes the configuration."""
    try:
        body = Path(name).read_bytes()
    except OSError as why:
        raise ValueError(f"the picture {name!r} cannot be read: {why.strerror}") from why
    if len(body) > PICTURE_BYTES:
        raise ValueError(f"the picture {name!r} is too large: at most {PICTURE_BYTES // 1024} KiB")
    mime = next((mime for begin, mime in PICTURES.items() if body.startswith(begin)), None)
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        mime = "image/webp"
    if mime is None:
        raise ValueError(f"{name!r} is no picture: PNG, JPEG, WebP or GIF")
    return Picture(mime, body, hashlib.sha256(body).hexdigest()[:16])


class Webchat:
    """One chat account. Pure: it talks to nobody."""

    name: ClassVar[str] = "webchat"
    label: ClassVar[Words] = Words(en="Web chat", ko="웹 채팅")
    icon: ClassVar[str] = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24" fill="none" '
        'stroke="currentColor" stroke-width="1.8" stroke-linejoin="round" stroke-linecap="round">'
        '<path d="M4 5.5h16v10.5h-8.5L7 19.5V16H4z"/><path d="M8 9.2h8M8 12.4h5"/></svg>'
    )
    Config: ClassVar[type[ChannelConfig]] = WebchatConfig

    def __init__(self, account: AccountId, config: WebchatConfig) -> None:
        self.account = account
        self.config: ChannelConfig = config
        self._config = config
        self._picture = read_picture(config.picture) if config.picture else None
        self._secrets = tuple(secret.get_secret_value().encode() for secret in config.vouch_secrets)

    @cached_property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            text_length=10_000,
            attachments=AttachmentRules(limits=ACCEPTED, count=10),
            quoting=True,
            editing=True,
            formatting="markdown",
            typing_in=True,
            typing_out=True,
            typing_preview=self._config.preview,
            read_in=True,
            read_out=True,
            delivery_states=True,
            may_start=True,
            invites=not self._config.require_vouch,
        )

    async def open(self) -> None:
        """Nothing to start: the visitors' door serves this account."""

    async def close(self) -> None:
        """Nothing to stop."""

    def space(self) -> str:
        return f"app:{self.account}"

    def settings(self) -> Mapping[str, Any]:
        config = self._config
        return {
            "title": config.title.both(),
            "greeting": config.greeting.both(),
            "placeholder": config.placeholder.both(),
            "away": config.away.both(),
            "ask_email": config.ask_email,
            "language": config.language,
            "picture": self._picture and self._picture.digest,
            "colours": colours(config.colour.lower()),
            "side": config.side,
            "offset": list(config.offset),
            "icon": ICONS.get(config.icon, config.icon),
            "continues": bool(config.continue_on),
            "require_vouch": config.require_vouch,
            "preview": config.preview,
        }

    def vouched(self, token: str, now: int) -> VouchedUser:
        if not self._secrets:
            raise SignatureError("vouch: this account has no vouch_secrets")
        return read_vouch(token, self._secrets, now)

    def origins(self) -> Sequence[str]:
        return self._config.origins

    def allows_origin(self, origin: str) -> bool:
        try:
            parts = urlsplit(origin)
        except ValueError:  # "http://[" is no address at all
            return False
        if origin != f"{parts.scheme}://{parts.netloc}":
            return False
        return any(_fits(origin.lower(), allowed) for allowed in self._config.origins)

    def continues_on(self) -> Sequence[str]:
        return self._config.continue_on

    def follows_by(self) -> str | None:
        return self._config.follow_up_by or None

    def follows_after(self) -> int:
        return self._config.follow_up_after * MINUTE

    def picture(self) -> Picture | None:
        return self._picture


CHANNEL = Webchat
