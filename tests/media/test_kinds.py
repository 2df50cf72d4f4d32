"""What a file is judged to be: real files, and those that pretend."""

import io
import struct
import zipfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.media import INLINE_TYPES, inspect_media
from gateway.media.kinds import IMAGE_SIDE, OCTETS, servable
from tests.media.conftest import sample

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><script>alert(document.cookie)</script></html>"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
EXE = b"MZ\x90\0\x03\0\0\0" + bytes(120) + b"PE\0\0"


def png(width: int, height: int) -> bytes:
    """A one-pixel picture whose header claims another size."""
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + sample("plain.png")[24:]


def zipped(*names: str, compress: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compress) as archive:
        for name in names:
            archive.writestr(name, b"")
    return buffer.getvalue()


def packed(mimetype: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", mimetype)
        archive.writestr("content.xml", "")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "mime", "inline"),
    [
        ("plain.png", "image/png", True),
        ("animated.png", "image/png", True),
        ("plain.jpg", "image/jpeg", True),
        ("turned.jpg", "image/jpeg", True),
        ("anim.gif", "image/gif", True),
        ("lossless.webp", "image/webp", True),
        ("photo.avif", "image/avif", True),
        ("film.mp4", "video/mp4", True),
        ("film.webm", "video/webm", True),
        ("film.mov", "video/quicktime", False),
        ("film.mkv", "video/x-matroska", False),
        ("recorded.mp4", "audio/mp4", True),
        ("voice.m4a", "audio/mp4", True),
        ("voice.webm", "audio/webm", True),
        ("voice.ogg", "audio/ogg", True),
        ("song.mp3", "audio/mpeg", True),
        ("sound.wav", "audio/wav", True),
        ("page.pdf", "application/pdf", False),
    ],
)
def test_real_files(name: str, mime: str, inline: bool):
    for claimed_name in (name, ""):
        kind = inspect_media(claimed_name, None, sample(name))
        assert (kind.mime, kind.inline, kind.dangerous, kind.remark) == (mime, inline, False, None)


OOXML = "application/vnd.openxmlformats-officedocument."


