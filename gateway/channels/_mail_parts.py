"""The bytes of a mail's parts: transfer encodings taken off, mails within mails as they came, lines joined again."""

from __future__ import annotations

import binascii
import quopri
import re
from email.message import Message
from typing import Any

from gateway.channels._mail_fields import parameters, raw
from gateway.channels._mail_words import base64_bytes, decode, raw_bytes

MOST_UU = 50
"""Files written into a text by uuencode that are taken out of it."""
_UU_BEGIN = re.compile(r"begin [0-7]{3,4} (\S.{0,200})")


def payload_of(part: Message[Any, Any]) -> str | list[Message[Any, Any]]:
    """As the parser keeps it; `get_payload` reads raw bytes by a label of its own choice."""
    payload: Any = getattr(part, "_payload", "")
    if isinstance(payload, list):
        return [one for one in payload if isinstance(one, Message)]
    return payload if isinstance(payload, str) else ""


def body_of(part: Message[Any, Any]) -> bytes:
    """A part's bytes, as far as its transfer encoding can be read (RFC 2045, section 6)."""
    payload = payload_of(part)
    body = raw_bytes(_list(payload) if isinstance(payload, list) else payload)
    way = raw(part, "content-transfer-encoding").strip().lower().partition(";")[0]
    if way == "base64":
        return base64_bytes(body)
    if way == "quoted-printable":
        return quopri.decodestring(body)
    if way in {"x-uuencode", "uuencode", "uue", "x-uue"}:
        return _uu(body.splitlines())
    return body


def _list(inner: list[Message[Any, Any]]) -> str:
    """A mail within a mail, or the blocks of a delivery status."""
    return "\n".join(source_of(one) for one in inner)


def source_of(part: Message[Any, Any]) -> str:
    """As it came, its headers not folded anew. Raises RecursionError."""
    lines = [f"{name}: {value}\n" for name, value in part.raw_items()]
    payload = payload_of(part)
    if isinstance(payload, str):
        return f"{''.join(lines)}\n{payload}"
    if part.get_content_maintype() != "multipart":
        return f"{''.join(lines)}\n{_list(payload)}"
    rule = f"--{parameters(raw(part, 'content-type')).get('boundary', '')}"
    inner = "".join(f"{rule}\n{source_of(one)}\n" for one in payload)
    before = f"{part.preamble}\n" if part.preamble else ""
    return f"{''.join(lines)}\n{before}{inner}{rule}--\n{part.epilogue or ''}"


def text_in(part: Message[Any, Any], most: int) -> tuple[str, bool]:
    """A part of text as words, of its first `most` bytes; and whether there are more."""
    body = body_of(part)
    return decode(body[:most], parameters(raw(part, "content-type")).get("charset")), len(body) > most


def _uu(lines: list[bytes]) -> bytes:
    out: list[bytes] = []
    begun = False
    for line in lines:
        if not begun:
            begun = line.startswith(b"begin ")
        elif line.strip() == b"end":
            break
        else:
            out.append(_uu_line(line))
    return b"".join(out)


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Encoders that count wrongly: what the first letter says is how much is read.
        size = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
        try:
            return binascii.a2b_uu(line[:size])
        except binascii.Error:
            return b""


def without_uu(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text, and the files that old programs have written into it."""
    lines = text.split("\n")
    kept: list[str] = []
    files: list[tuple[str, bytes]] = []
    at = 0
    begun: tuple[int, str] | None = None
    for number, line in enumerate(lines):
        if begun is None:
            found = _UU_BEGIN.fullmatch(line.rstrip()) if line.startswith("begin ") else None
            begun = (number, found[1]) if found is not None and len(files) < MOST_UU else None
        elif line.strip() == "end":
            first, name = begun
            if body := _uu([one.encode("utf-8", "replace") for one in lines[first:number]]):
                files.append((name, body))
                kept += lines[at:first]
                at = number + 1
            begun = None
    return "\n".join([*kept, *lines[at:]]), files


def unflowed(text: str, told: dict[str, str]) -> str:
    """Lines that the sender's program has broken are joined again (RFC 3676, section 4)."""
    if told.get("format", "").lower() != "flowed":
        return text
    drops = told.get("delsp", "").lower() == "yes"
    out: list[list[str]] = []
    goes_on = -1  # how deep the quote is whose paragraph goes on
    for line in text.split("\n"):
        said = line.lstrip(">")
        depth = len(line) - len(said)
        said = said.removeprefix(" ")
        flows = said.endswith(" ") and said != "-- "
        kept = said[:-1] if flows and drops else said
        if goes_on == depth and said != "-- ":
            out[-1].append(kept)
        else:
            out.append([f"{'>' * depth} {kept}" if depth else kept])
        goes_on = depth if flows else -1
    return "\n".join("".join(line).rstrip(" ") if line != ["-- "] else "-- " for line in out)
