"""What became of webhooks, over REST: the list by pages, the tries of one, and sending it again."""

from __future__ import annotations

from tests.inbox.hooked import Office, office

__all__ = ["office"]


async def test_what_failed_is_listed_with_its_tries_and_sent_again(office: Office) -> None:
    await office.make()
    office.receiver.answer = lambda call: 500
    await office.house.customer_writes("배송")
    failed = (await office.until("failed"))[0]
    assert (failed["attempts"], failed["status"], failed["problem"]) == (2, 500, "status")
    found = (await office.admin.get("/conversations"))["conversations"][0]
    assert (failed["conversation"], failed["number"]) == (found["id"], found["number"])
    shown = await office.admin.get(f"/webhooks/deliveries/{failed['id']}")
    assert [(one["number"], one["status"]) for one in shown["attempts"]] == [(2, 500), (1, 500)]
    assert shown["payload"]["data"]["message"]["text"] == "배송"
    assert shown["delivery"]["webhook_id"] == office.receiver.calls[0].id
    assert (await office.admin.get(office.path))["webhook"]["failed"] == 1
    office.receiver.answer = lambda call: 200
    await office.admin.does("POST", f"/webhooks/deliveries/{failed['id']}/redeliver")
    await office.until("delivered")
    assert office.receiver.taken[0].id == office.receiver.calls[0].id
    assert await office.deliveries("failed") == []
    assert len(await office.deliveries("delivered")) == 1
    await office.admin.does("PATCH", office.path, {"state": "paused"})
    again = f"/webhooks/deliveries/{failed['id']}/redeliver"
    assert await office.admin.fails("POST", again) == (409, "conflict")
    assert await office.admin.fails("GET", "/webhooks/deliveries/nosuch") == (404, "not_found")


async def test_the_list_by_pages_the_newest_first(office: Office) -> None:
    await office.make()
    for n in range(5):
        await office.house.customer_writes(str(n))
    await office.until(*["delivered"] * 5)
    first = await office.admin.get(f"{office.path}/deliveries", limit=3)
    rest = await office.admin.get(f"{office.path}/deliveries", limit=3, before=first["before"])
    found = [one["position"] for page in (first, rest) for one in page["deliveries"]]
    assert len(found) == 5 and found == sorted(found, reverse=True) and rest["before"] is None