@pytest.mark.parametrize(
    ("name", "content", "mime"),
    [
        ("a.hwp", OLE, "application/x-hwp"),
        ("a.doc", OLE, "application/msword"),
        ("a.xls", OLE, "application/vnd.ms-excel"),
        ("a", OLE, "application/x-ole-storage"),
        ("a.docx", zipped("[Content_Types].xml", "word/document.xml"), OOXML + "wordprocessingml.document"),
        ("a.xlsx", zipped("[Content_Types].xml", "xl/workbook.xml"), OOXML + "spreadsheetml.sheet"),
        ("a.hwpx", packed("application/hwp+zip"), "application/hwp+zip"),
        (
            "a.odt",
            packed("application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
        ),
        ("a.zip", zipped("a.txt"), "application/zip"),
        ("a.txt", "안녕하세요".encode(), "text/plain"),
        ("a.txt", "안녕하세요".encode()[:-1], "text/plain"),
        ("a.csv", b"a,b\r\n1,2\r\n", "text/csv"),
        ("a.vcf", b"BEGIN:VCARD\r\n", "text/vcard"),
        ("", b"BEGIN:VCARD\r\nFN:Hana\r\n", "text/vcard"),
        ("", b"\xef\xbb\xbfbegin:vcalendar\r\n", "text/calendar"),
        ("a.rtf", b"{\\rtf1\\ansi hello}", "application/rtf"),
        ("a.amr", b"#!AMR\n" + bytes(20), "audio/amr"),
        ("empty.txt", b"", "text/plain"),
        ("a.bin", b"\0\1\2\3", OCTETS),
        ("a.txt", b"\xc0\xaf\xff", OCTETS),
        ("a.ps", b"%!PS-Adobe-3.0", OCTETS),
    ],
)
def test_downloads(name: str, content: bytes, mime: str):
    kind = inspect_media(name, None, content)
    assert (kind.mime, kind.inline, kind.dangerous) == (mime, False, False)


@pytest.mark.parametrize(
    "content",
    [
        SVG,
        HTML,
        b"  \n\t<script>alert(1)</script>",
        b"\xef\xbb\xbf<html>",
        HTML.decode().encode("utf-16"),
        b"\xfe\xff" + HTML.decode().encode("utf-16-be"),
        b'<?xml version="1.0"?>' + SVG,
        b'<?xml version="1.0"?><x:html xmlns:x="http://www.w3.org/1999/xhtml"><x:script/></x:html><script>',
        b"<!-- a comment first --><svg>",
        b"<svg:svg xmlns:svg='http://www.w3.org/2000/svg'>",
        b"<?php echo 1;",
        EXE,
        b"\x7fELF\x02\x01\x01" + bytes(50),
        b"#!/bin/sh\nrm -rf ~\n",
        b"\xca\xfe\xba\xbe\0\0\0\x34",
        b"L\0\0\0\x01\x14\x02\0" + bytes(70),
        b"FWS\x09" + bytes(30),
        zipped("META-INF/MANIFEST.MF", "Main.class"),
        zipped("AndroidManifest.xml", "classes.dex"),
    ],
)
@pytest.mark.parametrize("name", ["photo.png", "song.mp3", "a.txt", ""])
@pytest.mark.parametrize("declared", ["image/png", "text/plain", None])
def test_what_acts_is_plain_bytes_whatever_it_calls_itself(content: bytes, name: str, declared: str | None):
    kind = inspect_media(name, declared, content)
    assert (kind.mime, kind.inline) == (OCTETS, False)
    assert kind.remark


@pytest.mark.parametrize("ending", ["exe", "HTML", "svg", "js", "lnk", "docm", "jar", "scr", "hta", "exe "])
def test_an_acting_ending_is_dangerous_whatever_the_content(ending: str):
    kind = inspect_media(f"photo.png.{ending}", "image/png", sample("plain.png"))
    assert (kind.mime, kind.inline, kind.dangerous) == (OCTETS, False, True)


def test_xml_is_bytes_and_no_danger():
    kind = inspect_media("invoice.xml", "text/xml", b'<?xml version="1.0"?><Invoice/>')
    assert (kind.mime, kind.inline, kind.dangerous) == (OCTETS, False, False)


@pytest.mark.parametrize("hidden", [HTML, SVG, b"<ScRiPt src=//x>", b"%PDF-1.7", b"<?php system(1);"])
@pytest.mark.parametrize(
    "name", ["plain.gif", "plain.png", "plain.jpg", "song.mp3", "sound.wav", "film.webm"]
)
def test_a_polyglot_is_not_shown(name: str, hidden: bytes):
    kind = inspect_media(name, None, sample(name) + hidden)
    assert (kind.mime, kind.inline, kind.dangerous, kind.remark) == (
        OCTETS,
        False,
        True,
        "attachment.mismatch",
    )


def test_the_classic_gif_and_script():
    kind = inspect_media("a.gif", "image/gif", b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)//<html><script>")
    assert (kind.mime, kind.inline) == (OCTETS, False)


@pytest.mark.parametrize(
    ("name", "declared", "content"),
    [
        ("photo.png", None, b"just words"),
        ("photo.jpg", "image/jpeg", sample("film.mp4")),
        ("song.mp3", None, sample("plain.png")),
        ("report.pdf", None, sample("plain.png")),
        ("photo.png", None, b""),
        ("photo.png", None, zipped("a.txt")),
        ("noname", "image/png", b"\0\1\2"),
        ("noname", "IMAGE/PNG; charset=x", b"words"),
    ],
)
def test_one_kinds_name_on_anothers_content_is_bytes(name: str, declared: str | None, content: bytes):
    kind = inspect_media(name, declared, content)
    assert (kind.mime, kind.inline, kind.remark) == (OCTETS, False, "attachment.mismatch")


@pytest.mark.parametrize(
    ("name", "declared"),
    [
        ("photo.jpg", "image/jpeg"),
        ("photo", None),
        ("photo.png", "text/html"),
        ("x.y", "nonsense"),
        ("a.jpeg", ""),
    ],
)
def test_a_wrong_word_among_pictures_does_no_harm(name: str, declared: str | None):
    kind = inspect_media(name, declared, sample("plain.png"))
    assert (kind.mime, kind.inline) == ("image/png", True)


@pytest.mark.parametrize(
    "size", [(60_000, 60_000), (IMAGE_SIDE + 1, 1), (1, IMAGE_SIDE + 1), (10_000, 10_000), (2**31 - 1,) * 2]
)
def test_a_bomb_of_pixels_is_too_big_to_show(size: tuple[int, int]):
    kind = inspect_media("bomb.png", "image/png", png(*size))
    assert (kind.mime, kind.inline, kind.remark) == ("image/png", False, "attachment.too_big_to_show")
    assert (kind.width, kind.height) == size


@pytest.mark.parametrize("name", ["plain.png", "plain.jpg", "plain.gif", "lossy.webp", "photo.avif"])
def test_a_picture_cut_before_its_size_is_not_shown(name: str):
    kind = inspect_media(name, None, sample(name)[:12])
    assert not kind.inline
    assert kind.remark in ("attachment.unreadable", "attachment.mismatch")


def test_a_name_for_what_has_none():
    assert inspect_media("", None, sample("plain.png")).fallback_name == "image.png"
    assert inspect_media("", None, sample("voice.ogg")).fallback_name == "audio.ogg"
    assert inspect_media("", None, sample("page.pdf")).fallback_name == "file.pdf"
    assert inspect_media("", None, HTML).fallback_name == "file.bin"


def test_only_known_types_stand_in_a_header():
    for mime in (
        "text/html",
        "image/svg+xml",
        "application/xhtml+xml",
        "text/xml",
        "a\r\nb",
        "",
        "application/javascript",
    ):
        assert servable(mime) == OCTETS
    assert all(servable(mime) == mime for mime in INLINE_TYPES)


@given(st.text(), st.one_of(st.none(), st.text()), st.binary(max_size=300))
@example("a.mp4", None, b"\0\0\0\0ftyp" + bytes(8))
@example("a.mp4", None, b"\xff\xff\xff\xffftypisom" + bytes(4))
@example("a.mp4", None, b"\0\0\0\x10ftypisom\0\0\0\0")
@example("a.zip", None, b"PK\x03\x04")
@example(".", "/", b"")
def test_nothing_raises(name: str, declared: str | None, head: bytes):
    kind = inspect_media(name, declared, head)
    assert kind.mime == servable(kind.mime)
    assert not kind.inline or kind.mime in INLINE_TYPES


@given(
    st.sampled_from(
        [b"\xff\xd8\xff", b"RIFF", b"\0\0\0\x18ftyp", b"\x1aE\xdf\xa3", b"PK\x03\x04", b"ID3", b"OggS", OLE]
    ),
    st.binary(),
)
def test_no_signature_with_noise_raises(signature: bytes, noise: bytes):
    inspect_media("x.bin", None, signature + noise)
