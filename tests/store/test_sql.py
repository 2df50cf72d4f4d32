"""One SQL text for two databases, and the words that JSON columns and names may hold."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.store.sql import POSTGRES, SQLITE, as_json, for_postgres, for_sqlite, from_json, plain, script

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def test_both_databases_fill_the_same_words() -> None:
    assert SQLITE.keys() == POSTGRES.keys()


def test_each_database_gets_its_own_text() -> None:
    sql = "select id from agents where id in {ids_1} and role = $2 {lock}"
    assert (
        for_sqlite(sql)
        == "select id from agents where id in (select value from json_each(?1)) and role = ?2 "
    )
    assert for_postgres(sql) == (
        "select id from agents where id = any (array (select jsonb_array_elements_text($1::jsonb))) and role = $2"
        " for no key update"
    )
    assert for_postgres("delete from roads where way not in {ids_2}") == (
        "delete from roads where way <> all (array (select jsonb_array_elements_text($2::jsonb)))"
    )


def test_an_empty_json_object_is_no_word_and_an_unknown_word_is_a_fault() -> None:
    assert for_sqlite("values ('{}', $1)") == "values ('{}', ?1)"
    for fill in (for_sqlite, for_postgres):
        with pytest.raises(KeyError):
            fill("select {nonsense}")


@given(anything)
def test_what_a_json_column_holds_is_read_back_without_nul(value: object) -> None:
    text = as_json(value)
    assert "\\u0000" not in text
    assert from_json(text) == _without_nul(value)


@given(st.text())
def test_words_with_backslashes_are_not_taken_for_nul(text: str) -> None:
    said = f"\\u0000{text}"
    assert from_json(as_json(said)) == plain(said)


def _without_nul(value: object) -> object:
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [_without_nul(one) for one in value]
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(one) for key, one in value.items()}
    return value


def test_nothing_is_null() -> None:
    assert from_json(None) is None
    assert from_json("null") is None


def test_a_migration_is_read_for_one_database() -> None:
    text = """
    create table a (b {json}); -- not a mark
    -- sqlite
    create virtual table c using fts5(d);
    -- postgresql
    create index c on a using gin (b);
    -- both
    -- why
    insert into a values ('{}');
    """
    ours = [[" ".join(one.split()) for one in script(text, postgres=postgres)] for postgres in (False, True)]
    common = "insert into a values ('{}')"
    assert [one[-1] for one in ours] == [common, common]
    assert ours[0][0].startswith("create table a (b text)")
    assert ours[1][0].startswith("create table a (b jsonb)")
    assert "create virtual table c using fts5(d)" in ours[0][1]
    assert "create index c on a using gin (b)" in ours[1][1]
    assert json.dumps(ours).count("gin") == json.dumps(ours).count("fts5") == 1
