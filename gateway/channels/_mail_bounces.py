"""What mail servers report of mails of ours: not delivered, delayed, delivered.

RFC 3464 (delivery status), RFC 3463 (its codes) and RFC 8098 (read receipts) where a program knows them; the words of
qmail, Exim, old Exchange and the houses of Korea where it does not. Anybody can write such a mail: it counts only for
an id that we have signed (`_mail_threads`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from gateway.channels._mail_fields import ids_in, raw
from gateway.channels._mail_parse import Mail
from gateway.channels._mail_parts import body_of, payload_of, source_of
from gateway.channels._mail_status import CODE, NO_USER, NOBODY, meaning, meaning_of_reply
from gateway.channels._mail_words import decode, header_text, raw_bytes
from gateway.events import DeliveryReport, DeliveryState

POSTMASTER = re.compile(
    r"^(?:mailer[-_.]?daemon|mail[-_.]?daemon|postmaster|double-bounce|mdaemon|mail-?delivery)@",
    re.IGNORECASE,
)
LOOKED_AT = 20_000
"""Characters of a bounce's words by which it is understood."""
LONGEST_STATUS = 1_000_000
"""Bytes of a delivery status that is encoded."""
MOST_RECIPIENTS = 200

_FAILED = re.compile(
    r"undeliver|delivery (?:status notification|failure|has failed|report|incomplete|problem)"
    r"|mail delivery (?:failed|system)|returned mail|failure notice"
    r"|could not (?:be delivered|send message)|not delivered"
    r"|(?:배달|전송|발송|전달) ?(?:되지|하지|실패|할 수 없|불가|오류)|(?:메일이|메일을) .{0,20}못했"
    r"|반송|수신 ?(?:실패|거부)"
    r"|送信(?:できません|エラー)|配信(?:不能|エラー|できません)|配信されませんでした|届けできませんでした"
    r"|退信|(?:无法|無法|未能)(?:投递|投遞|传递|傳遞|送达|送達)|投递失败",
    re.IGNORECASE,
)
_DELAYED = re.compile(r"delayed|지연|遅延|延迟|延遲", re.IGNORECASE)
_TRIES_ON = re.compile(
    r"still being retried|will (?:keep trying|continue to (?:try|be))|no action is required", re.IGNORECASE
)
_REPLY = re.compile(r"(?<![\d.])([45]\d\d)[ \-](?!\d)")
_MAIL = re.compile(r"[^\s<>\",;:()\[\]'「」‘’]{1,100}@[A-Za-z0-9][A-Za-z0-9.-]{1,200}\.[A-Za-z]{2,}")
_ID_LINE = re.compile(r"^[> \t]*message-id:\s*<([^<>\s]{1,900})>", re.IGNORECASE | re.MULTILINE)
_COPY = re.compile(
    r"^.{0,20}(?:below this line is a copy|this is a copy of (?:the|your) message|original message|원본 ?메일|원문).*$",
    re.IGNORECASE | re.MULTILINE,
)
_STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_HEADERS = frozenset({"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"})
_ACTIONS = {
    "failed": DeliveryState.FAILED,
    "delivered": DeliveryState.DELIVERED,
    "relayed": DeliveryState.SENT,
    "expanded": DeliveryState.SENT,
    "read": DeliveryState.READ,
}


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a mail server or program says became of one mail of ours to one address."""

    message_id: str
    """Of our mail, without the brackets; empty: it does not say."""
    recipient: str
    """In lower case; empty: it does not say."""
    action: str
    """`failed`, `delayed`, `delivered`, `relayed`, `expanded` (RFC 3464, section 2.3.3) or `read`."""
    code: str
    """As in RFC 3463, `5.1.1`; empty: it does not say."""
    words: str
    """Its own, for the details."""

    def report(self) -> DeliveryReport | None:
        """For the attempt with that id; None: nothing is settled (it is delayed), or nobody knows of which mail."""
        state = _ACTIONS.get(self.action)
        if state is None or not self.message_id:
            return None
        if state is not DeliveryState.FAILED:
            return DeliveryReport(self.message_id, state)
        reason, then = meaning(self.code) if self.code else meaning_of_reply(0, self.words)
        if self.code in {"5.0.0", "5.7.1"} and NO_USER.search(self.words):
            reason, then = NOBODY
        return DeliveryReport(self.message_id, state, code=self.code or None, reason=reason, then=then)


def from_server(mail: Mail) -> bool:
    """Does it say that a mail server wrote it? Anybody can say so."""
    named = any(POSTMASTER.match(person.address) for person in mail.from_)
    return named or mail.header("return-path").replace(" ", "") == "<>"


def bounces(mail: Mail) -> list[Bounce]:
    """What it reports of mails of ours; nothing where it is no server's."""
    found = list(_reported(mail, mail.report)) if mail.report is not None else []
    return (found or list(_told(mail)))[:MOST_RECIPIENTS]


