"""The photographs that the invented customers send and the faces of the team: drawn here, so that nobody's picture is
shown."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 640, 480
Colour = tuple[int, int, int]


class Rect(NamedTuple):
    left: int
    top: int
    right: int
    bottom: int
    colour: Colour

    def run(self, y: int) -> tuple[int, int] | None:
        """From where to where the shape covers a line."""
        return (self.left, self.right) if self.top <= y < self.bottom else None


class Disc(NamedTuple):
    x: int
    y: int
    wide: int
    high: int
    colour: Colour

    def run(self, y: int) -> tuple[int, int] | None:
        inside = 1 - ((y - self.y) / self.high) ** 2
        half = int(self.wide * max(inside, 0) ** 0.5)
        return (self.x - half, self.x + half) if half else None


Shape = Rect | Disc
BROWN, TAPE, DARK, STEEL, CREAM = (
    (176, 132, 86),
    (222, 196, 150),
    (60, 44, 34),
    (150, 156, 164),
    (246, 240, 228),
)

PICTURES: dict[str, Sequence[Shape]] = {
    "parcel": (
        Rect(0, 340, 640, 480, (112, 98, 86)),
        Rect(130, 130, 510, 400, BROWN),
        Rect(300, 130, 344, 400, TAPE),
        Disc(478, 152, 56, 40, (128, 98, 66)),
        Disc(462, 160, 26, 18, (96, 74, 52)),
        Rect(150, 320, 260, 376, CREAM),
        Rect(160, 332, 236, 338, DARK),
        Rect(160, 348, 220, 354, DARK),
    ),
    "machine": (
        Rect(0, 370, 640, 480, (128, 96, 70)),
        Disc(330, 402, 240, 26, (156, 196, 216)),
        Rect(180, 90, 460, 380, STEEL),
        Rect(200, 110, 440, 190, DARK),
        Disc(240, 150, 20, 20, (210, 80, 60)),
        Disc(300, 150, 20, 20, (90, 160, 110)),
        Rect(280, 190, 360, 236, DARK),
        Rect(210, 340, 430, 376, (96, 100, 108)),
        Disc(320, 318, 46, 26, CREAM),
    ),
}
WOOD, KRAFT, LEAF, TERRA, GLASS, COFFEE = (
    (226, 206, 178),
    (188, 150, 106),
    (92, 116, 84),
    (178, 96, 62),
    (206, 218, 222),
    (84, 52, 34),
)


def _bag(paper: Colour, label: Colour) -> Sequence[Shape]:
    return (
        Rect(0, 400, 640, 480, WOOD),
        Disc(320, 412, 190, 16, (198, 176, 148)),
        Rect(200, 96, 440, 412, paper),
        Rect(200, 96, 440, 128, tuple(part - 24 for part in paper)),  # type: ignore[arg-type]
        Rect(236, 190, 404, 340, CREAM),
        Disc(320, 246, 36, 36, label),
        Rect(314, 214, 326, 278, CREAM),
        Rect(262, 300, 378, 308, DARK),
        Rect(286, 318, 354, 324, DARK),
        *(
            Disc(x, y, 16, 11, COFFEE)
            for x, y in ((150, 424), (182, 440), (466, 430), (500, 442), (484, 418))
        ),
    )


GOODS: dict[str, Sequence[Shape]] = {
    "house": _bag(KRAFT, TERRA),
    "sidama": _bag(LEAF, LEAF),
    "pour": (
        Rect(0, 400, 640, 480, WOOD),
        Disc(320, 412, 170, 16, (198, 176, 148)),
        Disc(320, 330, 130, 84, GLASS),
        Rect(266, 220, 374, 300, GLASS),
        Disc(320, 356, 112, 50, COFFEE),
        *(Rect(210 + step * 3, 96 + step * 5, 430 - step * 3, 101 + step * 5, CREAM) for step in range(26)),
        Rect(196, 84, 444, 98, TERRA),
        Rect(250, 222, 390, 240, TERRA),
    ),
    "machine": (
        Rect(0, 400, 640, 480, WOOD),
        Disc(320, 412, 210, 16, (198, 176, 148)),
        Rect(170, 86, 470, 404, STEEL),
        Rect(188, 104, 452, 184, DARK),
        Disc(226, 144, 18, 18, TERRA),
        Disc(280, 144, 18, 18, CREAM),
        Rect(214, 184, 426, 352, (104, 110, 118)),
        Rect(276, 184, 364, 222, DARK),
        Disc(320, 318, 50, 34, CREAM),
        Disc(320, 300, 42, 12, COFFEE),
        Rect(196, 352, 444, 392, DARK),
    ),
    "decaf": _bag((214, 190, 168), (62, 92, 112)),
    "grinder": (
        Rect(0, 400, 640, 480, WOOD),
        Disc(320, 412, 150, 16, (198, 176, 148)),
        Rect(312, 62, 328, 120, STEEL),
        Rect(312, 62, 440, 76, STEEL),
        Disc(444, 69, 22, 22, TERRA),
        Disc(320, 168, 92, 64, GLASS),
        Disc(320, 176, 74, 44, COFFEE),
        Rect(222, 168, 418, 250, STEEL),
        Rect(232, 250, 408, 408, KRAFT),
        Rect(262, 306, 378, 372, (164, 126, 86)),
        Disc(320, 339, 12, 12, CREAM),
    ),
    "kettle": (
        Rect(0, 400, 640, 480, WOOD),
        Disc(320, 412, 190, 16, (198, 176, 148)),
        Disc(430, 270, 92, 104, (46, 62, 70)),
        Disc(430, 270, 64, 76, (243, 234, 220)),
        *(Disc(136 + step * 2, 172 + step * 2, 11, 9, (46, 62, 70)) for step in range(70)),
        Disc(322, 300, 112, 108, (60, 80, 90)),
        Rect(210, 300, 434, 404, (60, 80, 90)),
        Rect(252, 186, 392, 204, (46, 62, 70)),
        Disc(322, 180, 18, 16, TERRA),
    ),
    "mug": (
        Rect(0, 400, 640, 480, WOOD),
        Disc(320, 412, 170, 16, (198, 176, 148)),
        Disc(440, 300, 70, 66, TERRA),
        Disc(440, 300, 42, 40, (243, 234, 220)),
        Rect(206, 196, 434, 360, TERRA),
        Disc(320, 360, 114, 50, TERRA),
        Disc(320, 198, 114, 26, CREAM),
        Disc(320, 200, 98, 19, COFFEE),
        Rect(256, 268, 384, 276, CREAM),
        Rect(286, 288, 354, 294, CREAM),
    ),
    "table": (
        Rect(0, 0, 640, 480, (122, 68, 25)),
        Disc(560, 70, 250, 190, (136, 80, 34)),
        Disc(250, 400, 210, 36, (74, 40, 14)),
        Disc(250, 388, 196, 36, CREAM),
        Disc(250, 382, 120, 20, (226, 214, 194)),
        Disc(380, 290, 52, 50, CREAM),
        Disc(380, 290, 30, 30, (122, 68, 25)),
        Rect(136, 220, 364, 300, CREAM),
        Disc(250, 300, 114, 88, CREAM),
        Disc(250, 222, 114, 26, (255, 252, 246)),
        Disc(250, 225, 99, 19, COFFEE),
        Disc(250, 226, 54, 9, (190, 142, 96)),
        Disc(218, 150, 9, 34, (156, 102, 58)),
        Disc(250, 128, 9, 42, (156, 102, 58)),
        Disc(282, 150, 9, 34, (156, 102, 58)),
        *(
            Disc(x, y, 18, 12, COFFEE)
            for x, y in ((470, 392), (506, 414), (540, 384), (566, 420), (596, 398), (448, 428))
        ),
    ),
}
"""What the invented shop sells, and the cup at its door."""
SIDE = 256
"""Pixels of a face."""
HAIR, GREY, BLONDE = (52, 38, 32), (88, 84, 84), (120, 78, 44)
SKIN, LIGHT, LIPS = (236, 196, 166), (244, 212, 186), (178, 92, 84)


def _face(skin: Colour, hair: Colour, shirt: Colour, *, fringe: int, long: bool) -> Sequence[Shape]:
    """Behind to before: hair, shoulders, neck, head, fringe, eyes, mouth."""
    behind = (Disc(128, 130, 76, 104, hair),) if long else (Disc(128, 96, 66, 62, hair),)
    return (
        *behind,
        Disc(128, 268, 100, 76, shirt),
        Rect(108, 160, 148, 208, skin),
        Disc(128, 124, 58, 70, skin),
        Disc(128, 62, 60, fringe, hair),
        Disc(106, 124, 6, 7, DARK),
        Disc(150, 124, 6, 7, DARK),
        Disc(128, 162, 17, 5, LIPS),
    )


FACES: dict[str, Sequence[Shape]] = {
    "alex": _face(SKIN, BLONDE, (47, 93, 138), fringe=26, long=False),
    "sora": _face(LIGHT, HAIR, (150, 66, 92), fringe=32, long=True),
    "kim": _face(LIGHT, GREY, (70, 110, 84), fringe=34, long=False),
}
WALLS: dict[str, Colour] = {"alex": (216, 226, 236), "sora": (240, 226, 216), "kim": (222, 234, 220)}


def picture(name: str) -> bytes:
    """A PNG of that name (RFC 2083), about 10 KB."""
    return _png(
        WIDTH,
        HEIGHT,
        (
            _line(WIDTH, (shade := 214 - y // 8, shade - 6, shade - 16), y, PICTURES[name])
            for y in range(HEIGHT)
        ),
    )


def goods(name: str) -> bytes:
    """A thing for sale, as `picture`."""
    return _png(WIDTH, HEIGHT, (_line(WIDTH, (243, 234, 220), y, GOODS[name]) for y in range(HEIGHT)))


def face(name: str) -> bytes:
    """A colleague's, square."""
    return _png(SIDE, SIDE, (_line(SIDE, WALLS[name], y, FACES[name]) for y in range(SIDE)))


def _png(width: int, height: int, drawn: Iterable[bytes]) -> bytes:
    lines = b"".join(b"\0" + line for line in drawn)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(lines, 6)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _line(width: int, ground: Colour, y: int, shapes: Iterable[Shape]) -> bytes:
    line = bytearray(bytes(ground) * width)
    for shape in shapes:
        run = shape.run(y)
        if run is not None:
            left, right = max(run[0], 0), min(run[1], width)
            line[left * 3 : right * 3] = bytes(shape.colour) * (right - left)
    return bytes(line)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
