"""Bytes of mail as words: charsets as they occur, not as they are labelled; headers as they are written, not as they
should be (RFC 2047 and what programs make of it).

What cannot be read is replaced by U+FFFD, never an error: a mail is always something that a person can look at.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from encodings.aliases import aliases

# What a label means in practice: the larger set of which the named one is a part (WHATWG Encoding, section 4.2, does
# the same for the web). 똠 stands in cp949 and not in euc-kr, and mails labelled euc-kr are full of it.
_LARGER = {
    "cp949": "euc_kr euckr ks_c_5601_1987 ks_c_5601_1989 ks_c_5601 ksc5601 ksc_5601 korean x_windows_949 windows_949",
    "gb18030": "gb2312 gbk gb_2312_80 gb_2312 csgb2312 x_gbk chinese euc_cn cp936 windows_936",
    "cp932": "shift_jis sjis s_jis shiftjis x_sjis ms_kanji csshiftjis windows_31j shift_jis_2004 x_ms_cp932",
    "big5hkscs": "big5 cn_big5 x_x_big5 csbig5 big5_tw cp950",
    "cp1252": "iso_8859_1 iso8859_1 latin1 latin_1 l1 us_ascii ascii ansi_x3.4_1968 8859_1 windows_1252 x_ansi",
    "cp1254": "iso_8859_9 iso8859_9 latin5",
    "cp874": "iso_8859_11 iso8859_11 tis_620 windows_874",
    "utf_8": "utf8 unicode_1_1_utf_8 x_unicode_2_0_utf_8 utf8mb4 utf_8_sig",
    "iso2022_jp": "iso_2022_jp csiso2022jp iso_2022_jp_ms cp50220 iso2022_jp_1 iso2022_jp_ext",
    "iso2022_kr": "iso_2022_kr csiso2022kr",
}
_MEANT = {label: larger for larger, labels in _LARGER.items() for label in labels.split()}
# Only charsets: Python's codecs also unpack, escape, or take the square of their input, and each unknown name that it
# is asked for stays in its memory.
_NO_CHARSETS = {
    "base64_codec",
    "bz2_codec",
    "hex_codec",
    "mbcs",
    "quopri_codec",
    "rot_13",
    "uu_codec",
    "zlib_codec",
}
_KNOWN = frozenset(
    {*aliases, *aliases.values(), *_LARGER, "koi8_u", "koi8_t", "cp737", "cp856", "cp1006"}
) - {label for label in {*aliases, *aliases.values()} if aliases.get(label, label) in _NO_CHARSETS}
_SAYS_NOTHING = frozenset(
    {"", "unknown", "unknown_8bit", "x_unknown", "default", "default_charset", "binary", "cp1252"}
)
"""Labels behind which anything may stand: programs write them without looking."""
_SEVERAL_BYTES = frozenset({"cp949", "gb18030", "cp932", "big5hkscs", "euc_jp", "johab"})

_LOOKED_AT = 4_000
"""Bytes by which a charset is guessed."""
_RUN = re.compile(rb"[\x80-\xff]+")
_WIDE = re.compile("[\u0800-\U0010ffff]")
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LONE = re.compile("[\ud800-\udfff]")
_SHIFT = re.compile(rb"\x1b(\$[@B]|\$\([DQ]|\([BJI])")


def _pairs(codec: str, leads: range, trails: range) -> frozenset[str]:
    return frozenset(bytes((lead, trail)).decode(codec, "ignore") for lead in leads for trail in trails) - {
        ""
    }


_HIGH = range(0xA1, 0xFF)
_KANA = frozenset(map(chr, range(0x3041, 0x30FF)))
# What stands in people's words of each, and seldom in bytes of another charset that are read as it.
_COMMON = {
    "cp949": _pairs("euc_kr", range(0xB0, 0xC9), _HIGH) | frozenset(map(chr, range(0x3131, 0x3164))),
    "cp932": _pairs("euc_jp", range(0xB0, 0xD0), _HIGH) | _KANA,
    "euc_jp": _pairs("euc_jp", range(0xB0, 0xD0), _HIGH) | _KANA,
    "gb18030": _pairs("gb2312", range(0xB0, 0xD8), _HIGH),
    "big5hkscs": _pairs("big5", range(0xA4, 0xC7), range(0x40, 0xFF)),
    "cp1251": frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїє"),
    "koi8_r": frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїє"),
}
_SIGNS = frozenset(map(chr, (*range(0x3000, 0x3020), *range(0xFF01, 0xFF5F), *range(0x2010, 0x2030), 0xB7)))
_LIKELY = 0.7
"""Of the letters that are not ASCII, how many must be common ones for a guess to hold."""

_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(r"(\?=)[ \t\r\n]+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_Q_CODE = re.compile(rb"=([0-9A-Fa-f]{2})")
_PADDING = re.compile(rb"=+")
_NOT_BASE64 = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
)
MOST_BLOCKS = 1_000
"""Pieces of base64 one after another, each padded on its own."""


def decode(body: bytes, label: str | None = None) -> str:
    """The text of these bytes; `label` is what the mail calls their charset."""
    meant = _codec(label)
    if body.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        meant = "utf_8_sig" if body.startswith(codecs.BOM_UTF8) else "utf_16"
    if meant is None or meant in _SAYS_NOTHING:
        return _clean(_guess(body))
    if meant == "iso2022_jp":
        return _clean(_japanese(body))
    text = _try(body, meant)
    if not body.isascii() and (text is None or not meant.startswith("utf")):
        other = _try(body, "utf_8")
        # Calls itself something else and is UTF-8. A short Korean word may look like two letters of UTF-8 (처 like ó),
        # never like one of three bytes.
        if other is not None and (text is None or meant not in _SEVERAL_BYTES or _WIDE.search(other)):
            text = other
    if text is None:
        text = body.decode(meant, "replace")
        # A few bytes that are broken break nothing else; many mean that the label is wrong.
        if text.count("\ufffd") * 20 > len(text):
            text = _guess(body)
    return _clean(text)


def _guess(body: bytes) -> str:
    """No label that says anything: UTF-8, or whatever most of it would be usual in; Korean first, in doubt."""
    if b"\x1b$)C" in body[:_LOOKED_AT]:
        return body.decode("iso2022_kr", "replace")
    if _SHIFT.search(body[:_LOOKED_AT]):
        return _japanese(body)
    text = _try(body, "utf_8")
    if text is not None:
        return text
    looked_at = body[:_LOOKED_AT]
    runs = [len(run) for run in _RUN.findall(looked_at)]
    # Letters with accents stand alone among many plain ones; those of other scripts stand together.
    alone = sum(length == 1 for length in runs)
    if runs == [1] or (alone * 4 > len(runs) and sum(runs) * 3 < len(looked_at)):
        return body.decode("cp1252", "replace")
    likely = [(_likeness(looked_at, name), name) for name in _COMMON]
    best, name = max(likely, key=lambda one: one[0], default=(0.0, ""))
    return body.decode(name if best >= _LIKELY else _mostly_utf_8(body), "replace")


def _mostly_utf_8(body: bytes) -> str:
    """UTF-8 that was cut, or of which a few bytes are broken, is still that."""
    text = body[:_LOOKED_AT].decode("utf_8", "replace")
    return (
        "utf_8"
        if _WIDE.search(text.replace("\ufffd", "")) and text.count("\ufffd") * 10 < len(text)
        else "cp1252"
    )


def _likeness(body: bytes, name: str) -> float:
    """How much of what is not ASCII would be usual; 0.0: it cannot be this charset."""
    try:
        # Not to the end: the last letter may be cut in two here.
        text = codecs.getincrementaldecoder(name)().decode(body)
    except UnicodeError:
        return 0.0
    said = [letter for letter in text if letter > "\x7f" and letter not in _SIGNS]
    if not said or (name in {"cp932", "euc_jp"} and _KANA.isdisjoint(said)):
        return 0.0
    return sum(letter in _COMMON[name] for letter in said) / len(said)


def _japanese(body: bytes) -> str:
    """ISO-2022-JP as Windows writes it: with the circled digits and the firm's signs that the standard has not."""
    out: list[bytes] = []
    shift = b"(B"
    for at, piece in enumerate(_SHIFT.split(body)):
        if at % 2:
            shift = piece
        elif shift in {b"$B", b"$@"}:
            out.append(re.sub(rb"[\x21-\x7e]{2}", _shifted, piece))
        elif shift == b"(I":
            out.append(bytes(byte | 0x80 if 0x21 <= byte <= 0x5F else byte for byte in piece))
        elif shift.startswith(b"$("):
            out.append(
                (b"\x1b" + shift + piece + b"\x1b(B")
                .decode("iso2022_jp_ext", "replace")
                .encode("cp932", "replace")
            )
        else:
            out.append(piece)
    joined = b"".join(out)
    return _try(joined, "utf_8") or joined.decode("cp932", "replace")


