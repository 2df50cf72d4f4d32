"""A mail's bytes as a `Mail`: who, what, which files. Pure; any bytes give a Mail, or `Malformed` at a bounded cost.

The tree is the standard library's, its policy the old one: it keeps every header as it came (RFC 5322, 2045 to 2047,
2231 and what programs make of them), and is ten times as fast as the new one. What a part means is decided here.
"""

from __future__ import annotations

import email.parser
import email.policy
import hashlib
import mimetypes
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from email.message import Message
from urllib.parse import unquote

from gateway.channels._mail_fields import (
    Person,
    file_name,
    ids_in,
    parameters,
    people,
    raw,
    raw_all,
    time_of,
)
from gateway.channels._mail_html import LONGEST, text_of
from gateway.channels._mail_parts import body_of, payload_of, text_in, unflowed, without_uu
from gateway.channels._mail_words import header_text, unfold
from gateway.errors import Malformed

MOST_PARTS = 400
"""Parts of one mail that are looked at; a mail with more of them says so."""
MOST_WORK = 20_000_000
"""Lines times parts within parts: each line is held against the boundary of every part around it."""
MOST_LINES = 1_000_000
"""Lines of one mail: the parser makes something of each that may be a header."""
MOST_RULES = 50_000
"""Lines that begin with `--` in a mail of parts: each may make one."""
MOST_GROUPS = 20_000
"""Empty lines of a mail with a delivery status, in which the parser makes a message of what stands between two."""
MOST_HEADERS = 2_000
LONGEST_HEADER = 100_000
"""Characters of one header that are read."""
LONGEST_TEXT = 400_000
"""Characters of text that are kept as words; the whole is in the mail itself."""
LONGEST_BYTES = 4 * LONGEST
"""Bytes of a part that are read as words: of any charset as many as the longest text may have."""
LONGEST_ID = 900
"""Octets of a Message-ID: databases find it by an index, whose entries have an end."""
MOST_REFERENCES = 100
MOST_MENDED = 3
"""Parts of one mail whose boundary is not the one they name."""
LONGEST_TYPE = 10_000
"""Bytes of a Content-Type: readers take the square of it to find a boundary."""

_TYPE = re.compile(rb"content-type:([^\r\n]*+(?:(?:\r\n?|\n)[ \t][^\r\n]*+)*+)")
_REFERRED = re.compile(r"(?i)\bcid:([^\s\"'<>)]{1,300})")
_BOUNDARY = re.compile(rb"(?im)^--([^\r\n]{1,100}+)\r?\n(?=content-)")
_EMPTY_LINES = re.compile(rb"\n\n++")
_PARSER = email.parser.BytesParser(policy=email.policy.compat32)
_TYPES = mimetypes.MimeTypes()
_TNEF = b"\x78\x9f\x3e\x22"
_NAMES = {
    "text/calendar": "invite.ics",
    "application/ms-tnef": "winmail.dat",
    "application/pgp-encrypted": "version.asc",
    "application/pgp-signature": "signature.asc",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "message/delivery-status": "delivery-status.txt",
    "message/disposition-notification": "read.txt",
    "text/rfc822-headers": "headers.txt",
    "text/html": "message.html",
    "text/plain": "text.txt",
}
_FOR_SERVERS = frozenset({"authentication-results"})
"""What one server says to another has no encoded words: who takes forged ones off does not see through them."""
_OTHER_SAYS = frozenset({"text/x-amp-html", "text/watch-html", "text/enriched", "text/richtext"})
"""Forms of the same text for programs of one house."""
_NOT_WORDS = frozenset({"text/calendar", "text/csv", "text/vcard", "text/x-vcard", "text/directory"})
_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a mail."""

    name: str
    mime: str
    body: bytes
    cid: str = ""
    """By which its text refers to it (RFC 2392), without the brackets."""
    inline: bool = False
    """It stands in the text, not below it."""


@dataclass(slots=True)
class Mail:
    message_id: str
    """Without the brackets; one made of the content where the mail has none."""
    digest: str
    """Of who wrote and what: the same id with another digest is another message."""
    headers: Sequence[tuple[str, str]]
    """Lower-case names, values as people read them, in their order."""
    from_: Sequence[Person] = ()
    sender: Sequence[Person] = ()
    reply_to: Sequence[Person] = ()
    original: Sequence[Person] = ()
    """X-Original-Sender, X-Original-From: whom a list or a forwarder has put itself before."""
    to: Sequence[Person] = ()
    cc: Sequence[Person] = ()
    subject: str = ""
    at: int | None = None
    """The sender's time, UTC ms."""
    in_reply_to: Sequence[str] = ()
    references: Sequence[str] = ()
    """The oldest first."""
    text: str = ""
    """All of it, quotes and signature included; of the HTML where there is no other."""
    html: str | None = None
    """As it came."""
    files: list[Part] = field(default_factory=list)
    protection: str = ""
    """`encrypted` or `signed`: PGP or S/MIME."""
    cut: bool = False
    """There is more of it than is looked at."""
    report: Message[str, str] | None = None
    """A multipart/report as the parser read it (RFC 6522)."""

    def header(self, name: str) -> str:
        """The first of that name, or nothing."""
        return next((value for known, value in self.headers if known == name), "")

    def all(self, name: str) -> list[str]:
        return [value for known, value in self.headers if known == name]


