"""`postgresql://` URLs: what is taken, and what is refused without a word of it."""

import pytest

from gateway import postgres_url


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://db/parley",
        "postgres://me:hu%40sh@db.example:5432/parley?sslmode=verify-full",
        "postgresql://me@[::1]:5433/parley",
        "postgresql://me@one:5432,two/parley?target_session_attrs=primary",
        "postgresql://me@%2Frun%2Fpostgresql/parley",
        "postgresql:///parley?host=/run/postgresql",
        "postgresql://me:hush@db/parley?user=me@tenant",
    ],
)
def test_what_is_taken(url: str) -> None:
    postgres_url.check(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:hush/word@db/x",
        "postgresql://me:hush?word@db/x",
        "postgresql://me:hush#word@db/x",
        "postgresql://me:hush@word@db/x",
        "postgresql://me:hush[word@db/x",
        "postgresql://me:x@db:hush/x",
        "postgresql://me:hush@db:65536/x",
    ],
)
def test_what_would_be_misread_is_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="write it like") as caught:
        postgres_url.check(url)
    assert "hush" not in str(caught.value)
    assert caught.value.__context__ is None or caught.value.__suppress_context__
