"""File names that are safe to show, to store in a header and to save on any system; Korean names stay themselves."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

NAME_BYTES = 180
"""The longest name, in bytes of UTF-8: below the 255 of common file systems, with room for a browser's " (1)"."""

_JOINERS = "\u200c\u200d"  # needed inside words (Persian, Hindi) and emoji
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # controls, bidi overrides, surrogates, line separators
_RESERVED_MARKS = re.compile(r'[<>:"|?*/\\]')
_RESERVED_NAMES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)", re.IGNORECASE)
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,15}$")
_ATTR_CHAR = "!#$&+-.^_`|~"  # RFC 8187 section 3.2.1, besides letters and digits


def safe_name(raw: str | None, fallback: str = "file") -> str:
    """A sender's file name made harmless: NFC, last path segment, no unseen characters, bounded, never empty.

    The ending is kept when the name is shortened. Idempotent. Only the last segment counts because a sender may
    give a whole path (RFC 6266 section 4.3); marks and names that Windows reserves are replaced.
    """
    for part in reversed(re.split(r"[/\\]", raw or "")):
        if name := _shortened(_cleaned(part)):
            return f"_{name}" if _RESERVED_NAMES.match(name) else name
    return fallback


def _cleaned(part: str) -> str:
    seen = "".join(char for char in part if char in _JOINERS or unicodedata.category(char) not in _UNSEEN)
    marked = _RESERVED_MARKS.sub("_", unicodedata.normalize("NFC", seen))
    return _trimmed(" ".join(marked.split()))


def _trimmed(name: str) -> str:
    return name.strip(f" .{_JOINERS}")


def _shortened(name: str) -> str:
    if len(name.encode()) <= NAME_BYTES - 1:  # one byte for the mark before a reserved name
        return name
    found = _ENDING.search(name)
    ending = found.group() if found else ""
    room = NAME_BYTES - 1 - len(ending)
    stem = name.removesuffix(ending).encode()[:room].decode(errors="ignore")
    return _trimmed(_trimmed(stem) + ending)


def ending_of(name: str) -> str:
    """The last ending of a name in lower case without its dot, "" when there is none."""
    return name.rpartition(".")[2].strip().casefold() if "." in name else ""


def content_disposition(name: str, *, inline: bool) -> str:
    """The Content-Disposition header (RFC 6266) for a name made by `safe_name`.

    A name outside plain ASCII, or with marks that simple readers split at, is given twice: as `filename*`
    (RFC 8187) and as an ASCII likeness for old readers.
    """
    kind = "inline" if inline else "attachment"
    plain = re.sub(r'[^ -~]|["\\%;]', "_", name)
    if plain == name:
        return f'{kind}; filename="{plain}"'
    encoded = quote(name.encode(errors="replace"), safe=_ATTR_CHAR)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
