"""The visitor's token: ours, this account's, still good, or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Unauthenticated
from gateway.events import Address, Proof
from gateway.visitors.tokens import CLAIMS_BYTES, LONGEST, Tokens, fitting_claims

tokens = Tokens(b"a secret of thirty-two characters")
words = st.text(max_size=200)


@given(
    address=st.text(min_size=1, max_size=200), name=words, claims=st.dictionaries(words, words, max_size=20)
)
def test_what_was_signed_is_read_back(address, name, claims):
    visitor = tokens.visitor(
        "web", Address("app:web", address), name=name or None, claims=fitting_claims(claims)
    )
    token = tokens.sign(visitor)
    read = tokens.read(token, "web", now=0)
    assert len(token) <= LONGEST and token.isascii()
    assert (read.identity, read.subject, read.name) == (visitor.identity, visitor.subject, visitor.name)
    assert read.claims in (visitor.claims, {})


def test_two_newcomers_are_two_people():
    one, two = tokens.newcomer("web"), tokens.newcomer("web")
    assert one.identity != two.identity and one.subject != two.subject
    assert one.identity.space == "visitor" and one.proof is Proof.CHANNEL


def test_the_subject_follows_the_identity_and_tells_nothing_of_it():
    user = Address("app:web", "user-17")
    assert tokens.visitor("web", user).subject == tokens.visitor("web", user, name="Hana").subject
    assert tokens.visitor("web", user).subject != tokens.visitor("other", user).subject
    assert tokens.visitor("web", user).subject != Tokens(b"another secret").visitor("web", user).subject
    assert "user-17" not in tokens.visitor("web", user).subject


@given(place=st.integers(min_value=0), byte=st.integers(1, 255))
def test_a_changed_byte_is_refused(place, byte):
    token = tokens.sign(tokens.newcomer("web"))
    place %= len(token)
    changed = token[:place] + chr(ord(token[place]) ^ byte) + token[place + 1 :]
    with pytest.raises(Unauthenticated):
        tokens.read(changed, "web", now=0)


@given(st.text(max_size=LONGEST + 10))
def test_anything_else_is_refused(text):
    with pytest.raises(Unauthenticated):
        tokens.read(text, "web", now=0)


def test_bytes_that_are_no_text_are_refused_like_anything_else():
    """aiohttp reads a header's stray bytes as lone surrogates, which nothing encodes."""
    token = tokens.sign(tokens.newcomer("web"))
    for text in ("\udcff", "a.\udcff", f"{token}\udcff", f"\udcff{token}"):
        with pytest.raises(Unauthenticated):
            tokens.read(text, "web", now=0)


def test_a_token_is_good_for_its_account_and_its_secret_only():
    token = tokens.sign(tokens.newcomer("web"))
    with pytest.raises(Unauthenticated):
        tokens.read(token, "other", now=0)
    with pytest.raises(Unauthenticated):
        Tokens(b"another secret").read(token, "web", now=0)


def test_a_vouched_token_ends_with_its_vouch():
    token = tokens.sign(tokens.visitor("web", Address("app:web", "u"), expires_at=1000))
    assert tokens.read(token, "web", now=999).expires_at == 1000
    with pytest.raises(Unauthenticated) as over:
        tokens.read(token, "web", now=1000)
    assert over.value.code == "vouch_expired"


def test_claims_are_bounded():
    assert fitting_claims({"name": " Hana ", "": "x", "empty": " "}) == {"name": "Hana"}
    assert fitting_claims({"\0na\0me": "Ha\0na", "\0": "x", "empty": " \0 "}) == {"name": "Hana"}
    kept = fitting_claims({f"key{n}": "가" * 300 for n in range(20)})
    assert 0 < len(str(kept).encode()) <= CLAIMS_BYTES + 20
    assert all(len(value) <= 200 for value in kept.values())
