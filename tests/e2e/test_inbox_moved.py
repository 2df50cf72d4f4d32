"""While the database is carried over: agents read that it is, what they do is kept, and goes on afterwards."""

from __future__ import annotations

import contextlib
import sqlite3

import pytest
from playwright.async_api import expect

from gateway.store.moving import State, Word
from tests.e2e.office import Office
from tests.e2e.pages.words import Language
from tests.servers.pages import Pages


def say(office: Office, statement: str, *values: str) -> None:
    with contextlib.closing(sqlite3.connect(office.server.data / "parley.db", timeout=20)) as connection:
        connection.execute(statement, values)
        connection.commit()


@pytest.mark.parametrize("language", ["ko"])
async def test_what_is_written_waits_until_it_is_over(office: Office, new_page: Pages, language: Language):
    new_page.expect("503")
    mina = await office.hire("Mina")
    await office.known_writes("Jisoo", "Is anybody there?")
    inbox = await mina.inbox("/list/all", language)
    await inbox.open("Jisoo")
    # Of a moved one: it does not end while this test is slow.
    word = Word("id", "epoch", "postgresql://there/parley", State.MOVED)
    say(office, "insert into meta (key, value) values ('move', ?)", str(word))
    await inbox.reply("Nearly there")
    banner = inbox.page.locator(".banner")
    await expect(banner).to_contain_text(inbox.words("banner.moving"))
    assert await inbox.faults(f"moving-{language}") == []
    say(office, "delete from meta where key = 'move'")
    await mina.has(["Is anybody there?", "Nearly there"])
    await expect(banner).to_have_count(0)
    await inbox.settled()
