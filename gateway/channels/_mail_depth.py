"""How deep the elements of a page stand in one another, told without parsing it: parsers take the square of that.

Never less than it is: an end counts only where nothing can be said against it, so what is written carelessly seems
deeper than it is. HTML, sections 13.2.5 (tokens) and 13.2.6 (where elements end).
"""

from __future__ import annotations

import re
from collections.abc import Collection


def _words(several: str) -> frozenset[str]:
    return frozenset(several.split())


_ATTRIBUTES = r"""(?:[\s/]++|=?[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"?+|'[^']*+'?+|[^\s>"'][^\s>]*+)?+)?+|=)*+"""
_MARKUP = re.compile(rf"<(?:(!--)|(/?)([a-zA-Z][^\s/>]*+){_ATTRIBUTES}|[!?/][^>]*+)")
_COMMENT_ENDS = re.compile(r"-->|--!>|(?<=<!--)-?>")
_RAW = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("style", "script", "title", "textarea")}
"""What stands in these are no tags."""
_ELSEWHERE = _words(
    "svg math select template frameset xmp iframe noembed noframes noscript plaintext object applet marquee"
)
"""Where other rules hold."""
_NOTHING_IN = _words(
    "area base basefont bgsound br col embed frame hr img image input keygen link meta param source track wbr"
    " html head body"
)
_CELLS, _ROWS, _GROUPS = _words("td th"), _words("td th tr"), _words("td th tr tbody thead tfoot")
_ITEMS = _words("li p dd dt")
_BLOCKS = _words(
    "address article aside blockquote center details dir div dl fieldset figcaption figure footer h1 h2 h3 h4 h5 h6"
    " header main menu nav ol pre section summary ul"
)
"""They end a paragraph that is open, and with themselves what may be left open in them."""
_BEFORE: dict[str, Collection[str]] = {
    **dict.fromkeys(_BLOCKS | _ITEMS, ("p",)),
    **dict.fromkeys(_CELLS, _CELLS),
    "tr": _ROWS,
    **dict.fromkeys(("tbody", "thead", "tfoot"), _GROUPS),
}
"""What ends where such an element begins."""
_WITHIN: dict[str, Collection[str]] = {
    **dict.fromkeys(_BLOCKS, _ITEMS),
    "li": ("p",),
    "tr": _CELLS,
    **dict.fromkeys(("tbody", "thead", "tfoot"), _ROWS),
    "table": _GROUPS,
}
"""What ends with it though nobody says so."""


def is_shallow(html: str, deepest: int) -> bool:
    """Does no element stand in more than `deepest` others, certainly?"""
    opened: list[str] = []
    at = 0
    while (found := _MARKUP.search(html, at)) is not None:
        at = found.end()
        name = (found[3] or "").lower()
        if found[1]:
            end = _COMMENT_ENDS.search(html, at)
            at = len(html) if end is None else end.end()
        elif name in _ELSEWHERE:
            return False
        elif name and found[2]:
            _end(opened, name)
        elif name and name not in _NOTHING_IN:
            _begin(opened, name)
            if len(opened) > deepest:
                return False
            if name in _RAW:
                raw = _RAW[name].search(html, at)
                at = len(html) if raw is None else raw.start()
    return True


def _begin(opened: list[str], name: str) -> None:
    ends = _BEFORE.get(name, ())
    while opened and (opened[-1] in ends or (opened[-1] == name and name in _ITEMS)):
        opened.pop()
    opened.append(name)


def _end(opened: list[str], name: str) -> None:
    within, at = _WITHIN.get(name, ()), len(opened) - 1
    while at >= 0 and opened[at] != name and opened[at] in within:
        at -= 1
    if at >= 0 and opened[at] == name:
        del opened[at:]
