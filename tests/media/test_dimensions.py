"""Dimensions from headers: real files, hostile claims, anything at all."""

import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.media import Size, image_size
from tests.media.conftest import sample

REAL = {
    "plain.png": ("image/png", 40, 20),
    "animated.png": ("image/png", 40, 20),
    "plain.gif": ("image/gif", 40, 20),
    "anim.gif": ("image/gif", 40, 20),
    "plain.jpg": ("image/jpeg", 40, 20),
    "progressive.jpg": ("image/jpeg", 40, 20),
    "turned.jpg": ("image/jpeg", 20, 40),
    "lossy.webp": ("image/webp", 40, 20),
    "lossless.webp": ("image/webp", 40, 20),
    "animated.webp": ("image/webp", 40, 20),
    "photo.avif": ("image/avif", 40, 20),
}
TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/tiff", ""]


@pytest.mark.parametrize("name", REAL)
def test_real_files(name: str):
    mime, width, height = REAL[name]
    assert image_size(mime, sample(name)) == Size(width, height)


@pytest.mark.parametrize("name", REAL)
def test_every_truncation_is_unknown_or_right(name: str):
    mime, width, height = REAL[name]
    whole = sample(name)
    for length in range(len(whole)):
        assert image_size(mime, whole[:length]) in (None, Size(width, height))


@pytest.mark.parametrize("name", REAL)
def test_another_formats_reader_sees_nothing(name: str):
    for other in set(TYPES) - {REAL[name][0]}:
        assert image_size(other, sample(name)) is None


@pytest.mark.parametrize(
    ("orientation", "turned"),
    [(1, False), (3, False), (5, True), (6, True), (8, True), (9, False), (0, False)],
)
@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_orientation(orientation: int, turned: bool, order: str):
    tiff = {"<": b"II", ">": b"MM"}[order] + struct.pack(f"{order}HI", 42, 8)
    tiff += struct.pack(f"{order}H", 2) + struct.pack(f"{order}HHII", 0x010F, 2, 4, 0)
    tiff += struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    exif = b"Exif\0\0" + tiff
    plain = sample("plain.jpg")
    photo = plain[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + plain[2:]
    assert image_size("image/jpeg", photo) == (Size(20, 40) if turned else Size(40, 20))


def test_claims_that_no_image_makes_are_unknown():
    png = bytearray(sample("plain.png"))
    for claim in (0, 2**31, 2**32 - 1):
        png[16:20] = struct.pack(">I", claim)
        assert image_size("image/png", bytes(png)) is None
    assert image_size("image/gif", b"GIF89a\0\0\x05\0\0\0\0") is None


@given(st.sampled_from(TYPES), st.binary(max_size=400))
@example("image/jpeg", b"\xff\xd8" + b"\xff" * 100)
@example("image/jpeg", b"\xff\xd8\xff\xe1\x00\x00")
@example("image/jpeg", b"\xff\xd8\xff\xe1\x00\x0eExif\0\0II*\0\xff\xff\xff\xff")
@example("image/webp", b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0")
@example("image/avif", b"\0\0\0\0ftypispe\0\0\0\0\0\0")
def test_no_bytes_raise(mime: str, head: bytes):
    image_size(mime, head)


@given(st.sampled_from(sorted(REAL)), st.data())
def test_no_damage_raises(name: str, data: st.DataObject):
    content = bytearray(sample(name))
    for at in data.draw(st.lists(st.integers(0, min(len(content) - 1, 60)), max_size=8)):
        content[at] = data.draw(st.integers(0, 255))
    for mime in TYPES:
        size = image_size(mime, bytes(content))
        assert size is None or (0 < size.width < 2**31 and 0 < size.height < 2**31)
