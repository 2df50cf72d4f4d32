"""Room for the connections of all processes: asked before anything serves."""

import logging

import pytest

from gateway.errors import ConfigError, Unavailable
from gateway.store.postgres import PostgresStore
from gateway.store.room import EACH, LEAST, check_room, judge
from tests.servers.postgres import Postgres


@pytest.mark.parametrize("processes", [1, 2])
def test_with_less_than_the_least_nothing_begins(processes: int) -> None:
    with pytest.raises(
        ConfigError, match=rf"workers = {processes}: PostgreSQL has room for 6 conn.*raise max_"
    ):
        judge(6, processes)
    judge(LEAST * processes, processes)


def test_with_too_few_for_a_crowd_it_is_said(caplog: pytest.LogCaptureFixture) -> None:
    judge(27, 2)
    assert "room for 27 connections of ours, 2 workers hold up to 36" in caplog.text
    caplog.clear()
    judge(EACH * 2, 2)
    assert not caplog.text


async def test_a_real_server_is_asked(postgres: Postgres, caplog: pytest.LogCaptureFixture) -> None:
    url = postgres.database()
    name = url.rpartition("/")[2]
    with caplog.at_level(logging.WARNING):
        await check_room(url, 1)
        assert not caplog.text
        postgres.execute(f'alter database "{name}" connection limit 20')
        await check_room(url, 2)
        assert "room for 20 connections of ours" in caplog.text
    with pytest.raises(ConfigError, match="or begin fewer workers"):
        await check_room(url, 3)


async def test_who_cannot_be_asked_says_it_at_the_opening() -> None:
    await check_room("postgresql://nobody@127.0.0.1:9/nowhere", 2)
    await check_room("sqlite:///x.db", 2)


async def test_a_server_without_room_is_not_called_silent(postgres: Postgres) -> None:
    url = postgres.database()
    postgres.execute(f'alter database "{url.rpartition("/")[2]}" connection limit 0')
    postgres.execute("drop role if exists narrow")
    postgres.execute("create role narrow login")
    postgres.execute(f'grant all on database "{url.rpartition("/")[2]}" to narrow')
    with pytest.raises(Unavailable, match="no room for another connection"):
        await PostgresStore.open(url.replace("//parley@", "//narrow@"))
