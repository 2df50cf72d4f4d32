"""Where an agent's picture is: one address for colleagues and customers alike, which never ends. Pure.

What `agents.picture` keeps is the name of the bytes (`HASH.jpg`): who changes the picture changes the address, so it
may be kept for ever.
"""

from __future__ import annotations

import re

TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
"""What a picture may be, by its ending."""
NAME = re.compile(rf"[0-9a-f]{{64}}\.({'|'.join(TYPES)})")


def picture_name(digest: str, mime: str) -> str | None:
    """What `agents.picture` keeps for these bytes; None for a type that is no picture of ours."""
    ending = next((ending for ending, type_ in TYPES.items() if type_ == mime), None)
    return f"{digest}.{ending}" if ending else None


def picture_path(kept: str | None) -> str | None:
    """Below the public URL."""
    return f"/pictures/{kept}" if kept else None
