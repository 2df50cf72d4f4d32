"""PostgreSQL's side: what it is called, and that one mover at a time is let in."""

import pytest

from gateway.errors import ConfigError
from gateway.move.target import Target, described


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgresql://parley:secret@db.example.com/parley", "postgresql://db.example.com/parley"),
        ("postgres://parley:secret@db:5433/parley?sslmode=require", "postgresql://db:5433/parley"),
    ],
)
def test_a_name_holds_no_password(url: str, name: str) -> None:
    assert described(url) == name


async def test_one_mover_at_a_time(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.move.target.MOVER_LEAVES", "20ms")
    async with Target.open(postgres_url) as first:
        assert await first.mark() is None
        with pytest.raises(ConfigError, match="somebody else"):
            async with Target.open(postgres_url):
                raise AssertionError("two")


async def test_a_mark_says_whose_it_is(postgres_url: str) -> None:
    async with Target.open(postgres_url) as target:
        await target.prepare()
        await target.check_empty()
        await target.begin("this")
        assert await target.mark() == {"id": "this", "state": "copying"}
        epoch = target.epoch
        await target.make_ready("this", {"conversation_numbers": 0, "contact_numbers": 41})
        assert await target.mark() == {"id": "this", "state": "ready"}
        await target.resume("this")
        assert await target.mark() == {"id": "this", "state": "copying"}
        assert target.epoch == epoch
        await target.make_ready("this", {"conversation_numbers": 7, "contact_numbers": 41})
        await target.open_doors()
        assert await target.mark() is None
        await target.finish()
        await target.finish()
