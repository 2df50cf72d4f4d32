"""A mail's own page for the frame that shows it: its pictures in their places, those of others only when asked for.

Of HTML that `harmless` has made: every attribute stands in double quotes, what is in them escaped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape, unescape
from urllib.parse import unquote

_PICTURE = re.compile(r'(<img\b[^>]*?\s)src="cid:([^"]{0,600})"')
_REMOTE = re.compile(r'(<img\b[^>]*?\s)data-remote="(https?://[^"]*)"')


def placed_pictures(html: str, pictures: Mapping[str, str], *, remote: bool) -> str:
    """`pictures`: where those are that came with it, by their `cid`."""

    def placed(found: re.Match[str]) -> str:
        told = unescape(found[2])
        at = pictures.get(told) or pictures.get(unquote(told))
        return f'{found[1]}src="{escape(at)}"' if at else f'{found[1]}data-missing=""'

    html = _PICTURE.sub(placed, html)
    return _REMOTE.sub(r'\1src="\2"', html) if remote else html
