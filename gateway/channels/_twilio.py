"""What SMS and WhatsApp by Twilio share: the account's keys, webhooks, files, sending, and asking what Twilio holds.

https://www.twilio.com/docs/messaging
"""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any, ClassVar
from urllib.parse import quote

from aiohttp import ClientSession, DummyCookieJar, encode_basic_auth
from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator
from yarl import URL

from gateway.channels._public_net import public_connector
from gateway.channels._twilio_client import make_client
from gateway.channels._twilio_list import held_for_us, taken_as
from gateway.channels._twilio_media import MediaSource, fetch_media
from gateway.channels._twilio_numbers import e164, shown, typed
from gateway.channels._twilio_payload import Line, account_of, read_facts
from gateway.channels._twilio_send import send_message
from gateway.channels._twilio_signature import SigningKeys, check_signature
from gateway.channels._twilio_templates import read_templates
from gateway.channels.base import (
    Acknowledgement,
    ChannelConfig,
    Delivery,
    FetchedFile,
    Invitation,
    ProviderRequest,
    Sent,
    Template,
    Words,
)
from gateway.errors import Malformed, SignatureError, TemporaryError
from gateway.events import AccountId, Address, Fact, RemoteFile

SHORT_CODE = 8
"""Digits of the longest short code; https://www.twilio.com/docs/glossary/what-is-a-short-code"""
KEPT_TOKENS = 3


def _several(value: Any) -> Any:
    """One number may stand without its list."""
    return (value,) if isinstance(value, str) else value