def _reported(mail: Mail, report: Message[str, str]) -> Iterator[Bounce]:
    """RFC 3464: a part of fields for the mail, then one for each recipient."""
    parts = _parts(report)
    original = _original(mail, parts)
    for part in parts:
        if part.get_content_type() == "message/disposition-notification":
            yield from (
                _read(fields)
                for fields in _groups(part)
                if "displayed" in fields.get("disposition", "").lower()
            )
        if part.get_content_type() not in _STATUS:
            continue
        for fields in _groups(part):
            action = fields.get("action", "").lower().partition(" ")[0]
            recipient = fields.get("original-recipient") or fields.get("final-recipient") or ""
            if not action and not recipient:
                continue
            diagnostic = fields.get("diagnostic-code", "")
            status = CODE.search(fields.get("status", "")) or CODE.search(diagnostic)
            # Some servers say 5.0.0 and the code in the words of the one that refused.
            if status is not None and status[0].endswith(".0.0"):
                status = CODE.search(diagnostic.partition(";")[2]) or status
            failed = status is not None and status[1] == "5"
            yield Bounce(
                original,
                _recipient(recipient),
                action if action in {*_ACTIONS, "delayed"} else "failed" if failed else "delayed",
                status[0] if status else "",
                re.sub(r"\s+", " ", diagnostic.partition(";")[2] or diagnostic).strip()[:500],
            )


def _read(fields: dict[str, str]) -> Bounce:
    """RFC 8098, section 3.2: she, or her program, says that it was shown to her."""
    message_id = next(iter(ids_in(fields.get("original-message-id", ""))), "")
    return Bounce(message_id, _recipient(fields.get("final-recipient", "")), "read", "", "")


def _parts(report: Message[str, str]) -> list[Message[str, str]]:
    """The report's own, and those in one another of them; not what is in the mail that it returns."""
    payload = payload_of(report)
    found: list[Message[str, str]] = []
    for one in payload if isinstance(payload, list) else []:
        found += _parts(one) if one.get_content_maintype() == "multipart" else [one]
    return found[:MOST_RECIPIENTS]


def _recipient(value: str) -> str:
    """Without its kind: `rfc822; hana@naver.com` (RFC 3464, section 2.3.1)."""
    return (value.partition(";")[2] or value).strip(" <>").lower()[:320]


def _groups(part: Message[str, str]) -> Iterator[dict[str, str]]:
    payload = payload_of(part)
    # The parser takes the blocks apart before it knows that they are encoded.
    plain = raw(part, "content-transfer-encoding").strip().lower() not in {"base64", "quoted-printable"}
    if isinstance(payload, list) and plain:
        for one in payload[: MOST_RECIPIENTS + 1]:
            items = [(name, header_text(str(value)[:LOOKED_AT])) for name, value in one.raw_items()]
            yield {name.lower(): value for name, value in reversed(items)}
        return
    told = decode(body_of(part)[:LONGEST_STATUS])
    for block in re.split(r"\n[ \t]*\n", told, maxsplit=MOST_RECIPIENTS + 1)[: MOST_RECIPIENTS + 1]:
        lines = (line.partition(":") for line in re.sub(r"\n[ \t]+", " ", block).split("\n"))
        yield {name.strip().lower(): value.strip() for name, colon, value in lines if colon}


def _original(mail: Mail, parts: list[Message[str, str]]) -> str:
    """The id of our mail: in what is returned of it, or where the report says that it answers."""
    for part in parts:
        kind = part.get_content_type()
        payload = payload_of(part)
        if kind in {"message/rfc822", "message/global"} and isinstance(payload, list) and payload:
            found = next(iter(ids_in(raw(payload[0], "message-id"))), "")
        elif kind in _HEADERS:
            # The parser takes a message/* apart; a text/* is one piece.
            told = source_of(payload[0]) if isinstance(payload, list) and payload else decode(body_of(part))
            found = _id_in(decode(raw_bytes(told)))
        else:
            continue
        if found:
            return found
    return _answered(mail)


def _answered(mail: Mail) -> str:
    return next(iter([*mail.in_reply_to, *reversed(mail.references)]), "")


def _id_in(text: str) -> str:
    found = _ID_LINE.search(text)
    return found[1] if found else ""


def _told(mail: Mail) -> Iterator[Bounce]:
    """Programs that say it in words."""
    exim = mail.header("x-failed-recipients")
    if not exim and not (
        from_server(mail) and (_FAILED.search(mail.subject) or _DELAYED.search(mail.subject))
    ):
        return
    # What is quoted of our own mail below must not be taken for the server's words.
    words = _COPY.split(mail.text[:LOOKED_AT], maxsplit=1)[0]
    returned = [decode(part.body[:LOOKED_AT]) for part in mail.files if part.mime.startswith("message/")]
    message_id = _id_in(mail.text[:LOOKED_AT]) or _id_in("\n".join(returned)) or _answered(mail)
    told = [one.strip().lower() for one in exim.split(",") if one.strip()]
    if not told:
        own = {person.address for person in (*mail.from_, *mail.to)}
        found = (one.lower().rstrip(".") for one in _MAIL.findall(words))
        told = [one for one in found if one not in own and not POSTMASTER.match(one)][:1]
    reason = _reason(words)
    code = CODE.search(reason) or CODE.search(words)
    failed = not _DELAYED.search(mail.subject) and not _TRIES_ON.search(words)
    for recipient in told[:MOST_RECIPIENTS] or [""]:
        yield Bounce(
            message_id, recipient, "failed" if failed else "delayed", code[0] if code else "", reason
        )


def _reason(words: str) -> str:
    """The line that holds the code, or says that there is nobody; else the first that says something of failure."""
    lines = [line.strip() for line in words.split("\n")]
    for tells in (CODE.search, _REPLY.search, NO_USER.search, _FAILED.search):
        for line in lines:
            if tells(line):
                return line[:500]
    return ""