def parse(source: bytes) -> Mail:
    """Raises Malformed: no mail at all, or one that is nested beyond any use."""
    # NULs are no part of any mail (RFC 5322, section 2.2); programs that end at one show less than is there.
    source = source.replace(b"\0", b"")
    if not source.strip():
        raise Malformed("errors.mail_empty", "the mail is empty")
    try:
        return _read(_tree(source))
    except RecursionError:
        raise Malformed("errors.mail_nested", "parts within parts") from None


def _tree(source: bytes) -> Message[str, str]:
    """Raises Malformed for what would cost more than its size, RecursionError."""
    _refuse_costly(source)
    try:
        return _PARSER.parsebytes(source)
    except RecursionError:
        raise
    except Exception as why:
        # Labels that name no charset of words reach codecs in there, which raise whatever they like.
        raise Malformed("errors.mail_nested", f"the parser says {why!r}") from None


def _refuse_costly(source: bytes) -> None:
    """Raises Malformed. Also for what was found behind an encoding: there it is hidden from whoever looks at the
    whole."""
    lowered = source.lower()
    ends = lowered.count(b"\n") + lowered.count(b"\r") + 1
    lines = ends - lowered.count(b"\r\n")
    nests = lowered.count(b"multipart/") + lowered.count(b"message/")
    if lines > MOST_LINES:
        raise Malformed("errors.mail_nested", f"{lines} lines")
    if nests * ends > MOST_WORK:
        raise Malformed("errors.mail_nested", f"{nests} parts within parts")
    if nests and lowered.count(b"\n--") + lowered.count(b"\r--") > MOST_RULES:
        raise Malformed("errors.mail_nested", "too many lines that may part it")
    if b"message/delivery-status" in lowered and _empty_lines(lowered) > MOST_GROUPS:
        raise Malformed("errors.mail_nested", "too many groups of a status")
    types = (
        told
        for told in _TYPE.finditer(lowered)
        if lowered[max(told.start() - 1, 0) : told.start()] in {b"", b"\r", b"\n"}
    )
    if any(len(told[1]) > LONGEST_TYPE for told in types):
        raise Malformed("errors.mail_nested", f"a Content-Type of more than {LONGEST_TYPE} bytes")


def _empty_lines(source: bytes) -> int:
    plain = source.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return sum(len(run[0]) - 1 for run in _EMPTY_LINES.finditer(plain))


