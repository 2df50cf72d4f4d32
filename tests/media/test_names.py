"""File names from strangers."""

import unicodedata
from urllib.parse import unquote

import pytest
from aiohttp.multipart import content_disposition_filename, parse_content_disposition
from hypothesis import given
from hypothesis import strategies as st

from gateway.media import content_disposition, safe_name
from gateway.media.names import NAME_BYTES, ending_of

ODD = st.lists(
    st.sampled_from(
        [*"a가é./\\:*?\"<>|%'; \t\r\n\0\u202e\u2066\u200d\u200b\ufeff\ud800", "con", "👩", "ᄀ", "ᅡ"]
    )
).map("".join)


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("사진.png", "사진.png"),
        (unicodedata.normalize("NFD", "견적서 최종.hwp"), "견적서 최종.hwp"),
        ("C:\\fakepath\\photo.jpg", "photo.jpg"),
        ("../../etc/passwd", "passwd"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ('a"b\r\nSet-Cookie: x.txt', "a_bSet-Cookie_ x.txt"),
        (".htaccess", "htaccess"),
        ("report.pdf. . ", "report.pdf"),
        ("a/b/..", "b"),
        ("CON.txt", "_CON.txt"),
        ("nul", "_nul"),
        ("console.log", "console.log"),
        ("👩\u200d👧.png", "👩\u200d👧.png"),
        ("a\tb\u3000c.txt", "ab c.txt"),
        ("bad\ud800name.txt", "badname.txt"),
        ("", "file"),
        (None, "file"),
        ("///", "file"),
        ("..", "file"),
    ],
)
def test_names(raw: str | None, safe: str):
    assert safe_name(raw) == safe


def test_a_long_name_keeps_its_ending_and_whole_letters():
    safe = safe_name("가" * 300 + ".pdf")
    assert safe == "가" * 58 + ".pdf"
    assert len(safe_name("x" * 300 + "." + "y" * 300).encode()) <= NAME_BYTES


@given(st.one_of(st.text(), ODD, st.text(min_size=150)))
def test_any_name_becomes_a_safe_one(raw: str):
    safe = safe_name(raw)
    assert safe
    assert len(safe.encode()) <= NAME_BYTES
    assert not set(safe) & set('/\\<>:"|?*')
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in safe)
    assert not any(
        unicodedata.bidirectional(char) in ("RLO", "LRO", "RLI", "LRI", "PDF", "PDI") for char in safe
    )
    assert safe not in (".", "..")
    assert safe == safe.strip(" .")
    assert unicodedata.is_normalized("NFC", safe)
    assert safe_name(safe) == safe


@given(st.one_of(st.text(), ODD), st.booleans())
def test_any_name_survives_the_header(raw: str, inline: bool):
    safe = safe_name(raw)
    header = content_disposition(safe, inline=inline)
    assert header.isascii()
    assert header.isprintable()
    kind, params = parse_content_disposition(header)
    assert kind == ("inline" if inline else "attachment")
    named = content_disposition_filename(params)
    assert named == safe


def test_a_korean_name_in_the_header():
    header = content_disposition("사진 1.png", inline=True)
    assert header.startswith("inline; filename=\"__ 1.png\"; filename*=UTF-8''")
    assert unquote(header.rpartition("'")[2]) == "사진 1.png"
    assert content_disposition("plain.txt", inline=False) == 'attachment; filename="plain.txt"'


@pytest.mark.parametrize(
    ("name", "ending"), [("a.PNG", "png"), ("a.tar.gz", "gz"), ("a", ""), ("", ""), ("a. exe ", "exe")]
)
def test_endings(name: str, ending: str):
    assert ending_of(name) == ending
