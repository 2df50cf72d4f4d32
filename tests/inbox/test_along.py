"""What goes with a draft is told to its agent's other tabs, and to nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import Malformed
from tests.inbox.conftest import House, does
from tests.inbox.tabs import tabs

NO_ACTS: dict[str, Any] = {
    "tags_add": [],
    "tags_remove": [],
    "assignee": None,
    "team": None,
    "status": None,
    "snooze_for": None,
    "priority": None,
}


async def uploaded(house: House, who: str) -> dict[str, Any]:
    client = await house.client(who)
    answer = await client.raw(
        "POST", "/uploads?name=a.txt", data=b"a", headers={"Content-Type": "text/plain"}
    )
    file: dict[str, Any] = (await answer.json())["attachment"]
    return file


async def test_files_and_acts_of_a_draft_are_told_to_the_agents_own_tabs(both: House) -> None:
    talk = (await both.customer_writes("hello")).conversation
    file, foreign = await uploaded(both, "ann"), await uploaded(both, "bob")
    async with tabs(both, "ann", "ann", "bob") as (desk, phone, bob):
        await desk.does(
            "save_along",
            conversation=talk,
            mode="public",
            acts={"status": "closed"},
            worded=True,
            files=[file["id"], foreign["id"]],
        )
        told = await phone.until(
            lambda tab: [one["private"]["along"] for one in tab.of("private") if one["private"].get("along")],
            "what goes with the draft",
        )
        [along] = told
        stands = along[talk]["public"]
        assert stands["acts"] == {**NO_ACTS, "status": "closed"}
        assert (stands["macro"], stands["worded"], stands["named"]) == (None, True, {})
        assert [one["id"] for one in stands["files"]] == [file["id"]], "another's file is not taken"
        assert not [one for one in bob.of("private") if one["private"].get("along")]
    page = await (await both.client("ann")).get(f"/conversations/{talk}")
    assert [one["id"] for one in page["along"]["public"]["files"]] == [file["id"]]
    assert (await (await both.client("bob")).get(f"/conversations/{talk}"))["along"] == {}
    async with tabs(both, "ann") as (fresh,):
        assert fresh.of("snapshot")[0]["private"]["along"].keys() == {talk}


async def test_what_goes_with_a_draft_follows_a_merge(both: House) -> None:
    """Also from a tab that had not heard of it yet."""
    talk = (await both.customer_writes("hello")).conversation
    into = (await both.customer_writes("me too", name="Lee")).conversation
    file = await uploaded(both, "ann")
    async with tabs(both, "ann") as (ann,):
        await ann.does("save_along", conversation=talk, mode="public", files=[file["id"]])
        await does(both, "sue", "merge", conversation=talk, into=into)
        await ann.does("save_along", conversation=talk, mode="public", files=[file["id"]], worded=True)
        told = await ann.until(
            lambda tab: [one["private"]["along"] for one in tab.of("private") if one["private"].get("along")],
            "where it went",
        )
    assert told[-1][talk] == {"public": None}
    assert told[-1][into]["public"]["files"] == [file]
    page = await (await both.client("ann")).get(f"/conversations/{into}")
    assert [one["id"] for one in page["along"]["public"]["files"]] == [file["id"]]


async def test_to_whom_a_draft_is_to_go_is_told_as_it_was_said(both: House) -> None:
    talk = (await both.customer_writes("hello")).conversation
    said = {
        "cc": [],
        "bcc": [{"address": "june@example.net", "name": "June"}],
        "subject": "S",
        "quote": False,
    }
    await does(both, "ann", "save_along", conversation=talk, mode="public", letter=said)
    ann = await both.client("ann")
    assert (await ann.get(f"/conversations/{talk}"))["along"]["public"]["letter"] == said
    await does(
        both, "ann", "save_along", conversation=talk, mode="public", letter={}, worded=True, macro="0a"
    )
    assert "letter" not in (await ann.get(f"/conversations/{talk}"))["along"]["public"]
    with pytest.raises(Malformed):
        await does(both, "ann", "save_along", conversation=talk, mode="public", letter={"too": []})
