"""Two rows have one digest when they say the same, however each database spells it, and only then."""

import random
from typing import Any

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.move.proof import (
    PLACES,
    Sides,
    Tally,
    bytes_form,
    digests,
    json_form,
    token_form,
    vector_form,
)
from gateway.store import as_json
from gateway.store.search import tokens, vector

numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False, width=32)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
ANY = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(value=values)
@ANY
async def test_json_is_one_however_it_is_spelled(value: Any, postgres_url: str) -> None:
    text = as_json(value)
    connection = await asyncpg.connect(postgres_url)
    there = await connection.fetchval("select $1::jsonb::text", text)
    await connection.close()
    assert digests([[text]], {0: json_form}) == digests([[there]], {0: json_form})


def test_json_that_says_something_else_is_another() -> None:
    said = [
        '{"a": 1}',
        '{"a": "1"}',
        '{"a": 1.5}',
        '{"a": null}',
        "{}",
        '{"b": 1}',
        '{"a": [1]}',
        '["a", 1]',
        '[1, "a"]',
    ]
    assert len(set(digests([[one] for one in said], {0: json_form}))) == len(said)
    assert len(set(digests([['{"a": 1e2, "b": 2}'], ['{"b":2,"a":100}']], {0: json_form}))) == 1


@given(text=st.text() | st.sampled_from(["배송 문의 배송이 word word", "a " * 900, "주문번호 " * 300]))
@ANY
async def test_tokens_are_one_on_both(text: str, postgres_url: str) -> None:
    made = tokens(text)
    connection = await asyncpg.connect(postgres_url)
    there = await connection.fetchval("select $1::text::tsvector::text", vector(made))
    await connection.close()
    assert digests([[1, made]], {1: token_form}) == digests([[1, there]], {1: vector_form})


def test_tokens_in_another_place_are_others() -> None:
    said = ["a b", "b a", "a", "a b b", "a bb"]
    assert len(set(digests([[one] for one in said], {0: token_form}))) == len(said)
    assert len(token_form("a " * 900)["a"]) == PLACES


def test_rows_are_told_apart() -> None:
    rows: list[list[Any]] = [[1, "a"], ["1", "a"], [1, None], [None, 1], [1, ""], ["1a"], [1, "a", None]]
    assert len(set(digests(rows, {}))) == len(rows)
    assert digests([(b"\0\xff",)], {0: bytes_form}) != digests([(b"\0",)], {0: bytes_form})
    assert digests([(None,)], {0: json_form}) == digests([(None,)], {})


@given(
    st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.text()), max_size=30),
    st.randoms(use_true_random=False),
)
def test_a_sum_hangs_on_no_order_and_what_is_taken_out_is_gone(
    rows: list[tuple[int, str]], chance: random.Random
) -> None:
    one, other = Tally(), Tally()
    one.add(digests(rows, {}))
    more = digests([["another", 1]], {})
    other.add(more)
    shuffled = list(rows)
    chance.shuffle(shuffled)
    other.add(digests(shuffled, {}))
    assert (one.rows, one.checksum) != (other.rows, other.checksum)
    other.remove(more)
    assert (one.rows, one.checksum) == (other.rows, other.checksum)
    assert Sides({"t": one}, {"t": other}).differences() == []
    other.add(more)
    assert Sides({"t": one}, {"t": other}).differences() == [f"t: {one} here, {other} there"]