def _shifted(pair: re.Match[bytes]) -> bytes:
    """JIS X 0208 in seven bits, as Shift_JIS."""
    row, cell = pair[0]
    lead = (row + 1) // 2 + (0x70 if row < 0x5F else 0xB0)
    trail = cell + (0x1F if cell < 0x60 else 0x20) if row % 2 else cell + 0x7E
    return bytes((lead, trail))


def _codec(label: str | None) -> str | None:
    """Python's name for it; None: there is no such charset."""
    name = re.sub(r"[-_ ]+", "_", (label or "")[:60].strip(" \t\"'").lower().partition("*")[0])
    name = _MEANT.get(name, name)
    name = _MEANT.get(aliases.get(name, name), aliases.get(name, name))
    return name if name in _SAYS_NOTHING or name in _KNOWN else None


def _try(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except UnicodeError:
        return None


def _clean(text: str) -> str:
    """Without what no text holds: NULs, control characters, half letters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    return _LONE.sub("\ufffd", _NO_TEXT.sub("", text))


def header_text(raw: str) -> str:
    """A header's value as people read it. `raw` is as the parser keeps it: 8-bit bytes stand as lone surrogates."""
    unfolded = unfold(raw)
    if "=?" not in unfolded:
        return _plain(unfolded).strip()
    # Between two words the space belongs to the folding (RFC 2047, section 6.2).
    joined = _BETWEEN.sub(r"\1", unfolded)
    out: list[str] = []
    kept: list[bytes] = []
    label = ""
    at = 0
    for word in _WORD.finditer(joined):
        # A letter may be cut in two by the end of a word, against the rule (section 5.3) and everywhere.
        if word.start() > at or not kept or label != word[1].lower():
            out += (decode(b"".join(kept), label), _plain(joined[at : word.start()]))
            kept, label = [], word[1].lower()
        kept.append(_word_bytes(word[2], word[3]))
        at = word.end()
    out.append(decode(b"".join(kept), label))
    out.append(_plain(joined[at:]))
    return re.sub(r"\s+", " ", "".join(out)).strip()


def unfold(raw: str) -> str:
    """One line of a header that was written over several (RFC 5322, section 2.2.3)."""
    return re.sub(r"\r?\n[ \t]*|\r", " ", raw)


def _plain(text: str) -> str:
    """What stands outside of encoded words: ASCII, or raw bytes of some charset."""
    return _NO_TEXT.sub("", text) if text.isascii() else decode(raw_bytes(text))


def raw_bytes(text: str) -> bytes:
    """As they came in the mail; what was no bytes is written as UTF-8."""
    try:
        return text.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _word_bytes(way: str, told: str) -> bytes:
    raw = raw_bytes(told)
    if way in "qQ":
        return _Q_CODE.sub(lambda code: bytes((int(code[1], 16),)), raw.replace(b"_", b" "))
    return base64_bytes(raw)


def base64_bytes(raw: bytes) -> bytes:
    """As much as can be read of what may be cut off, hold what does not belong in it, or be several in a row."""
    letters = raw.translate(None, _NOT_BASE64)
    blocks = [block for block in _PADDING.split(letters, MOST_BLOCKS) if block]
    return b"".join(_block(block.replace(b"=", b"")) for block in blocks)


def _block(letters: bytes) -> bytes:
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    try:
        return base64.b64decode(letters + b"=" * (-len(letters) % 4))
    except (binascii.Error, ValueError):
        return b""
