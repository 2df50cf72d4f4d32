"""Secrets: 256 bits, kept as a hash, the same whatever is shown."""

from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as st

from inbox.auth.secrets import LONGEST, digest, new_secret


def test_a_secret_has_256_bits_and_never_comes_twice() -> None:
    made = {new_secret() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(base64.urlsafe_b64decode(one + "=")) == 32 for one in made)
    assert new_secret("parley_").startswith("parley_")
    assert len(new_secret("parley_")) <= LONGEST


@given(st.text(max_size=200))
def test_any_text_has_a_digest(text: str) -> None:
    assert len(digest(text)) == 64
    assert (digest(text) == digest(text + "x")) is (len(text) > LONGEST)
