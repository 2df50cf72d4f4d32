"""Attributes: what was defined, checked by its type, on every write."""

import pytest

from gateway.errors import Refused
from gateway.events import new_id
from gateway.store import Store, as_json
from gateway.stream.attributes import LONGEST, check_attributes, is_hostname

TYPES = ("text", "number", "date", "boolean", "choice", "url")


async def define(store: Store) -> None:
    for kind in TYPES:
        choices = as_json(["gold", "silver"] if kind == "choice" else [])
        await store.write(
            lambda tx, kind=kind, choices=choices: tx.run(  # type: ignore[misc]
                "insert into attribute_definitions (id, target, key, label, type, choices, created_at)"
                " values ($1, 'contact', $2, $2, $2, $3, 0)",
                new_id(),
                kind,
                choices,
            )
        )


async def checked(store: Store, before: dict[str, object], values: dict[str, object]) -> dict[str, object]:
    return await store.write(lambda tx: check_attributes(tx, "contact", before, values))


FITS: dict[str, list[object]] = {
    "text": ["", "배송", "x" * LONGEST],
    "number": [0, -3, 2.5],
    "date": ["2026-11-22", "2024-02-29"],
    "boolean": [True, False],
    "choice": ["gold", "silver"],
    "url": [
        "https://example.com",
        "http://example.com:8080/a?b=c#d",
        "https://[2001:db8::1]/",
        "https://한국.example/",
    ],
}
DOES_NOT: dict[str, list[object]] = {
    "text": [1, True, ["x"], "x" * (LONGEST + 1)],
    "number": ["1", True, float("nan"), float("inf")],
    "date": ["2026-13-01", "2025-02-29", "20261122", "2026-W47-7", "today", 20261122],
    "boolean": [0, 1, "true"],
    "choice": ["bronze", 1, ["gold"]],
    "url": [
        "javascript:alert(1)",
        "ftp://example.com",
        "//example.com",
        "https://",
        "https://user@example.com",
        "https://example.com:port/",
        "https://exa mple.com",
        "https://example.com\\@evil.example",
        "https://example.com/\u202egnp.exe",
        "https://-dash.example",
        "https://example.com/" + "x" * LONGEST,
        7,
    ],
}


async def test_what_fits_its_type_is_kept_and_what_does_not_is_refused(store: Store) -> None:
    await define(store)
    for key in TYPES:
        for value in FITS[key]:
            assert await checked(store, {}, {key: value}) == {key: value}, (key, value)
        for value in DOES_NOT[key]:
            with pytest.raises(Refused, match=f"'{key}' takes {key}"):
                await checked(store, {}, {key: value})


async def test_none_clears_and_the_others_stay(store: Store) -> None:
    await define(store)
    before: dict[str, object] = {"text": "words", "number": 1}
    assert await checked(store, before, {"number": None, "boolean": True, "date": None}) == {
        "text": "words",
        "boolean": True,
    }
    assert before == {"text": "words", "number": 1}, "what was given is not changed"


async def test_what_was_not_defined_or_is_retired_is_refused(store: Store) -> None:
    await define(store)
    await store.write(lambda tx: tx.run("update attribute_definitions set retired_at = 1 where key = 'text'"))
    for key in ("shoe size", "text"):
        with pytest.raises(Refused, match="has no attribute"):
            await checked(store, {"text": "old"}, {key: "44"})
    with pytest.raises(Refused, match="has no attribute"):
        await store.write(lambda tx: check_attributes(tx, "conversation", {}, {"number": 1}))
    assert await checked(store, {"text": "old"}, {"number": 1}) == {"text": "old", "number": 1}


async def test_a_text_is_kept_without_nul(store: Store) -> None:
    await define(store)
    assert await checked(store, {}, {"text": "a\0b"}) == {"text": "ab"}


def test_names_of_hosts() -> None:
    for name in ("localhost", "example.com", "a-b.example", "한국.example", "x" * 63 + ".example"):
        assert is_hostname(name), name
    for name in (
        "",
        "-a.example",
        "a-.example",
        "a..b",
        ".a",
        "a.",
        "x" * 64,
        "a_b.example",
        "a b",
        "a." * 130,
    ):
        assert not is_hostname(name), name
