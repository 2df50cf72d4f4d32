"""WebSocket frames as bytes: a text is encoded once and written to many sockets."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import orjson

PIECE = 16 * 1024
"""Bytes of payload in one WebSocket frame; a longer text is a run of them (RFC 6455, section 5.4). With its head less
than the least `socket_buffer`."""


def text_frame(payload: bytes) -> bytes:
    """A whole unmasked WebSocket text message (RFC 6455, section 5): made once, written to many sockets."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size <= PIECE:
        return b"\x81\x7e" + struct.pack("!H", size) + payload
    # Between two pieces of a run the browser can be told other things: a ping, or that it is cut.
    run = [payload[at : at + PIECE] for at in range(0, size, PIECE)]
    firsts = [b"\x01", *[b"\x00"] * (len(run) - 2), b"\x80"]
    return b"".join(_piece(first, piece) for first, piece in zip(firsts, run, strict=True))


def _piece(first: bytes, payload: bytes) -> bytes:
    size = len(payload)
    return first + (bytes((size,)) if size < 126 else b"\x7e" + struct.pack("!H", size)) + payload


def pieces(message: bytes) -> Iterator[memoryview]:
    """The frames of what `text_frame` made, without copying them."""
    whole, at = memoryview(message), 0
    while at < len(whole):
        length = whole[at + 1]
        end = at + 2 + length if length < 126 else at + 4 + int.from_bytes(whole[at + 2 : at + 4])
        yield whole[at:end]
        at = end


def payloads(written: bytes) -> Iterator[bytes]:
    """The texts in a stretch of what was written to a session; control frames (a cut) are none."""
    text = b""
    for piece in pieces(written):
        if piece[0] & 0x08:
            continue
        text += piece[2 if piece[1] < 126 else 4 :]
        if piece[0] & 0x80:
            yield text
            text = b""


def encode(frame: Any) -> bytes:
    """A frame of one of the wires, ready to be written."""
    return text_frame(orjson.dumps(frame))