def _read(tree: Message[str, str]) -> Mail:
    told = list(tree.raw_items())
    headers = [
        (name.lower(), _value(name.lower(), str(value)[:LONGEST_HEADER]))
        for name, value in told[:MOST_HEADERS]
    ]
    if not headers:
        raise Malformed("errors.mail_no_headers", "not one header")
    mail = Mail("", "", headers, cut=len(told) > MOST_HEADERS)
    mail.from_ = people(raw_all(tree, "from"))
    mail.sender = people(raw_all(tree, "sender"))
    mail.reply_to = people(raw_all(tree, "reply-to"))
    mail.original = people([*raw_all(tree, "x-original-sender"), *raw_all(tree, "x-original-from")])
    mail.to, mail.cc = people(raw_all(tree, "to")), people(raw_all(tree, "cc"))
    mail.subject = mail.header("subject")[:1000]
    mail.at = time_of(mail.header("date"))
    mail.in_reply_to = ids_in(" ".join(mail.all("in-reply-to"))[:LONGEST_HEADER])[:MOST_REFERENCES]
    mail.references = ids_in(" ".join(mail.all("references"))[-LONGEST_HEADER:])[-MOST_REFERENCES:]
    _Body(mail).take(tree)
    mail.digest = _digest(mail)
    named = mail.header("message-id")
    ids = ids_in(named) or [re.sub(r"\s+", "", named.strip("<> "))]
    mail.message_id = _cut(ids[0], LONGEST_ID) or _made_id(mail)
    return mail


def _cut(text: str, octets: int) -> str:
    return text.encode("utf-8", "replace")[:octets].decode("utf-8", "ignore")


def _value(name: str, told: str) -> str:
    return unfold(told).strip() if name in _FOR_SERVERS and told.isascii() else header_text(told)


def _digest(mail: Mail) -> str:
    """Of the sender and what is said: what a server on the way adds or folds anew is not looked at."""
    sha = hashlib.sha256()
    for words in (*(person.address for person in mail.from_), mail.text, mail.html or ""):
        sha.update(re.sub(r"\s+", " ", words).strip().encode("utf-8", "replace") + b"\0")
    for part in mail.files:
        sha.update(hashlib.sha256(part.body).digest())
    return sha.hexdigest()


def _made_id(mail: Mail) -> str:
    """The same short words at another time are another mail."""
    told = "\0".join((mail.digest, mail.subject, mail.header("date")))
    return f"{hashlib.sha256(told.encode('utf-8', 'replace')).hexdigest()[:40]}@no-id.invalid"


