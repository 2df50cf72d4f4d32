"""A mail's HTML: made harmless for an agent's browser, and as text for everything else.

What is made here is still to be shown in a sandboxed frame with a policy of its own: three walls, each enough.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass
from html import unescape

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

from gateway.channels._mail_depth import is_shallow

LONGEST = 1_000_000
"""Characters of HTML that are looked at; a longer one is shown as text only."""
MOST_REFERENCES = 20_000
"""Character references (`&nbsp;`): parsers move all that follows for each."""
DEEPEST = 3_000
"""Elements within elements: parsers take the square of it. What is nested deeper is no layout of a person's."""
MOST_TAGS = 20_000
"""Tags up to which the square of them is bearable, should ends be written that end nothing."""
MOST_ATTRIBUTES = 500
"""Attributes of one element: each is compared with all before it."""
MOST_FORMATTING = 500_000
"""Tags times the formatting elements (`b`, `font`) open at each: parsers may open those again for every one."""
MOST_COPIED = 30_000_000
"""The same by their characters: each may stand again, attributes and all, in every paragraph."""
LONGEST_TAG = 1_000
"""Characters of a tag whose end is not known."""
MOST_MISPLACED = 3_000
"""Tags in a mail with tables that may stand where none may: the cleaner takes the square of those."""
MOST_INDENTS = 9
"""Quotes or lists within one another that are told apart in text."""


def _words(several: str) -> frozenset[str]:
    return frozenset(several.split())


