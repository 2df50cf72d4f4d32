"""Readable text on, and in, any brand colour (WCAG 2.2: relative luminance and contrast). Colours are "#rrggbb"."""

from __future__ import annotations

from functools import cache

WHITE, BLACK = "#ffffff", "#000000"
TEXT = 4.5
"""The least contrast of text (WCAG 1.4.3)."""
SHAPE = 3.0
"""The least contrast of what is no text (WCAG 1.4.11)."""
ON_LIGHT, ON_DARK = "#ebebe6", "#2a2c2a"
"""The grounds of the chat that are hardest to read on: `--hover` of both themes in shared/tokens.css."""


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def text_on(colour: str) -> str:
    """White or black: white where it reads well enough, because that is what people expect on a colour. One of them
    always has 4.5:1."""
    return WHITE if contrast(WHITE, colour) >= min(TEXT, contrast(BLACK, colour)) else BLACK


def text_in(colour: str, ground: str, least: float = TEXT) -> str:
    """The colour itself where it reads on the ground, else moved towards black or white until it does."""
    goal = BLACK if _luminance(ground) > 0.2 else WHITE
    steps = (_moved(colour, goal, step / 20) for step in range(20))
    return next((moved for moved in steps if contrast(moved, ground) >= least), goal)


def outline(colour: str) -> str:
    """A line around the colour where it is too pale to stand out on a white page."""
    return "transparent" if contrast(colour, WHITE) >= SHAPE else text_in(colour, WHITE, SHAPE)


@cache
def colours(brand: str) -> dict[str, str]:
    """What a browser needs of a brand's colour, by the names of its style sheet."""
    return {
        "brand": brand,
        "on-brand": text_on(brand),
        "outline": outline(brand),
        "brand-on-light": text_in(brand, ON_LIGHT),
        "brand-on-dark": text_in(brand, ON_DARK),
    }


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def _luminance(colour: str) -> float:
    shares = (part / 255 for part in _parts(colour))
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _moved(colour: str, goal: str, share: float) -> str:
    pairs = zip(_parts(colour), _parts(goal), strict=True)
    return "#" + "".join(f"{round(part + (end - part) * share):02x}" for part, end in pairs)
