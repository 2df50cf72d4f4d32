"""Image dimensions from header bytes, so that a browser reserves room; no pixel is ever decoded.

The numbers are the file's own claim. What they claim beyond the limits is never shown inline (see `kinds`).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import NamedTuple

LARGEST = 2**31 - 1
"""No format's larger claim counts as a size, nor fits a database's integer."""

SEGMENTS = 1024
"""No JPEG has so many before its frame: a made-up one must not keep us busy."""

_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # ITU T.81 table B.1: start of frame
_ALONE = frozenset(range(0xD0, 0xD8)) | {0x01}  # ITU T.81 table B.1: markers without a length
_ORIENTATION = 0x0112  # TIFF tag 274 (EXIF 2.32 section 4.6.4)


class Size(NamedTuple):
    """Width and height in pixels as a viewer shows them, EXIF orientation applied."""

    width: int
    height: int


def image_size(mime: str, head: bytes) -> Size | None:
    """The dimensions that an image's first bytes state; None when they do not (truncated, damaged, unknown type).

    Never raises. `mime` is one of image/png, jpeg, gif, webp, avif.
    """
    reader = _READERS.get(mime)
    try:
        size = reader(head) if reader else None
    except (struct.error, IndexError):
        return None
    return size if size and 0 < size.width <= LARGEST and 0 < size.height <= LARGEST else None


def _png(head: bytes) -> Size | None:
    """PNG third edition, section 11.2.1: IHDR comes first."""
    if head[:8] != b"\x89PNG\r\n\x1a\n" or head[12:16] != b"IHDR" or len(head) < 33:
        return None
    return Size(*struct.unpack_from(">II", head, 16))


def _gif(head: bytes) -> Size | None:
    """GIF89a section 18: the logical screen, which clips every frame."""
    if head[:6] not in (b"GIF87a", b"GIF89a") or len(head) < 13:
        return None
    return Size(*struct.unpack_from("<HH", head, 6))


def _webp(head: bytes) -> Size | None:
    """RFC 9649 sections 2.5 to 2.7: lossy, lossless or extended, told by the first chunk."""
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        return None
    if head[12:16] == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", head, 26)
        return Size(width & 0x3FFF, height & 0x3FFF)
    if head[12:16] == b"VP8L" and head[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", head, 21)
        return Size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if head[12:16] == b"VP8X" and len(head) >= 30:
        width, height = int.from_bytes(head[24:27], "little"), int.from_bytes(head[27:30], "little")
        return Size(width + 1, height + 1)
    return None


def _avif(head: bytes) -> Size | None:
    """HEIF (ISO/IEC 23008-12) sections 6.5.3 and 6.5.10: the largest `ispe` of any item, turned by `irot`."""
    if head[4:8] != b"ftyp":
        return None
    sizes = [struct.unpack(">II", found) for found in re.findall(rb"ispe\0\0\0\0(.{8})", head, re.DOTALL)]
    if not sizes:
        return None
    size = Size(max(width for width, _ in sizes), max(height for _, height in sizes))
    turned = re.search(rb"\0\0\0\x09irot(.)", head, re.DOTALL)
    return Size(size.height, size.width) if turned and turned.group(1)[0] & 1 else size


def _jpeg(head: bytes) -> Size | None:
    """ITU T.81 section B.2.2: the frame header's lines and samples; Y = 0 (told later by DNL) counts as unknown."""
    if head[:2] != b"\xff\xd8":
        return None
    at, orientation = 2, 1
    for _ in range(SEGMENTS):
        if head[at] != 0xFF:
            return None
        marker = head[at + 1]
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", head, at + 2)
        if marker in _SOF:
            height, width = struct.unpack_from(">HH", head, at + 5)
            return Size(height, width) if orientation >= 5 else Size(width, height)
        if marker in (0xD9, 0xDA) or length < 2:
            return None
        if marker == 0xE1 and head[at + 4 : at + 10] == b"Exif\0\0":
            orientation = _orientation(head[at + 10 : at + 2 + length])
        at += 2 + length
    return None


def _orientation(tiff: bytes) -> int:
    """EXIF 2.32 section 4.6.4: 1 to 8; 5 and above swap width and height. 1 when the block does not say."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
            if tag == _ORIENTATION and kind == 3:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1


_READERS: dict[str, Callable[[bytes], Size | None]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/gif": _gif,
    "image/webp": _webp,
    "image/avif": _avif,
}