class _Body:
    """Goes through the parts and puts each where it belongs."""

    def __init__(self, mail: Mail) -> None:
        self.mail = mail
        self.left = MOST_PARTS
        self.mended = MOST_MENDED
        self.texts: list[str] = []
        self.htmls: list[str] = []

    def take(self, tree: Message[str, str]) -> None:
        mail = self.mail
        self._part(tree, alone=True)
        text = "\n\n".join(text.strip("\n") for text in self.texts if text.strip())
        html = "\n<hr>\n".join(self.htmls)
        mail.cut = mail.cut or self.left < 0 or len(text) > LONGEST_TEXT or len(html) > LONGEST
        mail.text, mail.html = text[:LONGEST_TEXT], html[:LONGEST] or None
        if mail.html is not None and not mail.text:
            mail.text = text_of(mail.html)[:LONGEST_TEXT]
        # What the text refers to stands in it, whatever its disposition says; what it does not, below it.
        referred = {unquote(cid) for cid in _REFERRED.findall(mail.html or "")}
        mail.files = [replace(one, inline=one.cid in referred) if one.cid else one for one in mail.files]
        if not mail.protection and mail.text.lstrip().startswith("-----BEGIN PGP "):
            mail.protection = "encrypted" if "-----BEGIN PGP MESSAGE" in mail.text[:1000] else "signed"

    def _part(self, part: Message[str, str], *, alone: bool = False) -> None:
        self.left -= 1
        if self.left < 0:
            return
        kind = part.get_content_type()
        if kind.startswith("multipart/"):
            self._several(part, kind)
        elif kind.startswith("message/"):
            self._file(part, kind, body_of(part))
        else:
            self._leaf(part, kind, alone)

    def _several(self, part: Message[str, str], kind: str) -> None:
        payload = payload_of(part)
        inner = payload if isinstance(payload, list) else self._mended(body_of(part))
        if kind == "multipart/report" and self.mail.report is None:
            self.mail.report = part
        if kind in {"multipart/signed", "multipart/encrypted"}:
            self.mail.protection = self.mail.protection or kind.partition("/")[2]
        if not inner:
            # No part can be told from the others: it is shown as it stands.
            self._say("text/plain", self._words_of(part), {})
        elif kind == "multipart/alternative":
            self._alternatives(inner)
        else:
            for one in inner:
                self._part(one)

    def _mended(self, body: bytes) -> list[Message[str, str]]:
        """A boundary that is missing, encoded, or not the one that is used: the one before headers is it."""
        found = _BOUNDARY.search(body)
        if found is None or self.mended == 0 or b'"' in found[1]:
            return []
        self.mended -= 1
        begun = b'Content-Type: multipart/mixed; boundary="' + found[1].rstrip(b" \t") + b'"\n\n'
        try:
            inner = payload_of(_tree(begun + body))
        except Malformed:
            return []
        return inner if isinstance(inner, list) else []

    def _alternatives(self, inner: list[Message[str, str]]) -> None:
        """The same thing said several times, the best form last (RFC 2046, section 5.1.4): each form is kept once."""
        texts, htmls = self.texts, self.htmls
        best: tuple[list[str], list[str]] = ([], [])
        for one in inner:
            self.texts, self.htmls = [], []
            if one.get_content_type() not in _OTHER_SAYS:
                self._part(one)
            # Pictures and files may stand in one of the forms, words of both kinds with them.
            if self.texts and (not self.htmls or not best[0]):
                best = (self.texts, best[1])
            if self.htmls:
                best = (best[0], self.htmls)
        self.texts, self.htmls = texts + best[0], htmls + best[1]

    def _leaf(self, part: Message[str, str], kind: str, alone: bool) -> None:
        name = file_name(part)
        disposition = raw(part, "content-disposition").partition(";")[0].strip().lower()
        is_text = kind in {"text/plain", "text/html"} or (
            alone and kind.startswith("text/") and kind not in _NOT_WORDS
        )
        if is_text and disposition != "attachment" and (alone or not name):
            self._say(kind, self._words_of(part), parameters(raw(part, "content-type")))
        else:
            self._file(part, kind, body_of(part), name)

    def _words_of(self, part: Message[str, str]) -> str:
        words, cut = text_in(part, LONGEST_BYTES)
        self.mail.cut = self.mail.cut or cut
        return words

    def _say(self, kind: str, said: str, told: dict[str, str]) -> None:
        if kind == "text/html":
            self.htmls.append(said[: LONGEST + 1])
            return
        said, files = without_uu(said)
        for name, body in files:
            self.mail.files.append(Part(name, _TYPES.guess_type(name)[0] or "application/octet-stream", body))
        self.texts.append(unflowed(said[: LONGEST_TEXT + 1], told))

    def _file(self, part: Message[str, str], kind: str, body: bytes, name: str = "") -> None:
        name = name or file_name(part)
        if kind in _SMIME:
            told = parameters(raw(part, "content-type")).get("smime-type", "").lower()
            self.mail.protection = self.mail.protection or (
                "signed" if told.startswith("signed") else "encrypted"
            )
        if body.startswith(_TNEF):
            kind = "application/ms-tnef"
        cid = header_text(raw(part, "content-id")).strip("<> ")[:300]
        self.mail.files.append(Part(name or self._name_for(part, kind), kind[:100], body, cid))

    def _name_for(self, part: Message[str, str], kind: str) -> str:
        """Of a file that does not say its name."""
        if kind == "message/rfc822":
            return f"{_subject_in(part) or 'message'}.eml"
        ending = ".txt" if kind.startswith("message/") else _TYPES.guess_extension(kind) or ".bin"
        return _NAMES.get(kind, f"file-{len(self.mail.files) + 1}{ending}")


def _subject_in(part: Message[str, str]) -> str:
    payload = payload_of(part)
    subject = header_text(raw(payload[0], "subject")) if isinstance(payload, list) and payload else ""
    return re.sub(r'[\\/:*?"<>|]+', " ", subject)[:80].strip()
