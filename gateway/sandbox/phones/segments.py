"""How many SMS a text becomes.

The page: glossary/what-is-gsm-7-character-encoding; the alphabet is 3GPP TS 23.038, section 6.2.1.
"""

from __future__ import annotations

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPED = frozenset("\f^{}\\[~]|€")
"""These take two places."""
ALONE, JOINED = 160, 153
"""Places in a text's only segment; in each of several."""
WIDE_ALONE, WIDE_JOINED = 70, 67
"""The same in UTF-16 units, once one character is outside of the alphabet."""


def segments(text: str) -> int:
    places = [1 if letter in GSM else 2 if letter in ESCAPED else 0 for letter in text]
    if all(places):
        return _fill(places, ALONE, JOINED)
    return _fill([2 if ord(letter) > 0xFFFF else 1 for letter in text], WIDE_ALONE, WIDE_JOINED)


def _fill(places: list[int], alone: int, joined: int) -> int:
    """A character that takes two places is never parted."""
    if sum(places) <= alone:
        return 1
    count, used = 1, 0
    for size in places:
        if used + size > joined:
            count, used = count + 1, 0
        used += size
    return count
