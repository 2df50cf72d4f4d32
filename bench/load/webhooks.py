"""A provider that calls: `python -m bench.load.webhooks PORT messages PEOPLE` posts signed messages of so many people,
`... PORT callbacks FILE` what becomes of the messages whose account, id and attempt stand there: sent, delivered, read.

Driven as bench.load.posts. A message carries the moment of its sending in its words, for those who read it elsewhere.
"""

from __future__ import annotations

import hmac
import sys
import time
from binascii import b2a_base64
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote_plus

import uvloop

from bench.load.posts import TEXTS, Callers, serve
from bench.phones import LINE, LINES, PATH, PUBLIC, SID, TOKEN, number
from bench.words import Writer

APART = 64
"""Messages between one's `sent` and its `delivered`, and again to its `read`: callbacks of many are under way."""
# The names as they are sorted, which is the order in which they are signed.
FROM_HER = (
    "AccountSid",
    "ApiVersion",
    "Body",
    "From",
    "FromCountry",
    "MessageSid",
    "NumMedia",
    "NumSegments",
    "SmsMessageSid",
    "SmsSid",
    "SmsStatus",
    "To",
    "ToCountry",
)
OF_OURS = ("AccountSid", "ApiVersion", "From", "MessageSid", "MessageStatus", "SmsSid", "SmsStatus", "To")


class Sent(NamedTuple):
    """A message of ours that the provider has taken."""

    account: str
    sid: str
    attempt: str


class Provider(Callers):
    """Signs what it posts with the account's token."""

    def post(self, path: str, names: tuple[str, ...], values: tuple[str, ...]) -> bytes:
        """A form by POST to an account's door; the names are sorted."""
        signed = PUBLIC + path + "".join([name + value for name, value in zip(names, values, strict=True)])
        proof = b2a_base64(hmac.digest(TOKEN.encode(), signed.encode(), "sha1"), newline=False)
        body = "&".join([f"{name}={quote_plus(value)}" for name, value in zip(names, values, strict=True)])
        return (
            b"POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Twilio-Signature: %s\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s"
        ) % (path.encode(), proof, len(body), body.encode())


class People(Provider):
    """Those of so many telephones that write to this line, in turn."""

    def __init__(self, people: int) -> None:
        super().__init__()
        writer = Writer()
        self._texts = [writer.message() for _ in range(TEXTS)]
        self._people = people
        self._said = time.time_ns()
        """No two runs over one database have a message's id in common."""

    def request(self, at: int) -> bytes:
        self._said = said = self._said + 1
        text, sid = f"at-{self.moment(at):019} {self._texts[said % TEXTS]}", f"SM{said:032x}"
        who = number(said * LINES % self._people)
        about = (text, who, "KR", sid, "0", "1", sid, sid, "received", LINE, "US")
        return self.post(PATH, FROM_HER, (SID, "2010-04-01", *about))


class Callbacks(Provider):
    """What becomes of messages, each time something new."""

    def __init__(self, sent: list[Sent]) -> None:
        super().__init__()
        self._news = news(sent)

    def request(self, at: int) -> bytes:
        """Raises RuntimeError when all has been told: a repeat would cost less than what is measured."""
        if (told := next(self._news, None)) is None:
            raise RuntimeError("everything has been told; more messages have to be sent before")
        (account, sid, attempt), state = told
        values = (SID, "2010-04-01", LINE, sid, state, sid, state, number(0))
        return self.post(f"/webhooks/{account}?attempt={attempt}", OF_OURS, values)


def news(sent: list[Sent]) -> Iterator[tuple[Sent, str]]:
    """Everything once."""
    for at in range(len(sent) + 2 * APART):
        for state, earlier in (("sent", at), ("delivered", at - APART), ("read", at - 2 * APART)):
            if 0 <= earlier < len(sent):
                yield sent[earlier], state


def main() -> None:
    port, what, more = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    if what == "messages":
        callers: Callers = People(int(more))
    else:
        callers = Callbacks([Sent(*line.split()) for line in Path(more).read_text().splitlines()])
    uvloop.run(serve(callers, port))


if __name__ == "__main__":
    main()
