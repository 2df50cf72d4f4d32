"""Passwords: argon2id as OWASP asks, in few threads, with a short queue."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from gateway.errors import Refused, TooMany
from inbox.auth.passwords import Passwords
from tests import shortcuts


@pytest.fixture
def passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[Passwords]:
    """At the product's own price."""
    monkeypatch.setattr("inbox.auth.passwords.MEMORY", shortcuts.MEMORY)
    made = Passwords(at_once=2, queue=6, least=10)
    yield made
    made.close()


async def test_hash_and_check(passwords: Passwords) -> None:
    kept = await passwords.hash("correct horse")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.fits("correct horse", kept)
    assert not await passwords.fits("wrong horse", kept)
    assert not await passwords.fits("", kept)


async def test_the_same_password_from_every_keyboard(passwords: Passwords) -> None:
    kept = await passwords.hash("비밀번호 cafe\u0301 12")
    assert await passwords.fits("비밀번호 café 12", kept)


async def test_nobody_has_no_password(passwords: Passwords) -> None:
    assert not await passwords.fits("nobody has this password", None)
    assert not await passwords.fits("x", "not a hash")


@pytest.mark.parametrize("bad", ["short", "x" * 257])
async def test_lengths(passwords: Passwords, bad: str) -> None:
    with pytest.raises(Refused):
        await passwords.hash(bad)


async def test_a_very_long_one_is_wrong_not_cut(passwords: Passwords) -> None:
    kept = await passwords.hash("x" * 256)
    assert await passwords.fits("x" * 256, kept)
    assert not await passwords.fits("x" * 300, kept)


def test_weaker_settings_are_outdated(passwords: Passwords) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("correct horse")
    assert passwords.is_outdated(weak)


async def test_one_address_cannot_fill_the_queue(passwords: Passwords) -> None:
    flood = [asyncio.create_task(passwords.fits("x", None, address="203.0.113.9")) for _ in range(20)]
    await asyncio.sleep(0)
    assert await passwords.fits("x", None, address="192.0.2.1") is False, "somebody else still gets in"
    results = await asyncio.gather(*flood, return_exceptions=True)
    assert sum(isinstance(one, TooMany) for one in results) == 17


async def test_the_queue_is_bounded_for_all(passwords: Passwords) -> None:
    crowd = [asyncio.create_task(passwords.fits("x", None, address=f"10.0.0.{n}")) for n in range(20)]
    results = await asyncio.gather(*crowd, return_exceptions=True)
    assert sum(isinstance(one, TooMany) for one in results) == 14
    assert not passwords._waiting


async def test_who_asked_may_go_the_place_stays_taken(passwords: Passwords) -> None:
    tasks = [asyncio.create_task(passwords.fits("x", None, address=f"10.0.0.{n}")) for n in range(6)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    with pytest.raises(TooMany):
        await passwords.fits("x", None, address="10.0.1.1")
