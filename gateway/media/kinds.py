"""What a file really is, by its first bytes, and what a browser may do with it. The sender's word decides nothing.

Three outcomes: shown inline (an allow-list of images, sound and film whose header we could read), offered as a
download under its own type (documents, archives), or offered as plain bytes (all that could act: HTML, SVG, XML,
scripts, programs; all that pretends: one type's name on another's content, markup inside an image).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

import filetype

from gateway.media.dimensions import Size, image_size
from gateway.media.names import ending_of

HEAD_BYTES = 256 * 1024
"""How much of a file `inspect_media` wants to see: a camera's JPEG may hold this much before its dimensions."""
IMAGE_SIDE = 16_384
"""Pixels; an image wider or higher is not shown inline."""
IMAGE_PIXELS = 64_000_000
"""Width times height; above this a browser's memory (four bytes each) is at stake, so it is not shown inline."""

OCTETS = "application/octet-stream"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


INLINE_TYPES = _words(
    "image/png image/jpeg image/gif image/webp image/avif "
    "video/mp4 video/webm audio/mp4 audio/webm audio/mpeg audio/ogg audio/wav"
)
"""The only types a browser may show in place."""
READ_TYPES = _words("application/pdf text/plain text/csv text/calendar text/vcard")
"""What the inbox reads and shows by its own means; a browser that is led to one downloads it."""

_DOWNLOADS = _words(
    "application/pdf application/zip application/rtf application/gzip application/x-7z-compressed "
    "application/x-tar application/x-bzip2 application/x-xz application/vnd.rar application/epub+zip "
    "application/msword application/vnd.ms-excel application/vnd.ms-powerpoint application/vnd.ms-outlook "
    "application/x-hwp application/hwp+zip application/x-ole-storage "
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document "
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet "
    "application/vnd.openxmlformats-officedocument.presentationml.presentation "
    "application/vnd.oasis.opendocument.text application/vnd.oasis.opendocument.spreadsheet "
    "application/vnd.oasis.opendocument.presentation "
    "text/plain text/csv text/calendar text/vcard"
)
_SENSED = ("image", "audio", "video", "font")  # whatever filetype recognises of these is inert as a download

