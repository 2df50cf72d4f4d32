"""A mail's HTML: nothing of it runs, loads or lies over anything; as text it reads as it was written."""

import re
from typing import Any

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels import _mail_html
from gateway.channels._mail_html import harmless, is_readable, text_of
from gateway.channels._mail_quotes import trim

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' java\tscript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='/api/v1/logout'>x</a>",
    "<a href='//evil.example'>x</a>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    "<iframe src='https://evil.example'></iframe>",
    "<form action='https://evil.example'><input name=password></form>",
    "<base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<style>body{background:url(https://evil.example/x)}</style>",
    "<div style=\"background:url('https://evil.example/x')\">x</div>",
    "<div style='position:fixed;top:0;left:0'>x</div>",
    "<table background='https://evil.example/x'><tr><td>x</td></tr></table>",
    "<img srcset='https://evil.example/x 2x'>",
    "<img src='//evil.example/x'>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
    "<video poster='https://evil.example/x'><source src='https://evil.example/y'></video>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<!--><img src=x onerror=alert(1)>-->",
]
BAD = re.compile(
    r"(?i)<(?:script|style|iframe|form|input|base|meta|link|svg|math|video|source|object)|\son\w+=|javascript:|data:|position|url\(|srcset|background=|href=\"/|[^-]src=\"(?!cid:)"
)


@pytest.mark.parametrize("html", ATTACKS)
def test_nothing_runs_and_nothing_is_loaded(html: str):
    assert not BAD.search(harmless(html).html)


@given(
    st.lists(
        st.sampled_from(
            [
                *ATTACKS,
                "<b>",
                "</b>",
                "'",
                '"',
                ">",
                "<",
                "<p title='",
                "<!--",
                "-->",
                "<img alt='a>b' src='https://evil.example/p.png'>",
            ]
        )
    ).map("".join)
)
def test_nothing_runs_however_it_is_mixed(html: str):
    made = harmless(html).html
    assert not BAD.search(
        re.sub(
            r'="[^"]*"',
            lambda value: value[0] if value[0].startswith(('="cid:', '="http')) else '=""',
            re.sub(r">[^<]*<", "><", made),
        )
    )


def test_layout_and_words_stay():
    cell = '<td style="color: red; position: absolute" align="center"><b>주문</b></td>'
    html = f'<table width="600" cellpadding="4"><tr>{cell}</tr></table>'
    made = harmless(html).html
    assert 'width="600"' in made and "<b>주문</b>" in made and "color:" in made and "position" not in made


def test_links_open_elsewhere_and_tell_nobody_where_from():
    made = harmless(
        '<a href="https://haru.example/a?b=1&amp;c=2">x</a><a href="mailto:a@b.example">y</a>'
    ).html
    assert made.count('rel="noopener noreferrer nofollow"') == made.count('target="_blank"') == 2
    assert 'href="https://haru.example/a?b=1&amp;c=2"' in made


def test_pictures_of_the_mail_stay_those_of_others_wait():
    made = harmless(
        '<img src="cid:a@b"><img alt="a>b" src="https://shop.example/logo.png?a=1&amp;b=2" width="200">'
    )
    assert 'src="cid:a@b"' in made.html
    assert 'data-remote="https://shop.example/logo.png?a=1&amp;b=2"' in made.html
    assert ' src="https' not in made.html
    assert (made.remote, made.tracking) == (1, 0)


@pytest.mark.parametrize(
    "told",
    [
        'width="1" height="1"',
        'style="width:1px;height:1px"',
        'style="display: none"',
        "height=0",
        'style="max-height:0px!important"',
        'style="opacity:0"',
    ],
)
def test_what_only_watches_is_taken_away(told: str):
    made = harmless(f'<p>Hello<img src="https://watch.example/open?id=1" {told}></p>')
    assert made.tracking == 1 and made.remote == 0
    assert "watch.example" not in made.html


