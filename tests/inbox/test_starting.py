"""A conversation that an agent begins by mail: with a subject, others in copy, and files."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import NotFound, Refused
from gateway.events import Attachment
from gateway.stream.attach import keep_upload
from inbox.commands.starting import Start
from tests.inbox.conftest import House, asking, does
from tests.inbox.test_recipients import BOSS, JUNE, MINA, hers, told, with_mail

BEGIN = {"account": "mail", "address": MINA, "text": "News!", "client_id": "c1", "subject": "News"}


async def upload(house: House, size: int = 500) -> str:
    file = Attachment("0" * 64, "a.pdf", "application/pdf", size)
    by = (await asking(house, "ann")).by
    return await house.store.write(lambda tx: keep_upload(tx, f"agent:{by.id}", file))


async def test_with_subject_copies_and_files(both: House) -> None:
    await with_mail(both)
    more = {"cc": [{"address": JUNE, "name": "June"}], "bcc": [{"address": BOSS}]}
    begin = {**BEGIN, **more, "attachments": [await upload(both)]}
    started = await does(both, "ann", "start", **begin)
    assert started["conversation"]["subject"] == "News"
    assert told(started["message"]) == [
        ("to", MINA, "queued"),
        ("cc", JUNE, "queued"),
        ("bcc", BOSS, "queued"),
    ]
    assert [one["name"] for one in started["message"]["attachments"]] == ["a.pdf"]
    again = await does(both, "ann", "start", **begin)
    assert again["conversation"]["id"] == started["conversation"]["id"]
    counted = await both.store.read(lambda look: look.value("select count(*) from deliveries"))
    assert counted == 3


async def test_by_rest(both: House) -> None:
    await with_mail(both)
    ann = await both.client("ann")
    started = await ann.does("POST", "/conversations", {**BEGIN, "cc": [{"address": JUNE}]})
    assert told(started["message"])[1] == ("cc", JUNE, "queued")
    said = {"text": "And more", "visibility": "public", "client_id": "c2"}
    more = await ann.does("POST", f"/conversations/{started['conversation']['id']}/messages", said)
    assert told(more["message"])[1] == ("cc", JUNE, "queued"), "who stood beside her is answered, too"
    assert await ann.fails("POST", "/conversations", {**BEGIN, "client_id": "c3", "to": []}) == (
        400,
        "malformed",
    )


async def test_what_cannot_begin(house: House) -> None:
    await with_mail(house)

    async def refused(kind: type[Exception] = Refused, **more: Any) -> Any:
        with pytest.raises(kind) as caught:
            await does(house, "ann", "start", **{**BEGIN, **more})
        return caught.value

    assert (await refused(address="help@shop.example")).text == "errors.recipient_ours"
    assert (await refused(address="nobody")).text == "errors.no_address"
    assert (await refused(cc=[{"address": "nobody"}])).text == "errors.no_address"
    large = await upload(house, 26_000_000)
    assert (await refused(attachments=[large])).text == "errors.file_not_taken"
    assert (await refused(attachments=["0" * 26])).text == "errors.upload_gone"
    assert isinstance(await refused(NotFound, address=None), NotFound)
    assert await house.store.read(lambda look: look.value("select count(*) from conversations")) == 0


async def test_whom_the_agent_may_not_know_is_not_written_to(both: House) -> None:
    await with_mail(both)
    secret = await hers(both, who=BOSS)
    await does(both, "sue", "set_team", conversation=secret.conversation, team=both.teams["support"])
    for said in ({"address": BOSS}, {"cc": [{"address": BOSS}]}):
        with pytest.raises(NotFound):
            await does(both, "ann", "start", **{**BEGIN, **said})


def test_what_is_left_out_means() -> None:
    said = Start.model_validate(BEGIN)
    assert (said.cc, said.bcc, said.attachments) == (None, [], [])
