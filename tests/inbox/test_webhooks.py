"""Webhooks over REST: admins make endpoints, change them, send again what was; with a real one at the other end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.inbox.hooked import Office, office
from tests.servers.hook_receiver import verified

__all__ = ["office"]


async def test_an_endpoint_from_its_making_to_its_end(office: Office) -> None:
    admin = office.admin
    listed = await admin.get("/webhooks")
    assert listed["webhooks"] == [] and listed["most"] == 20
    assert "message.created" in listed["kinds"] and "message.held" not in listed["kinds"]
    await office.make()
    hook = (await admin.get("/webhooks"))["webhooks"][0]
    assert hook == (await admin.get(office.path))["webhook"]
    assert (hook["label"], hook["state"], hook["words"], hook["notes"]) == ("CRM", "active", True, False)
    assert office.secret.startswith("whsec_") and office.secret not in str(hook)
    await office.house.customer_writes("배송 언제 와요?")
    await office.until("delivered")
    assert office.receiver.texts() == ["배송 언제 와요?"]
    changed = await admin.does("PATCH", office.path, {"label": "ERP", "words": False, "state": "paused"})
    assert (changed["webhook"]["label"], changed["webhook"]["state"]) == ("ERP", "paused")
    await office.house.customer_writes("more")
    assert (await admin.get(office.path))["webhook"]["behind"] > 0
    await admin.does("PATCH", office.path, {"state": "active"})
    await office.until("delivered", "delivered")
    assert "text" not in office.receiver.taken[1].data["message"]
    await admin.does("DELETE", office.path)
    assert (await admin.get("/webhooks"))["webhooks"] == []
    assert await admin.fails("GET", office.path) == (404, "not_found")
    assert await admin.fails("GET", f"{office.path}/deliveries") == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"url": "http://example.com/"}, 422, "errors.webhook_url_http"),
        ({"url": "https://10.0.0.8/"}, 422, "errors.webhook_url_private"),
        ({"url": "https://a:b@example.com/"}, 422, "errors.webhook_url_user"),
        ({"url": "nonsense"}, 422, "errors.webhook_url"),
        ({"kinds": ["nonsense"]}, 422, "errors.webhook_kinds"),
        ({"kinds": []}, 400, "errors.malformed"),
        ({"secret": "mine"}, 400, "errors.malformed"),
    ],
)
async def test_what_does_not_fit_is_refused_with_its_reason(
    office: Office, body: dict[str, Any], status: int, text: str
) -> None:
    good = {"url": "https://example.com/", "kinds": ["message.created"]}
    code, problem = await office.admin.ask("POST", "/webhooks", good | body)
    assert (code, problem["text"]) == (status, text)
    await office.make()
    if "secret" not in body:
        assert (await office.admin.ask("PATCH", office.path, body))[0] == status


async def test_replaying_from_a_cursor_from_a_time_and_only_what_failed(office: Office) -> None:
    await office.make()
    start = office.hook["cursor"]
    for n in range(3):
        await office.house.customer_writes(str(n))
    await office.until(*["delivered"] * 3)
    replay = f"{office.path}/replay"
    await office.admin.does("POST", replay, {"after": start})
    for _ in range(200):
        if len(office.receiver.taken) == 6:
            break
        await asyncio.sleep(0.02)
    assert office.receiver.texts() == ["0", "1", "2"] * 2
    await office.admin.does("POST", replay, {"since": 1})
    for _ in range(200):
        if len(office.receiver.taken) == 9:
            break
        await asyncio.sleep(0.02)
    assert len(office.receiver.taken) == 9
    office.receiver.answer = lambda call: 500
    await office.house.customer_writes("3")
    await office.until(*["delivered"] * 3, "failed")
    office.receiver.answer = lambda call: 200
    answer = await office.admin.does("POST", replay, {"since": 1, "only": "failed"})
    assert answer["failed"] == 1
    await office.until(*["delivered"] * 4)
    assert office.receiver.texts()[9:] == ["3"]
    for body, code in (
        ({"after": "another.5"}, 410),
        ({"after": "nonsense"}, 410),
        ({"after": start.split(".")[0] + ".99999"}, 409),
        ({}, 400),
        ({"after": start, "since": 5}, 400),
        ({"after": start, "only": "failed"}, 400),
    ):
        assert (await office.admin.fails("POST", replay, body))[0] == code, body


async def test_skipping_and_the_ping(office: Office) -> None:
    await office.make()
    ping = await office.admin.does("POST", f"{office.path}/ping")
    assert (ping["taken"], ping["status"], ping["problem"]) == (True, 200, None)
    office.receiver.secrets = []
    office.receiver.answer = lambda call: 418
    ping = await office.admin.does("POST", f"{office.path}/ping")
    assert (ping["taken"], ping["status"], ping["problem"]) == (False, 418, "status")
    office.receiver.answer = lambda call: 200
    for n in range(5):
        await office.house.customer_writes(str(n))
    await office.until(*["delivered"] * 5)
    await office.admin.does("PATCH", office.path, {"state": "paused"})
    await office.house.customer_writes("never")
    skipped = await office.admin.does("POST", f"{office.path}/skip")
    assert skipped["webhook"]["behind"] <= 1
    await office.admin.does("PATCH", office.path, {"state": "active"})
    await office.house.customer_writes("again")
    await office.until(*["delivered"] * 6)
    assert "never" not in office.receiver.texts()


async def test_another_secret_with_and_without_overlap(office: Office) -> None:
    await office.make()
    former = office.secret
    made = await office.admin.does("POST", f"{office.path}/secret", {"overlap_hours": 24})
    assert made["secret"] != former and made["webhook"]["former_until"] > office.house.clock()
    office.receiver.secrets = []
    await office.house.customer_writes("hello")
    await office.until("delivered")
    call = office.receiver.taken[0]
    assert verified(former, call.body, call.headers) and verified(made["secret"], call.body, call.headers)
    assert await office.admin.fails("POST", f"{office.path}/secret", {}) == (409, "conflict")
    last = await office.admin.does("POST", f"{office.path}/secret", {"overlap_hours": 0})
    assert last["webhook"]["former_until"] is None
    await office.house.customer_writes("hello")
    await office.until("delivered", "delivered")
    call = office.receiver.taken[1]
    assert [verified(one, call.body, call.headers) for one in (last["secret"], made["secret"], former)] == [
        *(True, False, False),
    ]


async def test_the_house_is_told_of_an_endpoint_that_is_gone(office: Office) -> None:
    await office.make()
    assert await office.admin.get("/webhooks/trouble") == {"disabled": 0}
    office.receiver.answer = lambda call: 410
    await office.house.customer_writes("hello")
    for _ in range(500):
        if (await office.admin.get("/webhooks/trouble"))["disabled"]:
            break
        await asyncio.sleep(0.02)
    hook = (await office.admin.get(office.path))["webhook"]
    assert (hook["state"], hook["reason"]) == ("disabled", "gone")
    lines = (await office.admin.get("/audit", kind="setting.changed"))["lines"]
    assert [(one["changes"]["did"], one["actor"]["kind"]) for one in lines] == [
        ("disabled", "system"),
        ("made", "agent"),
    ]
    assert office.receiver.origin not in str(lines)