TEXTS = {
    "paragraphs": ("<p>안녕하세요.</p><p>주문이<br>안 왔어요.</p>", "안녕하세요.\n\n주문이\n안 왔어요."),
    "divisions, Gmail": ("<div dir=ltr>하나<div><br></div><div>둘</div></div>", "하나\n\n둘"),
    "spaces": ("<p>  a\n  b&nbsp;c </p>", "a b c"),
    "quote": (
        "<p>네</p><blockquote><p>언제요?</p><blockquote>내일</blockquote></blockquote>",
        "네\n\n> 언제요?\n>\n>> 내일",
    ),
    "lists": ("<ul><li>하나<li>둘<ol start=3><li>셋</ol></ul>끝", "- 하나\n- 둘\n  3. 셋\n\n끝"),
    "link": ('<a href="https://haru.example/x">여기</a>를 보세요', "여기 <https://haru.example/x>를 보세요"),
    "link that says itself": (
        '<a href="https://haru.example/">https://haru.example</a>',
        "https://haru.example",
    ),
    "mailto": ('<a href="mailto:a@b.example">a@b.example</a>', "a@b.example"),
    "table": ("<table><tr><th>상품<th>수량</tr><tr><td>커피<td>2</tr></table>", "상품\t수량\n커피\t2"),
    "pre": ("<pre>a\n  b\n</pre>c", "a\n  b\n\nc"),
    "rule": ("a<hr>b", "a\n---\nb"),
    "picture": ('<img alt="로고" src="cid:x"> 하루', "[로고] 하루"),
    "hidden": (
        '<div style="display: none">preheader</div><style>p{}</style><!-- x --><title>t</title>words',
        "words",
    ),
    "nothing": ("", ""),
    "only text": ("a < b &amp; c", "a < b & c"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_as_text(name: str):
    html, text = TEXTS[name]
    assert re.sub(r"[ \t]*\t[ \t]*", "\t", text_of(html)) == text


def test_a_reply_of_outlook_in_html_is_trimmed_like_one_in_text():
    html = (
        "<div>네, 감사합니다!</div><hr><div><b>보낸 사람:</b> 김상담 &lt;help@haru.example&gt;<br>"
        "<b>보낸 날짜:</b> 2026년 11월 16일<br><b>받는 사람:</b> 이하나<br>"
        "<b>제목:</b> Re: 배송</div><p>안녕하세요.</p>"
    )
    assert trim(text_of(html)).shown.startswith("네, 감사합니다!")
    assert "보낸 사람" not in trim(text_of(html)).shown


MANY = [f"x{number}" for number in range(_mail_html.MOST_ATTRIBUTES + 1)]
COSTLY = {
    "deep": "<div>" * (_mail_html.DEEPEST + 1) + "배송",
    "long": "배송" + "x" * _mail_html.LONGEST,
    "references": "배송" + "&nbsp;" * (_mail_html.MOST_REFERENCES + 1),
    "attributes": f"<a {' '.join(MANY)}>배송",
    "attributes behind quotes": f"<a x' y=\"'>\" {'=1 '.join(MANY)}>배송",
    "attributes of slashes": f"<a/{'/'.join(MANY)}>배송",
    "formatting": "<p>" + "".join(f"<b id={n}>" for n in range(1000)) + "배송</p><p>x" * 600,
    "deep behind ends of nothing": "<div></ul>" * _mail_html.MOST_TAGS + "배송",
    "copies": "<p>" + "".join(f'<b title="{n}>{"x" * 900}">' for n in range(300)) + "</p>배송" + "<p>x" * 200,
    "no end": "배송<a" + " <a" * 200_000 + "&" * (_mail_html.MOST_REFERENCES + 1),
}


@pytest.mark.parametrize("name", COSTLY)
def test_what_costs_the_square_of_its_size_is_never_parsed(name: str, monkeypatch: pytest.MonkeyPatch):
    def never(html: str) -> None:
        raise AssertionError("parsed")

    monkeypatch.setattr(_mail_html, "LexborHTMLParser", never)
    assert not is_readable(COSTLY[name])
    assert "배송" in text_of(COSTLY[name])


def test_the_cleaner_gets_no_table_with_much_out_of_its_place(monkeypatch: pytest.MonkeyPatch):
    given: list[str] = []
    clean = nh3.clean

    def cleaned(html: str, **more: Any) -> str:
        given.append(html)
        return str(clean(html, **more))

    monkeypatch.setattr(nh3, "clean", cleaned)
    few, many = "<table>배송<br>", "<table>" + "배송<br>" * _mail_html.MOST_MISPLACED
    assert harmless(many).html.count("배송") == _mail_html.MOST_MISPLACED
    assert given[0].index("<table") > given[0].rindex("<br>")
    tidy = '<table><tbody><tr><td style="color:red">주문<br></td></tr></tbody></table>'
    assert harmless(tidy * 1000).html == harmless(tidy).html * 1000
    harmless(few)
    assert given[-1] == few


def test_what_people_send_is_readable():
    newsletter = (
        '<table><tr><td style="color:red"><font face=Arial><b>주문</b></font></td></tr></table>' * 3000
    )
    assert is_readable(newsletter)
    assert text_of(newsletter).count("주문") == 3000
    assert is_readable("<b>" * 100 + "<p>x</p>" * 1000)
    assert is_readable(
        f'<p><font style="{"color:red;" * 20}"><b style="margin:0">x<br></b></font></p>' * 3_000
    )
    assert is_readable(f'<a href="https://haru.example/{"x/" * 3000}">it\'s</a>')


def test_a_wide_mail_grows_by_its_size():
    """Lists within lists indent no further than a person would read; one line of many pieces is put together once."""
    nested = "<ul>" * 2000 + "<li>x" * 20_000
    assert len(text_of(nested)) < 30 * 20_001
    assert text_of("<b>x</b>" * 100_000) == "x" * 100_000


@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<a href=https://x.y>",
                "</a>",
                "<li>",
                "<ul>",
                "</ul>",
                "<br>",
                "<td>",
                "<pre>",
                "<blockquote>",
                "</blockquote>",
                "<b x='",
                "'>",
                "\n",
                "words ",
                "가",
                "&amp;",
                "\0",
                "<table>",
            ]
        ),
        max_size=60,
    ).map("".join)
)
def test_any_html_is_text_and_harmless(html: str):
    text_of(html).encode()
    assert is_readable(html)
    harmless(html)
