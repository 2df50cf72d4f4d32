"""The sending half of an email account: its server, its name, its key, made ready with the first mail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from gateway.channels._mail_config import EmailConfig
from gateway.channels._mail_dkim import Signer as Dkim
from gateway.channels._mail_imap import append_sent
from gateway.channels._mail_imap_server import ImapServer
from gateway.channels._mail_oauth import Tokens
from gateway.channels._mail_send import CARRYING, Courier, Outgoing
from gateway.channels._mail_smtp import Postman, Server
from gateway.channels._mail_threads import Signer
from gateway.channels.base import Delivery, Sent, Words
from gateway.errors import PermanentError

WHERE_IT_BELONGS = "auto"
"""As `sent_folder`: where the server says that copies lie."""


class Carrier:
    """`signer` is asked once; it may raise TemporaryError."""

    def __init__(self, mail: EmailConfig, signer: Callable[[], Awaitable[Signer]]) -> None:
        self._mail = mail
        self._signer = signer
        self._courier: Courier | None = None

    async def send(self, delivery: Delivery, tokens: Tokens | None, imap: ImapServer | None) -> Sent:
        """Raises what `Sends.send` may."""
        if self._courier is None:
            signer = await self._signer()
            # Another mail may have made it ready meanwhile.
            self._courier = self._courier or Courier(self._outgoing(signer, tokens, imap))
        return await self._courier.send(delivery)

    async def check(self, tokens: Tokens | None) -> None:
        """Signs in, and sends nothing. Raises AuthFailed, TemporaryError, PermanentError."""
        if self._mail.smtp() is not None:
            await self._postman(tokens).check()

    async def close(self) -> None:
        courier, self._courier = self._courier, None
        if courier is not None:
            await courier.close()

    def _outgoing(self, signer: Signer, tokens: Tokens | None, imap: ImapServer | None) -> Outgoing:
        mail = self._mail
        name, signature = mail.name.both(), mail.signature.both()
        label = mail.label.both()
        return Outgoing(
            mail.address,
            self._postman(tokens),
            signer,
            aliases=mail.aliases,
            name=Words(name["en"] or label["en"], name["ko"] or label["ko"]),
            signature=Words(signature["en"], signature["ko"]),
            dkim=self.dkim(),
            tagged=mail.tagged,
            large=mail.large_links_above,
            keep=self._keep(imap),
        )

    def _postman(self, tokens: Tokens | None) -> Postman:
        place = self._mail.smtp()
        if place is None:
            raise PermanentError(
                "no_smtp", for_agent="delivery.account", log="mail: no smtp_url", then="account"
            )
        server = Server(
            place.host,
            place.port,
            place.security,
            place.username,
            place.password,
            token=None if tokens is None else tokens.token,
            forget=None if tokens is None else tokens.forget,
            hostname=self._mail.hostname or self._mail.domain,
        )
        return Postman(server, deadline=CARRYING)

    def dkim(self) -> Dkim | None:
        mail = self._mail
        return Dkim(mail.dkim_domain, mail.dkim_selector, mail.dkim_key) if mail.dkim_domain else None

    def _keep(self, imap: ImapServer | None) -> Callable[[bytes], Awaitable[object]] | None:
        folder = self._mail.sent_folder
        if not folder or imap is None:
            return None
        return partial(append_sent, imap, folder="" if folder == WHERE_IT_BELONGS else folder)
