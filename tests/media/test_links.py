"""Links signed for one audience and a time."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.media import Claim, Expired, Forged, MediaLinks, Missing
from gateway.media.links import LINK_LIFE, LINK_PERIOD
from tests.media.conftest import Clock

SECRET = b"0123456789abcdef0123456789abcdef"
DIGEST = "ab" * 32
HOUR = 3600 * 1000
WHO: Any = {"audience": "visitor:v1", "attachment": "att1", "digest": DIGEST}


@pytest.fixture
def links(clock: Clock) -> MediaLinks:
    return MediaLinks(SECRET, clock=clock)


def test_a_link_says_what_was_signed(links: MediaLinks, clock: Clock):
    claim = links.verify(links.sign(**WHO))
    assert (claim.audience, claim.attachment, claim.hash) == ("visitor:v1", "att1", DIGEST)
    assert clock() + LINK_LIFE <= claim.expires < clock() + LINK_LIFE + LINK_PERIOD
    assert claim.expires % LINK_PERIOD == 0


def test_a_link_is_the_same_within_its_period(links: MediaLinks, clock: Clock):
    clock.now = 500_000 * HOUR + 1
    first = links.sign(**WHO)
    clock.now += HOUR - 1
    assert links.sign(**WHO) == first
    clock.now += 1
    assert links.sign(**WHO) != first


def test_a_link_expires_to_the_millisecond(links: MediaLinks, clock: Clock):
    signed = links.sign(**WHO, life=60_000)
    claim = links.verify(signed)
    clock.now = claim.expires - 1
    assert links.verify(signed) == claim
    assert links.seconds_left(claim) == 0
    clock.now = claim.expires
    with pytest.raises(Expired):
        links.verify(signed)


def test_a_link_is_for_one_audience(links: MediaLinks):
    signed = links.sign(**WHO)
    assert links.verify(signed, audience="visitor:v1").audience == "visitor:v1"
    for other in ("visitor:v2", "agent:v1", "", "visitor:v1 "):
        with pytest.raises(Forged):
            links.verify(signed, audience=other)


def test_an_expired_link_of_another_is_forged_not_expired(links: MediaLinks, clock: Clock):
    signed = links.sign(**WHO)
    clock.now += 100 * HOUR
    with pytest.raises(Forged):
        links.verify(signed, audience="agent:1")


def test_another_secret_and_a_changed_one(links: MediaLinks, clock: Clock):
    signed = links.sign(**WHO)
    with pytest.raises(Forged):
        MediaLinks(SECRET[::-1], clock=clock).verify(signed)
    assert MediaLinks(SECRET[::-1], clock=clock, former=(SECRET,)).verify(signed).attachment == "att1"


def test_every_changed_letter_is_forged(links: MediaLinks):
    signed = links.sign(**WHO)
    for at, letter in enumerate(signed):
        for other in {"A", "B", "_", "=", "é", " "} - {letter}:
            with pytest.raises(Forged):
                links.verify(signed[:at] + other + signed[at + 1 :])
    for wrong in ("", signed[:-1], signed + "A", signed + "=", " " + signed, signed + "\n", signed * 20, "."):
        with pytest.raises(Forged):
            links.verify(wrong)


@given(st.text())
def test_no_text_raises_anything_else(text: str):
    links = MediaLinks(SECRET, clock=Clock())
    with pytest.raises(Forged):
        links.verify(text)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(data: bytes):
    links = MediaLinks(SECRET, clock=Clock())
    with pytest.raises(Forged):
        links.verify(base64.urlsafe_b64encode(data).rstrip(b"=").decode())


@given(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=50),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=50),
)
def test_audience_and_attachment_never_run_together(audience: str, attachment: str):
    links = MediaLinks(SECRET, clock=Clock())
    claim = links.verify(links.sign(audience=audience, attachment=attachment, digest=DIGEST))
    assert claim == Claim(audience, attachment, DIGEST, claim.expires)


def test_what_cannot_be_signed(links: MediaLinks, clock: Clock):
    for audience, attachment in (("", "a"), ("agent:1\0", "a"), ("agent:1", "a\0b")):
        with pytest.raises(ValueError):
            links.sign(audience=audience, attachment=attachment, digest=DIGEST)
    with pytest.raises(Missing):
        links.sign(audience="agent:1", attachment="a", digest="../x")
    with pytest.raises(ValueError):
        MediaLinks(b"short", clock=clock)


def test_the_path_carries_a_name_for_people(links: MediaLinks):
    path = links.path("내 사진/1.png", **WHO)
    assert path == f"/media/{links.sign(**WHO)}/%EB%82%B4%20%EC%82%AC%EC%A7%84%2F1.png"
    assert path.isascii()


def test_an_audience_gets_its_files_where_they_have_an_origin(links: MediaLinks):
    file = {"name": "1.png", "id": "att1", "hash": DIGEST, "size": 3}
    assert links.for_audience("visitor:v1")(file) == links.path("1.png", **WHO)
    assert links.for_audience("visitor:v1", "https://files.example")(file) == (
        f"https://files.example{links.path('1.png', **WHO)}"
    )
