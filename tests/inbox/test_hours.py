"""A team's hours as admins write them and everybody reads them."""

from __future__ import annotations

import pytest

from gateway.stream.hours import as_hours
from inbox.rest.hours import ONE
from tests.inbox.conftest import House
from tests.inbox.tabs import tabs

WEEK = {"mon": [[540, 720], [780, 1080]], "sat": []}
BODY = {
    "zone": "Asia/Seoul",
    "week": WEEK,
    "holidays": [{"date": "2026-12-25", "name": "성탄절"}, {"date": "2026-10-09", "name": "한글날"}],
    "overrides": [{"date": "2026-12-31", "name": "", "ranges": [[540, 720]]}],
}


async def test_hours_are_kept_whole(both: House) -> None:
    ada, ann = await both.client("ada"), await both.client("ann")
    path = f"/teams/{both.teams['sales']}/hours"
    assert (await ann.fails("GET", path))[0] == 404
    async with tabs(both, "ann") as [tab]:
        told = (await ada.does("PUT", path, BODY))["hours"]
        await tab.reaches(both.store.published)
        [event] = tab.events
    assert (event["kind"], event["subject"]) == ("setting.changed", both.teams["sales"])
    assert event["changes"] == {"what": "hours"}
    assert told["week"] == {"mon": [[540, 720], [780, 1080]]}
    assert [day["name"] for day in told["holidays"]] == ["한글날", "성탄절"]
    assert told["overrides"] == [{"date": "2026-12-31", "name": "", "ranges": [[540, 720]]}]
    assert (await ann.get(path))["hours"] == told
    assert (await ann.get("/hours"))["hours"] == [told]
    row = await both.store.read(lambda look: look.one(ONE, both.teams["sales"]))
    assert row is not None
    assert as_hours(row).week == {0: ((540, 720), (780, 1080))}
    await ada.does("PUT", path, {"zone": "UTC", "week": {"sun": [[0, 1440]]}})
    assert (await ann.get(path))["hours"]["holidays"] == []
    await ada.does("DELETE", path)
    assert (await ann.get("/hours"))["hours"] == []
    lines = (await ada.get("/audit"))["lines"]
    assert [line["changes"] for line in lines if line["kind"] == "setting.changed"] == [{"what": "hours"}] * 3


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"zone": "Mars/Base", "week": {}}, 422),
        ({"zone": "UTC", "week": {"mon": [[600, 540]]}}, 422),
        ({"zone": "UTC", "week": {"mon": [[540, 720], [700, 800]]}}, 422),
        ({"zone": "UTC", "week": {"mon": [[540, 2000]]}}, 400),
        ({"zone": "UTC", "week": {"someday": []}}, 400),
        ({"zone": "UTC", "week": {}, "holidays": [{"date": "2026-02-30"}]}, 400),
        ({"zone": "UTC", "week": {}, "holidays": [{"date": "2026-1-1"}]}, 400),
        ({"zone": "UTC", "week": {}, "holidays": [{"date": "2026-01-01"}, {"date": "2026-01-01"}]}, 422),
    ],
)
async def test_hours_that_do_not_fit(house: House, body: object, status: int) -> None:
    ada = await house.client("ada")
    assert (await ada.fails("PUT", f"/teams/{house.teams['sales']}/hours", body))[0] == status


async def test_hours_of_nobody(house: House) -> None:
    ada = await house.client("ada")
    for method in ("PUT", "DELETE"):
        assert (await ada.fails(method, "/teams/nosuch/hours", BODY if method == "PUT" else None))[0] == 404


async def test_hours_are_tried_without_being_kept(both: House) -> None:
    ada = await both.client("ada")
    always = {day: [[0, 1440]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    assert await ada.does("POST", "/hours/try", {"zone": "UTC", "week": always}) == {
        "open": True,
        "until": None,
    }
    told = await ada.does("POST", "/hours/try", {"zone": "UTC", "week": {"mon": [[540, 600]]}})
    assert (told["open"] and told["until"] > both.clock()) or (not told["open"] and told["until"] is not None)
    assert (await ada.fails("POST", "/hours/try", {"zone": "Mars/Base", "week": {}}))[0] == 422
    assert (await ada.get("/hours"))["hours"] == []
