"""Pictures in a mail's page: those that came with it in their places, those of others only when asked for."""

from gateway.channels._mail_html import harmless
from gateway.channels._mail_pages import placed_pictures

HTML = (
    '<p>Look</p><img src="cid:a%40b" alt="A"><img src="cid:gone" alt="G">'
    '<img src="https://far.example/x.png?a=1&amp;b=2" alt="R"><img src="https://t.example/p.gif" width="1">'
)


def test_they_stand_where_they_are_referred_to() -> None:
    clean = harmless(HTML)
    page = placed_pictures(clean.html, {"a@b": '/media/x"y/a.png'}, remote=False)
    assert 'src="/media/x&quot;y/a.png"' in page and "cid:" not in page
    assert 'alt="G"' in page and "data-missing" in page
    assert 'data-remote="https://far.example/x.png?a=1&amp;b=2"' in page and 'src="https://' not in page
    assert (clean.remote, clean.tracking) == (1, 1)


def test_those_of_others_are_loaded_when_somebody_asks() -> None:
    page = placed_pictures(harmless(HTML).html, {}, remote=True)
    assert 'src="https://far.example/x.png?a=1&amp;b=2"' in page and "t.example" not in page


def test_words_that_look_like_pictures_are_words() -> None:
    words = '<p>&lt;img src="cid:a"&gt; data-remote="https://far.example"</p>'
    assert placed_pictures(harmless(words).html, {"a": "/x"}, remote=True) == harmless(words).html