class TwilioConfig(ChannelConfig):
    """The keys that both of Twilio's channels have."""

    account_sid: str = Field(pattern=r"^AC[0-9a-fA-F]{32}$")
    auth_token: SecretStr
    """Signs the webhooks, and is the password where no API key is given."""
    other_auth_tokens: Annotated[tuple[SecretStr, ...], Field(max_length=KEPT_TOKENS)] = ()
    """Taken beside it in signatures, while the token is changed over."""
    webhook_keys: dict[str, SecretStr] = Field(default_factory=dict)
    """Shared keys that sign webhooks in the token's place: the key's id -> its secret."""
    api_key: str = Field(default="", pattern=r"^(SK[0-9a-fA-F]{32})?$")
    api_key_secret: SecretStr = SecretStr("")
    senders: Annotated[tuple[str, ...], BeforeValidator(_several), Field(alias="from", max_length=200)] = ()
    """Our own numbers."""
    messaging_service_sid: str = Field(default="", pattern=r"^(MG[0-9a-fA-F]{32})?$")
    api_base: str = "https://api.twilio.com"
    link: str = Field(default="", pattern=r"^(https?://[^{}\s]*\{number\}[^{}\s]*\{text\})?$")
    """Where a customer's link to this account leads instead of to her phone's own program: an address with `{number}`
    and, at its end, `{text}`."""
    rate: float = Field(default=10, gt=0, le=1_000)
    """Messages a second that are handed to Twilio, which queues what its senders cannot carry at once."""

    @field_validator("auth_token")
    @classmethod
    def _is_there(cls, token: SecretStr) -> SecretStr:
        if not token.get_secret_value():
            raise ValueError("an empty token would let anybody in")
        return token

    @field_validator("webhook_keys")
    @classmethod
    def _are_there(cls, keys: dict[str, SecretStr]) -> dict[str, SecretStr]:
        if not all(key.get_secret_value() for key in keys.values()):
            raise ValueError("an empty key would let anybody in")
        return keys

    @field_validator("other_auth_tokens")
    @classmethod
    def _are_all_there(cls, tokens: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if not all(token.get_secret_value() for token in tokens):
            raise ValueError("an empty token would let anybody in")
        return tokens

    @field_validator("senders")
    @classmethod
    def _are_numbers(cls, senders: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_own_number(one) for one in senders)

    @field_validator("api_base")
    @classmethod
    def _is_an_address(cls, written: str) -> str:
        url = URL(written.rstrip("/"))
        if url.scheme not in ("http", "https") or not url.host or url.user is not None or url.query_string:
            raise ValueError("write an address such as https://api.twilio.com")
        return str(url)

    @model_validator(mode="after")
    def _can_work(self) -> TwilioConfig:
        if not self.senders and not self.messaging_service_sid:
            raise ValueError("write from (your number, or a list of them) or messaging_service_sid")
        if bool(self.api_key) != bool(self.api_key_secret.get_secret_value()):
            raise ValueError("api_key and api_key_secret come together")
        return self


def _own_number(written: str) -> str:
    bare = written.strip().removeprefix("whatsapp:")
    if bare.isascii() and bare.isdigit() and len(bare) <= SHORT_CODE:
        return bare
    number = e164(bare)
    if number is None:
        raise ValueError("a number is written with + and its country, such as +821012345678")
    return number


class TwilioChannel:
    """One account of either channel; `prefix` is what the channel's addresses begin with."""

    prefix: ClassVar[str]
    by: ClassVar[Words]
    link: ClassVar[str]
    """Begins a message to us on her phone: `{number}` as we write it or `{digits}` alone, `{text}`."""
    needs_approval: ClassVar[bool]
    """Are templates sent only when somebody has approved them?"""

    def __init__(self, account: AccountId, config: TwilioConfig) -> None:
        self.account = account
        self.config: ChannelConfig = config
        self._twilio = config
        self._keys = SigningKeys(
            tuple(
                token.get_secret_value().encode() for token in (config.auth_token, *config.other_auth_tokens)
            ),
            {key: secret.get_secret_value().encode() for key, secret in config.webhook_keys.items()},
        )
        self._line = Line(account, self.prefix, frozenset(config.senders), config.messaging_service_sid)
        self._source = MediaSource(URL(config.api_base), _credentials(config))
        self.rate = config.rate
        self.burst = max(1, math.ceil(config.rate))
        self._session: ClientSession | None = None
        self._client: Any = None

    async def open(self) -> None:
        """Ready to send and to fetch. Nothing is asked of Twilio yet."""
        host = self._source.api.host or ""
        self._session = ClientSession(connector=public_connector({host}), cookie_jar=DummyCookieJar())
        config = self._twilio
        self._client = make_client(self._session, config.api_base, _login(config), config.account_sid)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = self._client = None

    def verify(self, request: ProviderRequest) -> None:
        check_signature(request, self._keys)
        try:
            told = account_of(request)
        except Malformed:
            return  # signed, and nothing we can read: `parse` says so and it is kept
        if told and told != self._twilio.account_sid:
            raise SignatureError(f"twilio: signed, but for another account, {told[:40]!r}")

    def parse(self, request: ProviderRequest) -> Sequence[Fact]:
        return read_facts(request, self._line)

    def acknowledge(self) -> Acknowledgement:
        """Empty TwiML (https://www.twilio.com/docs/messaging/twiml): any other text would be sent as a reply."""
        return Acknowledgement(200, b"<Response/>", "text/xml")

    def fetch(self, file: RemoteFile, *, limit: int) -> AbstractAsyncContextManager[FetchedFile]:
        assert self._session is not None, "fetching before `open` or after `close`"
        return fetch_media(self._session, self._source, file, limit)

    def reaches(self, address: Address) -> bool:
        return address.space in ("tel", f"app:{self.account}")

    def address_of(self, written: str) -> Address | None:
        number = typed(written.strip().removeprefix(self.prefix), self._twilio.senders)
        return None if number is None else Address("tel", number)

    def invitation(self, text: str) -> Invitation | None:
        number = next(iter(self._twilio.senders), None)
        if number is None:
            return None  # only Twilio knows which numbers its service has
        link = self._twilio.link or self.link
        filled = link.format(number=number, digits=number.removeprefix("+"), text=quote(text, safe=""))
        return Invitation(filled, shown(number))

    async def send(self, delivery: Delivery) -> Sent:
        return await send_message(self._asked(), delivery, self.prefix, *self._whence(delivery))

    async def candidates(self, delivery: Delivery, since: int, until: int) -> Sequence[str]:
        whence = self._whence(delivery)
        return await taken_as(self._asked(), delivery, self.prefix, whence, since, until)

    def _whence(self, delivery: Delivery) -> tuple[str, str]:
        """The number that it goes from, and the service that chooses one."""
        sender = delivery.thread_key or next(iter(self._twilio.senders), "")
        return sender, self._twilio.messaging_service_sid

    def lines(self) -> Sequence[str]:
        """Our numbers, and for a service, whose other numbers only Twilio knows, one line for all of those."""
        named = tuple(self.prefix + one for one in self._twilio.senders)
        return (*named, "") if self._twilio.messaging_service_sid else named

    async def missed(self, line: str, since: int) -> AsyncGenerator[Fact, None]:
        async for fact in held_for_us(self._asked(), self._line, line, since, self._twilio.api_base):
            yield fact

    async def templates(self) -> Sequence[Template]:
        return await read_templates(self._asked(), needs_approval=self.needs_approval)

    def _asked(self) -> Any:
        if self._client is None:
            raise TemporaryError(f"account {self.account} is not open")
        return self._client


def _login(config: TwilioConfig) -> tuple[str, str]:
    """An API key where there is one, else the account itself."""
    if config.api_key:
        return config.api_key, config.api_key_secret.get_secret_value()
    return config.account_sid, config.auth_token.get_secret_value()


def _credentials(config: TwilioConfig) -> str:
    return encode_basic_auth(*_login(config))