_BLOCKS = _words(
    "address article aside blockquote center dd details div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header"
    " hr li main nav ol p pre section table tbody tfoot thead tr ul"
)
_PARAGRAPHS = _words("p h1 h2 h3 h4 h5 h6 blockquote ul ol table pre")
_SILENT = _words("head style script title template noscript object embed iframe svg math")
_CLEAN = _SILENT | {"applet", "frame", "frameset"}
_FORMATTING = _words("a b big code em font i nobr s small strike strong tt u")
_TAGS = _words(
    "a abbr address b big blockquote br caption center cite code col colgroup dd del dfn div dl dt em figcaption figure"
    " font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong sub sup table tbody td"
    " tfoot th thead tr tt u ul var wbr"
)
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"style", "dir", "lang", "title", "align", "valign", "bgcolor", "width", "height"},
    "a": {"href"},
    "img": {"src", "alt", "border"},
    "font": {"color", "face", "size"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan", "nowrap"},
    "th": {"colspan", "rowspan", "nowrap"},
    "ol": {"start", "type"},
    "col": {"span"},
    "colgroup": {"span"},
    "blockquote": {"type"},
}
# No position, no float over others, and none whose value may be fetched from somewhere.
_STYLES = _words(
    "background-color border border-bottom border-collapse border-color border-left border-radius border-right"
    " border-spacing border-style border-top border-width color direction font font-family font-size font-style"
    " font-weight height letter-spacing line-height list-style-type margin margin-bottom margin-left margin-right"
    " margin-top max-height max-width min-width padding padding-bottom padding-left padding-right padding-top"
    " text-align text-decoration text-indent text-transform vertical-align white-space width word-break"
)
_ENDS_ITSELF = _words("area base br col dd dt embed hr img input li link meta option p source td th tr wbr")
# A tag as browsers read it (HTML, section 13.2.5), in one pass: nothing is ever looked at twice.
_OPENING = re.compile(
    r"""<[a-zA-Z][^\s/>]*+(?:[\s/]++|=?[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"?+|'[^']*+'?+|[^\s>"'][^\s>]*+)?+)?+|=)*+"""
)
_ATTRIBUTE = re.compile(
    r"""[\s/"']=?[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"?+|'[^']*+'?+|[^\s>"'][^\s>]*+)?+)?+""",
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_ANY_TAG = re.compile(r"<[^<>]{0,2000}>")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_TINY = re.compile(r"\s*0*[0-2](?:px)?\s*")
_TINY_STYLE = re.compile(r"(?:^|;)(?:width|height|max-height):0*[0-2](?:px)?(?:;|!|$)")
_LINKS = ("http://", "https://", "mailto:", "tel:")


@dataclass(frozen=True, slots=True)
class Harmless:
    html: str
    remote: int
    """Pictures that lie with others: not loaded until the agent asks, for whoever loads them tells that it was read."""
    tracking: int
    """Pictures that nobody can see: taken away for good."""


def is_readable(html: str) -> bool:
    """Is it of a size and a depth that people write? Otherwise only `text_of` says what can be said."""
    if len(html) > LONGEST or html.count("&") > MOST_REFERENCES:
        return False
    sizes: dict[int, int] = {}
    for tag in _OPENING.finditer(html):
        sizes[tag.start()] = size = tag.end() - tag.start()
        if size > 2 * MOST_ATTRIBUTES and len(_ATTRIBUTE.findall(tag[0])) > MOST_ATTRIBUTES:
            return False
    depth = cost = copied = formatting = weight = 0
    opened: defaultdict[str, list[int]] = defaultdict(list)
    for tag in _TAG.finditer(html):
        name = tag[2].lower()
        cost += formatting
        copied += weight
        if name in _FORMATTING and not tag[1]:
            opened[name].append(sizes.get(tag.start(), LONGEST_TAG))
            formatting, weight = formatting + 1, weight + opened[name][-1]
        elif name in _FORMATTING and opened[name]:
            formatting, weight = formatting - 1, weight - opened[name].pop()
        if name not in _ENDS_ITSELF:
            depth += -1 if tag[1] else 1
        if depth > DEEPEST or cost > MOST_FORMATTING or copied > MOST_COPIED:
            return False
    return html.count("<") <= MOST_TAGS or is_shallow(html, DEEPEST)


def harmless(html: str) -> Harmless:
    """For the frame in which a mail is shown; only of what `is_readable`. `cid:` pictures keep their address, those of
    others stand in `data-remote`."""
    remote = tracking = 0
    tree = LexborHTMLParser(html)
    tracked = _tracking(tree)
    if html.count("<") > MOST_MISPLACED and "<table" in html.lower():
        html = tree.html or ""  # in which everything has its place
    # Marks what is to become an attribute of another name. Nobody can write it before it is known.
    mark = f"cid:{hashlib.sha256(html.encode('utf-8', 'replace')).hexdigest()}:"

    def keep(tag: str, attribute: str, value: str) -> str | None:
        nonlocal remote, tracking
        told = value.strip()
        if attribute == "href":
            return told if told.lower().startswith(_LINKS) else None
        if attribute != "src":
            return value
        if told.lower().startswith("cid:"):
            return told
        if not told.lower().startswith(("http://", "https://")):
            return None
        if told in tracked:
            tracking += 1
            return None
        remote += 1
        return mark + told

    made = nh3.clean(
        html,
        tags=set(_TAGS),
        clean_content_tags=set(_CLEAN),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=keep,
        strip_comments=True,
        link_rel="noopener noreferrer nofollow",
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        filter_style_properties=set(_STYLES),
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    return Harmless(made.replace(f'src="{mark}', 'data-remote="'), remote, tracking)


def _tracking(tree: LexborHTMLParser) -> set[str]:
    """Addresses of pictures too small to be seen, or hidden."""
    found: set[str] = set()
    for node in tree.css("img"):
        told = node.attributes
        style = (told.get("style") or "").replace(" ", "").lower()
        tiny = _TINY.fullmatch(told.get("width") or "x") or _TINY.fullmatch(told.get("height") or "x")
        hidden = "display:none" in style or "visibility:hidden" in style or "opacity:0;" in style + ";"
        if tiny or hidden or _TINY_STYLE.search(style):
            found.add((told.get("src") or "").strip())
    return found - {""}


def text_of(html: str) -> str:
    """As people would type it: paragraphs apart, quotes marked by `>`, items by `-`, links with their address where the
    words do not say it."""
    if not is_readable(html):
        return unescape(_ANY_TAG.sub(" ", html[:LONGEST])).strip()
    root = LexborHTMLParser(html).body
    if root is None:
        return ""
    out = _Lines()
    _walk(root, out)
    return out.text()


def _walk(root: LexborNode, out: _Lines) -> None:
    """Without recursion: a mail may hold thousands of elements in one another."""
    todo: list[tuple[LexborNode, bool]] = [(root, False)]
    while todo:
        node, leaves = todo.pop()
        name = node.tag or ""
        if leaves:
            out.leave(name)
            continue
        if name == "-text":
            out.say(node.text_content or "")
            continue
        if name in _SILENT or name.startswith(("-", "!", "_")) or _is_hidden(node):
            continue
        out.enter(name, node.attributes or {})
        todo.append((node, True))
        child = node.last_child
        while child is not None:
            todo.append((child, False))
            child = child.prev


def _is_hidden(node: LexborNode) -> bool:
    style = (node.attributes or {}).get("style") or ""
    return "display:none" in style.replace(" ", "").lower()


class _Lines:
    """Text as it grows, line by line."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.quotes = 0
        self.pre = 0
        self.lists: list[int | None] = []
        self.links: list[tuple[str, list[str], int]] = []

    def enter(self, name: str, told: dict[str, str | None]) -> None:
        if name == "br":
            self.end()
            return
        if name in _BLOCKS:
            self.begin_block(paragraph=name in _PARAGRAPHS and not (self.lists and name in {"ul", "ol", "p"}))
        if name == "blockquote":
            self.quotes += 1
        elif name == "pre":
            self.pre += 1
        elif name == "ul":
            self.lists.append(None)
        elif name == "ol":
            start = told.get("start") or "1"
            self.lists.append(int(start) if start.isascii() and start.isdigit() and len(start) < 6 else 1)
        elif name == "li":
            self.line.append("  " * min(len(self.lists) - 1, MOST_INDENTS) + self._mark())
        elif name in {"td", "th"} and self.line:
            self.line.append("\t")
        elif name == "hr":
            self.line = ["---"]
            self.end()
        elif name == "img" and (alt := _SPACE.sub(" ", told.get("alt") or "").strip()):
            self.say(f"[{alt}]")
        elif name == "a":
            self.links.append((told.get("href") or "", self.line, len(self.line)))

    def _mark(self) -> str:
        if self.lists and (number := self.lists[-1]) is not None:
            self.lists[-1] = number + 1
            return f"{number}. "
        return "- "

    def leave(self, name: str) -> None:
        if name == "a" and self.links:
            self._link(*self.links.pop())
        if name == "blockquote":
            self.end(blank=False)
            self.quotes -= 1
            while self.lines and self.lines[-1] and not self.lines[-1].strip("> "):
                self.lines.pop()
        if name in _BLOCKS:
            inner = len(self.lists) > 1 or (self.lists and name == "p")
            self.begin_block(paragraph=name in _PARAGRAPHS and not inner)
        if name == "pre":
            self.pre -= 1
        elif name in {"ul", "ol"} and self.lists:
            self.lists.pop()

    def _link(self, href: str, line: list[str], since: int) -> None:
        """The address after the words, unless these are it: of links whose words stand in one line."""
        if not href.startswith(("http://", "https://")) or line is not self.line:
            return
        words = "".join(line[since : since + 50]).strip()
        if words and href.rstrip("/") not in words and words not in href:
            self.say(f" <{href[:500]}>")

    def say(self, text: str) -> None:
        if self.pre:
            first, *more = text.split("\n")
            self.line.append(first)
            for line in more:
                self.end()
                self.line.append(line)
            return
        squeezed = _SPACE.sub(" ", text)
        if squeezed.startswith(" ") and (not self.line or self.line[-1].endswith((" ", "\t"))):
            squeezed = squeezed[1:]
        if squeezed:
            self.line.append(squeezed)

    def begin_block(self, *, paragraph: bool) -> None:
        self.end(blank=False)
        if paragraph and self.lines and self.lines[-1].strip("> "):
            self.lines.append(">" * min(self.quotes, MOST_INDENTS))

    def end(self, *, blank: bool = True) -> None:
        """Of a line. `blank`: also of one that says nothing."""
        said = "".join(self.line).rstrip().replace("\u200b", "").replace("\ufeff", "")
        self.line = []
        if said.strip() or blank:
            mark = ">" * min(self.quotes, MOST_INDENTS)
            self.lines.append(f"{mark} {said}" if mark and said else mark or said)

    def text(self) -> str:
        self.end(blank=False)
        text = "\n".join(self.lines).replace("\u00a0", " ")
        return re.sub(r"\n{3,}", "\n\n", text).strip("\n")
