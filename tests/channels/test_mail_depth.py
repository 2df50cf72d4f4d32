"""How deep a page is said to be is never less than what a parser makes of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from gateway.channels._mail_depth import is_shallow

MANY = 60

NESTED = {
    "ends of nothing": "<div></ul>",
    "items in items": "<li><col><dd>",
    "ends behind other elements": "<span><div></span>",
    "ends between items": "<span><li></span><span><dd></span>",
    "cells of no table": "<td><li></td><td><dd></td>",
    "ends in comments": "<div><!--</div>-->",
    "ends in comments that end at once": "<div><!--><!--</div>-->",
    "ends in odd comments": "<div><!--x--!><!x</div>><?x</div>>",
    "ends in attributes": "<div title='</div>'>",
    "ends in attributes of ends": "<div></span title='</div>'>",
    "ends in styles": "<div><style></div></style>",
    "begun in quotes of styles": '<style><a title="</style><div><i title="</i>">',
    "ends in titles": "<div><textarea></div></textarea>",
    "slashes": "<div/><p/><span/>",
    "tables": "<table><td>",
    "a drawing": "<svg><style><g>",
}


def depth(html: str) -> int:
    """As a parser has it, without the page itself."""
    body = LexborHTMLParser(html).body
    assert body is not None
    most, todo = 0, [(body, 0)]
    while todo:
        node, down = todo.pop()
        most = max(most, down)
        child: LexborNode | None = node.child
        while child is not None:
            if child.tag and not child.tag.startswith(("-", "!", "_")):
                todo.append((child, down + 1))
            child = child.next
    return most


@pytest.mark.parametrize("name", NESTED)
def test_what_is_deep_is_said_to_be(name: str) -> None:
    html = NESTED[name] * MANY
    assert depth(html) >= MANY // 2
    assert not is_shallow(html, MANY // 2 - 1)


@pytest.mark.parametrize(
    "html",
    [
        "<p>x",
        "<ul><li>x<li><p>x</ul>",
        "<dl><dt>x<dd>x</dl>",
        "<table><tr><td>x<td>x<tr><td>x</table>",
        "<table><tbody><tr><td><p>x</p></td></tr></tbody><tbody><tr><th>x</table>",
        '<div style="a>b"><font face=x><b>x</b><br/></font><img src=x></div>',
        "<!--[if mso]><table><tr><td><![endif]-->x<!--[if mso]></td></tr></table><![endif]-->",
        "<style>a > b { }</style><o:p></o:p><hr>",
        "<div><li>x</div>",
    ],
)
def test_what_people_write_is_as_deep_as_it_is(html: str) -> None:
    assert is_shallow(html * 500, 8)


NAMES = "div p span b a li ul dd dt dl table tr td th tbody h1 form button br pre nobr caption option"
TOKENS = [
    *(f"<{end}{name}>" for name in NAMES.split() for end in ("", "/")),
    *("<!--", "-->", "<!-->", "--!>", "<!x>", "<?", "x", '"', "'", ">", "<style>", "</style>", "<title>"),
    *('<div title="', "<div x='</div>'>", "</title>", "<textarea>", "</textarea>", "<select>", "<svg>"),
]


@settings(max_examples=400)
@given(
    st.lists(st.sampled_from(TOKENS), min_size=1, max_size=6), st.lists(st.sampled_from(TOKENS), max_size=4)
)
def test_it_is_never_said_to_be_less(again: list[str], before: list[str]) -> None:
    html = "".join(before) + "".join(again) * MANY
    real = depth(html)
    # Marks of the text that are still open are opened anew in what follows: those are counted where they are read.
    if real > MANY // 2 and not any(one in html for one in ("<b>", "<a>", "<nobr>")):
        assert not is_shallow(html, MANY // 4), real
