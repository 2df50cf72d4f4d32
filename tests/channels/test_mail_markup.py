"""The marks of the inbox in a mail: the same that the browser draws, escaped, and readable as words alone."""

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.channels._mail_markup import html_of, placed, words_of
from static.bundle import SOURCE

CASES = json.loads((SOURCE / "inbox/views/mail/letters.test.json").read_text(encoding="utf-8"))
"""What the inbox's own tests hold its drawing to (letters.test.ts)."""


def bare(text: str) -> str:
    """Its HTML without the styles."""
    return re.sub(r' style="[^"]*"', "", html_of(text)).strip()


@pytest.mark.parametrize(
    ("text", "html", "words"),
    [
        ("a **b _c_** `d*`", "<p>a <strong>b <em>c</em></strong> <code>d*</code></p>", "a b c d*"),
        ("one\ntwo\n\n\nthree", "<p>one<br>two</p>\n<p>three</p>", "one\ntwo\n\n\nthree"),
        (
            "- a\n• b\n1. c\n2) d",
            "<ul><li>a</li><li>b</li></ul>\n<ol><li>c</li><li>d</li></ol>",
            "• a\n• b\n1. c\n2. d",
        ),
        ("```\na *b*\n\n c\n```\nd", "<pre>a *b*\n\n c</pre><p>d</p>", "a *b*\n\n c\nd"),
        ("```\nopen", "<p>```<br>open</p>", "```\nopen"),
        ("**굵게**는 _기울임_이", "<p><strong>굵게</strong>는 <em>기울임</em>이</p>", "굵게는 기울임이"),
        ("snake_case_name", "<p>snake_case_name</p>", "snake_case_name"),
        ("<b>&", "<p>&lt;b&gt;&amp;</p>", "<b>&"),
        (
            "(see https://x.example/a_b_c?d=1&e).",
            '<p>(see <a href="https://x.example/a_b_c?d=1&amp;e">https://x.example/a_b_c?d=1&amp;e</a>).</p>',
            "(see https://x.example/a_b_c?d=1&e).",
        ),
        ("https://x/a_(b)", '<p><a href="https://x/a_(b)">https://x/a_(b)</a></p>', "https://x/a_(b)"),
        (
            "[ours](https://x.example)",
            '<p><a href="https://x.example">ours</a></p>',
            "ours (https://x.example)",
        ),
        (
            "You said:\n> two **cups**\n>\n> - one\nyes",
            (
                "<p>You said:</p>\n<blockquote><p>two <strong>cups</strong></p>\n<ul><li>one</li></ul>\n"
                "</blockquote>\n<p>yes</p>"
            ),
            "You said:\n> two cups\n>\n> • one\nyes",
        ),
        ("> > twice", "<blockquote><blockquote><p>twice</p>\n</blockquote>\n</blockquote>", "> > twice"),
        ("[no](javascript:alert(1))", "<p>[no](javascript:alert(1))</p>", "[no](javascript:alert(1))"),
    ],
)
def test_marks(text: str, html: str, words: str) -> None:
    assert bare(text) == html and words_of(text) == words


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_a_mail_goes_out_as_the_inbox_draws_it(case: dict[str, str]) -> None:
    drawn = re.sub(r"\n(?=<)", "", bare(case["text"]))
    assert (drawn, words_of(case["text"])) == (case["html"], case["words"])


def test_images_have_their_place() -> None:
    assert placed("a ![x](cid:1) b\n```\n![y](cid:2)\n```") == {"1"}
    assert placed("> ![x](cid:1)\n> ```\n> ![y](cid:2)\n> ```") == {"1"}
    assert 'src="cid:i@x" alt="a&quot;b"' in html_of('![a"b](cid:1)', {"1": "i@x"})
    assert bare("![gone](cid:9)") == "<p>gone</p>"


class Tags(HTMLParser):
    """What a reader's program makes of it."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        assert {name for name, _ in attrs} <= {"style", "href", "src", "alt", "value"}
        assert all(
            re.match(r"https?://|mailto:|cid:", value) for name, value in attrs if name in ("href", "src")
        )
        if tag not in ("br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@settings(max_examples=60)
@given(st.text() | st.text(alphabet="ab<>&\"*_`-1. \n[]()!:/'", max_size=300))
def test_any_text_is_drawn_by_our_tags_alone(text: str) -> None:
    tags = Tags()
    tags.feed(html_of(text + " https://x/" + text + "![a](cid:k)" + f"[{text}](https://{text})", {"k": text}))
    tags.close()
    assert not tags.open
    assert tags.seen <= {"p", "br", "ul", "ol", "li", "pre", "code", "strong", "em", "a", "img", "blockquote"}


def test_a_long_text_of_signs_is_read_in_a_moment() -> None:
    for sign in ("**", "_a", "`", "[", "![", "```\n", "- x\n", "> ", "> \n", "- x\n  - y\n", "  - x\n"):
        assert html_of(sign * 2000)