_ALIASES = {
    "image/apng": "image/png",
    "audio/x-wav": "audio/wav",
    "video/x-m4v": "video/mp4",
    "application/x-rar-compressed": "application/vnd.rar",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # [MS-CFB] section 2.2
_OLE_TYPES = {
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "msg": "application/vnd.ms-outlook",
    "hwp": "application/x-hwp",
}
_TEXT_TYPES = {"csv": "text/csv", "ics": "text/calendar", "vcf": "text/vcard"}

_ACTING_ENDINGS = _words(
    "exe dll com scr pif bat cmd ps1 psm1 vbs vbe js jse mjs cjs wsf wsh hta msi msp msc lnk url scf reg cpl chm "
    "jar jnlp apk ipa app dmg pkg deb rpm iso img vhd vhdx sh bash command desktop py rb pl php xll "
    "docm dotm xlsm xltm xlam pptm potm ppam "
    "html htm xhtml xht shtml mht mhtml svg svgz swf"
)
"""Endings a double click runs or a browser executes; the file is offered as bytes and marked dangerous."""

_PROGRAMS = (
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",  # Mach-O, four byte orders and widths, and its fat form (also Java classes)
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"\0asm",
    b"dex\n",
    b"L\0\0\0\x01\x14\x02\0",  # [MS-SHLLINK] section 2.1
    b"FWS",
    b"CWS",
    b"ZWS",
)
_PROGRAM_ENTRIES = (b"META-INF/MANIFEST.MF", b"AndroidManifest.xml")  # inside a ZIP: JAR, APK
_MARKUP = re.compile(
    rb"<(?:!doctype\s|html|head|body|script|iframe|svg[\s>:]|\w+:svg|img\s|a\s|div|p>|h1|table|style|title|br|!--)",
    re.IGNORECASE,
)
_HIDDEN = re.compile(
    rb"<(?:script|html[\s>]|!doctype\s+html|iframe|svg[\s>]|body[\s>]|object\s|embed\s|\?php)|%PDF-",
    re.IGNORECASE,
)
_IMAGES = _words("png jpg jpeg jpe jfif gif webp avif heic heif bmp tif tiff")
_MEDIA = _words("mp3 m4a aac ogg oga ogv opus wav amr flac mp4 m4v mov webm mkv avi 3gp 3g2 mpg mpeg wmv wma")
_ENDINGS = {
    "image/jpeg": "jpg",
    "image/heic": "heic",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "video/quicktime": "mov",
    "video/3gpp": "3gp",
    "text/plain": "txt",
    "text/calendar": "ics",
    "text/vcard": "vcf",
}
_PLAIN_ENDING = re.compile(r"[a-z0-9]{2,4}")


@dataclass(frozen=True, slots=True)
class MediaType:
    """Our judgement of a file.

    `mime` is the type we serve; `inline` whether a browser may show it in place; `width` and `height` in pixels for
    images; `dangerous` whether opening it may run something; `remark` the text key of why it is not shown, if so.
    """

    mime: str
    inline: bool = False
    width: int | None = None
    height: int | None = None
    dangerous: bool = False
    remark: str | None = None

    @property
    def fallback_name(self) -> str:
        """A name for a file that came without one: its kind and, where one is usual, an ending."""
        kind, _, form = self.mime.partition("/")
        ending = _ENDINGS.get(self.mime) or (form if _PLAIN_ENDING.fullmatch(form) else "bin")
        return f"{kind if kind in ('image', 'audio', 'video') else 'file'}.{ending}"


def inspect_media(name: str, declared_type: str | None, head: bytes) -> MediaType:
    """Judge a file by its first HEAD_BYTES; `name` and `declared_type` only ever make the judgement stricter.

    Never raises. Between sound and film in one container the content decides, too.
    """
    ending = ending_of(name)
    if _is_program(head) or ending in _ACTING_ENDINGS:
        return MediaType(OCTETS, dangerous=True, remark="attachment.dangerous")
    if markup := _markup(head):
        return MediaType(OCTETS, dangerous=markup != "xml", remark="attachment.not_shown")
    mime = _recognised(head, ending)
    if _pretends(mime, ending, declared_type):
        return MediaType(OCTETS, remark="attachment.mismatch")
    if mime in INLINE_TYPES:
        return _shown(mime, head)
    return MediaType(servable(mime))


def servable(mime: str) -> str:
    """The type itself when it may stand in a Content-Type header of ours, else plain bytes."""
    known = mime in _DOWNLOADS or (mime.partition("/")[0] in _SENSED and "xml" not in mime)
    return mime if known else OCTETS


def _shown(mime: str, head: bytes) -> MediaType:
    if _HIDDEN.search(head):
        return MediaType(OCTETS, dangerous=True, remark="attachment.mismatch")
    if not mime.startswith("image/"):
        return MediaType(mime, inline=True)
    size = image_size(mime, head)
    if size is None:
        return MediaType(mime, remark="attachment.unreadable")
    if _too_big(size):
        return MediaType(mime, False, *size, remark="attachment.too_big_to_show")
    return MediaType(mime, True, *size)


def _too_big(size: Size) -> bool:
    return max(size) > IMAGE_SIDE or size.width * size.height > IMAGE_PIXELS


def _is_program(head: bytes) -> bool:
    if head.startswith(_PROGRAMS) or (head.startswith(b"MZ") and b"\0" in head[:128]):
        return True
    if head.startswith(b"#!") and not head.startswith(b"#!AMR"):  # RFC 4867 section 5: a phone's voice memo
        return True
    return head.startswith(b"PK\x03\x04") and any(entry in head for entry in _PROGRAM_ENTRIES)


def _markup(head: bytes) -> str | None:
    """`xml`, `html` (SVG included) or None: text that begins like markup, as a browser's sniffing would see it.

    WHATWG mimesniff section 7.1 looks behind white space; we also look behind byte order marks, through UTF-16.
    """
    text = _as_utf8(head[:4096]).lstrip(b"\t\n\x0b\x0c\r \0")
    if _MARKUP.match(text):
        return "html"
    if text[:5].lower() == b"<?xml" or text[:2] == b"<?":
        return "html" if _HIDDEN.search(text) or _MARKUP.search(text) else "xml"
    return None


def _as_utf8(text: bytes) -> bytes:
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if text.startswith(mark):
            return text[2:].decode(encoding, errors="replace").encode(errors="replace")
    return text.removeprefix(codecs.BOM_UTF8)


def _recognised(head: bytes, ending: str) -> str:
    """The content's type by its signature; text by being text; OCTETS when nothing tells."""
    if head.startswith(_OLE):
        return _OLE_TYPES.get(ending, "application/x-ole-storage")
    guess = filetype.guess_mime(head[:8192]) if head else None
    if guess is None:
        return _text(head, ending) if _is_text(head) else OCTETS
    mime = _ALIASES.get(guess, guess)
    if mime == "application/zip" and b"mimetypeapplication/hwp+zip" in head[:128]:
        return "application/hwp+zip"
    return _tracks(mime, head)


def _text(head: bytes, ending: str) -> str:
    """A provider's files come without a name: a card and a calendar say what they are in their first line."""
    begins = head.removeprefix(codecs.BOM_UTF8).lstrip()[:16].upper()
    if begins.startswith(b"BEGIN:VCARD"):
        return "text/vcard"
    if begins.startswith(b"BEGIN:VCALENDAR"):
        return "text/calendar"
    return _TEXT_TYPES.get(ending, "text/plain")


def _tracks(mime: str, head: bytes) -> str:
    """Sound or film, where one container may hold either (a browser's voice recorder writes both)."""
    if mime == "video/webm" and not re.search(rb"V_(?:VP[89]|AV1|MPEG4)", head):
        return "audio/webm" if re.search(rb"A_(?:OPUS|VORBIS)", head) else mime
    if mime == "video/mp4":
        handlers = set(re.findall(rb"hdlr.{8}(vide|soun)", head, re.DOTALL))
        return "audio/mp4" if handlers == {b"soun"} else mime
    if mime == "audio/ogg" and b"\x80theora" in head[:4096]:
        return "video/ogg"
    return mime


def _is_text(head: bytes) -> bool:
    """UTF-8 (cut anywhere) without control characters that no text has."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return not re.search(r"[\0-\x08\x0e-\x1a\x1c-\x1f]", text)


def _pretends(mime: str, ending: str, declared_type: str | None) -> bool:
    """Whether the name, or where it says nothing the declared type, promises another kind than the content is."""
    promised = _promise(ending) or _kind((declared_type or "").strip().lower())
    return promised is not None and promised != _kind(mime)


def _promise(ending: str) -> str | None:
    if ending in _IMAGES:
        return "image"
    return "media" if ending in _MEDIA else "pdf" if ending == "pdf" else None


def _kind(mime: str) -> str | None:
    """Image, media (sound or film) or pdf; None for all that makes no promise to be shown."""
    main = mime.partition("/")[0]
    if main == "image":
        return "image"
    if main in ("audio", "video"):
        return "media"
    return "pdf" if mime.startswith("application/pdf") else None
