"""What a mail server's no means to an agent: the key of its words, and what it means for what comes after.

RFC 3463 and its registry (https://www.iana.org/assignments/smtp-enhanced-status-codes), and what others say
(https://support.google.com/a/answer/3726730,
https://learn.microsoft.com/exchange/troubleshoot/email-delivery/non-delivery-reports-in-exchange-online). The first
digit, whether it is for good, is left out: one table serves an answer on the line and a bounce that comes later.
"""

from __future__ import annotations

import re

from gateway.events import NextStep

Meaning = tuple[str, NextStep]

UNKNOWN: Meaning = ("delivery.failed", NextStep.AGAIN)
NOBODY: Meaning = ("delivery.no_such_address", NextStep.NEVER)
CLOSED: Meaning = ("delivery.mailbox_closed", NextStep.NEVER)
FULL: Meaning = ("delivery.mailbox_full", NextStep.AGAIN)
TOO_LARGE: Meaning = ("delivery.mail_too_large", NextStep.NEVER)
AWAY: Meaning = ("delivery.mail_server_away", NextStep.AGAIN)
REFUSED: Meaning = ("delivery.mail_refused", NextStep.NEVER)
UNPROVEN: Meaning = ("delivery.mail_unproven", NextStep.ACCOUNT)
ACCOUNT: Meaning = ("delivery.account", NextStep.ACCOUNT)
PROVIDER: Meaning = ("delivery.provider", NextStep.AGAIN)
MANY: Meaning = ("delivery.too_many", NextStep.AGAIN)

STATUS: dict[str, Meaning] = {
    "1": NOBODY,  # addresses
    "1.7": ACCOUNT,  # the sender's address is malformed
    "1.8": ACCOUNT,  # the sender's domain does not exist
    "2": CLOSED,  # mailboxes
    "2.2": FULL,
    "2.3": TOO_LARGE,
    "3": PROVIDER,  # the receiving system
    "3.4": TOO_LARGE,
    "4": AWAY,  # the network, and the way there
    "4.1": REFUSED,  # at Microsoft: access denied by the recipient's organisation
    "4.4": NOBODY,  # the domain has no server for mail
    "4.310": NOBODY,  # at Microsoft: the domain does not exist
    "5": PROVIDER,  # protocol
    "5.3": MANY,
    "6": REFUSED,  # content
    "6.7": NOBODY,  # an address of other letters, not taken there
    "7": REFUSED,  # policy
    "7.8": ACCOUNT,  # our sign-in
    "7.9": ACCOUNT,
    "7.20": UNPROVEN,  # DKIM
    "7.21": UNPROVEN,
    "7.22": UNPROVEN,
    "7.23": UNPROVEN,  # SPF
    "7.24": UNPROVEN,
    "7.25": UNPROVEN,  # our host has no name
    "7.26": UNPROVEN,  # several of these
    "7.27": NOBODY,  # null MX
    "7.30": ACCOUNT,  # TLS is asked of us
    "7.57": ACCOUNT,  # at Microsoft: not signed in
    "7.60": ACCOUNT,  # may not send as this sender
    "7.509": UNPROVEN,  # DMARC
}
"""Subject and detail of a code, or its subject alone."""
REPLIES: dict[int, Meaning] = {
    521: NOBODY,  # RFC 7504: takes no mail at all
    530: ACCOUNT,
    535: ACCOUNT,
    550: NOBODY,
    551: NOBODY,
    552: FULL,
    553: NOBODY,
    554: REFUSED,
    556: NOBODY,
}
"""Where a server says no enhanced code (RFC 5321 section 4.2.3), to a recipient."""

CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
SPAM = re.compile(r"\b(?:spam|blacklist|blocklist|blocked|spamhaus|reputation|policy)\b|rbl", re.IGNORECASE)
NO_USER = re.compile(
    r"(?:user|mailbox|address|recipient|account)\s+(?:is\s+)?(?:unknown|not found|unavailable|does(?:n't| not) exist)"
    r"|(?:unknown|no such|invalid)\s+(?:user|mailbox|recipient|address|account)",
    re.IGNORECASE,
)


def enhanced(words: str) -> str:
    """The code that an answer's words begin with, else the first in them; empty: none."""
    found = CODE.search(words)
    return found[0] if found else ""


def meaning(code: str) -> Meaning:
    """Of an enhanced code such as `5.1.1`; what is not known means what its subject does."""
    found = CODE.fullmatch(code)
    if found is None:
        return UNKNOWN
    return STATUS.get(f"{found[2]}.{int(found[3])}") or STATUS.get(found[2], UNKNOWN)


def meaning_of_reply(reply: int, words: str) -> Meaning:
    """Of a whole answer on the line, given to a recipient or to the mail."""
    code = enhanced(words)
    # Many servers say 5.7.1 or 5.0.0 to everything; their words know better.
    if code in ("", "5.0.0", "5.7.1") and NO_USER.search(words):
        return NOBODY
    if code and code != "5.0.0":
        return meaning(code)
    if SPAM.search(words):
        return REFUSED
    return REPLIES.get(reply, UNKNOWN)
