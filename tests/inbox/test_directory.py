"""Teams, tags, attribute definitions, organisations."""

from __future__ import annotations

from functools import partial

import pytest

from gateway.errors import Refused
from gateway.events import agent
from gateway.limits import Limits
from gateway.rates import Rate
from gateway.stream.definitions import update_organisation
from tests.inbox.conftest import House, Open
from tests.inbox.tabs import Frame, Tab, tabs


async def test_filing(both: House) -> None:
    ada = await both.client("ada")
    team = (await ada.does("POST", "/teams", {"name": "Billing"}))["team"]
    assert await ada.fails("POST", "/teams", {"name": "Billing"}) == (409, "conflict")
    retired = await ada.does("PATCH", f"/teams/{team['id']}", {"retired": True, "name": "Old billing"})
    assert retired["team"] == {"id": team["id"], "name": "Old billing", "retired": True}
    wanted = {
        "target": "conversation",
        "key": "plan",
        "label": "Plan",
        "type": "choice",
        "choices": ["a", "b"],
    }
    attribute = (await ada.does("POST", "/attributes", wanted))["attribute"]
    taken = await both.customer_writes("hello")
    path = f"/conversations/{taken.conversation}"
    assert (await ada.fails("PATCH", path, {"attributes": {"plan": "z"}}))[0] == 422
    changed = await ada.does("PATCH", path, {"attributes": {"plan": "a"}})
    assert changed["conversation"]["attributes"] == {"plan": "a"}
    assert attribute["labels"] == {}
    named = await ada.does(
        "PATCH", f"/attributes/{attribute['id']}", {"labels": {"ko": " 요금제 ", "en": " "}}
    )
    assert named["attribute"]["labels"] == {"ko": "요금제"}, "what says nothing is not kept"
    kept = await ada.does("PATCH", f"/attributes/{attribute['id']}", {"choices": ["a", "b", "c"]})
    assert (kept["attribute"]["label"], kept["attribute"]["labels"]) == ("Plan", {"ko": "요금제"})
    wrong = {"labels": {"fr": "Forfait"}}
    assert (await ada.fails("PATCH", f"/attributes/{attribute['id']}", wrong))[0] == 400
    (told,) = (await ada.get("/attributes"))["attributes"]
    assert told["labels"] == {"ko": "요금제"}
    assert await ada.fails("POST", "/attributes", wanted) == (422, "refused")
    organisation = (await ada.does("POST", "/organisations", {"name": "Acme", "domain": "Acme.example"}))[
        "organisation"
    ]
    assert organisation["domain"] == "acme.example"
    taken_domain = {"name": "B", "domain": "acme.example"}
    assert await ada.fails("POST", "/organisations", taken_domain) == (422, "refused")
    await ada.does("PATCH", f"/organisations/{organisation['id']}", {"domain": None})
    page = await ada.get("/organisations")
    assert page["organisations"][0]["domain"] is None
    assert (await ada.get(f"/organisations/{organisation['id']}"))["organisation"]["name"] == "Acme"
    assert await ada.fails("GET", "/organisations/nobody") == (404, "not_found")
    kinds = {line["kind"] for line in (await ada.get("/audit"))["lines"]}
    assert "directory.changed" in kinds


async def test_organisations_are_found_by_a_part_of_their_name_or_domain(both: House):
    ada = await both.client("ada")
    for body in ({"name": "하루커피"}, {"name": "Acme 100%", "domain": "acme.example"}, {"name": "Acme_2"}):
        await ada.does("POST", "/organisations", body)

    async def found(words: str) -> set[str]:
        page = await ada.get("/organisations", q=words)
        return {one["name"] for one in page["organisations"]}

    assert await found("커피") == {"하루커피"}
    assert await found(" ACME") == {"Acme 100%", "Acme_2"}
    assert await found("acme.ex") == {"Acme 100%"}
    assert await found("%") == {"Acme 100%"}
    assert await found("e_2") == {"Acme_2"}
    assert await found("") == {"하루커피", "Acme 100%", "Acme_2"}
    first = await ada.get("/organisations", q="acme", limit=1)
    rest = await ada.get("/organisations", q="acme", before=first["before"])
    assert [one["name"] for one in (*first["organisations"], *rest["organisations"])] == [
        "Acme_2",
        "Acme 100%",
    ]


async def test_who_is_in_a_team(both: House) -> None:
    ada = await both.client("ada")
    ann, bob = both.agents["ann"], both.agents["bob"]

    async def members(team: str) -> set[str]:
        return {one["id"] for one in (await ada.get("/agents"))["agents"] if team in one["teams"]}

    team = (await ada.does("POST", "/teams", {"name": "Night", "members": [ann, bob]}))["team"]["id"]
    assert await members(team) == {ann, bob}
    assert await members(both.teams["sales"]) == {ann}, "nobody leaves another team by it"
    await ada.does("PATCH", f"/teams/{team}", {"members": [bob], "name": "Late"})
    assert await members(team) == {bob}
    await ada.does("PATCH", f"/teams/{team}", {"members": []})
    assert await members(team) == set()
    assert (await ada.fails("PATCH", f"/teams/{team}", {"members": ["01nobody"]}))[0] == 404
    assert (await ada.fails("PATCH", "/teams/01none", {"members": []}))[0] == 404
    assert (await ada.fails("POST", "/teams", {"name": "Ghosts", "members": ["01nobody"]}))[0] == 404
    assert "Ghosts" not in {one["name"] for one in (await ada.get("/teams"))["teams"]}, "all or nothing"


URLS = {
    "https://shop.example/a?b=c#d": True,
    "http://한국.kr:8080/주문": True,
    "https://[2001:db8::1]/": True,
    "HTTPS://shop.example": True,
    "javascript:alert(1)": False,
    "ftp://shop.example/": False,
    "//shop.example/": False,
    "https://": False,
    "https:///a": False,
    "https://shop.example:99999/": False,
    "https://shop.example@evil.example/": False,
    "https://shop.example\\@evil.example/": False,
    "https://shop example/": False,
    "https://shop.example/\u202egpj.exe": False,
    " https://shop.example": False,
    "https://-bad-.example/": False,
}
DATES = {
    "2026-02-28": True,
    "2026-02-29": False,
    "2026-W47-1": False,
    "20260228": False,
    "2026-2-8": False,
    "٢٠٢٦-٠٢-٢٨": False,
}
DOMAINS = {
    "shop.example": True,
    "xn--3e0b707e.example": True,
    "회사.한국": True,
    "localhost": True,
    "shop..example": False,
    "shop.example.": False,
    "https://shop.example": False,
    "kim@shop.example": False,
    "shop_1.example": False,
    "-shop.example": False,
    "a" * 64 + ".example": False,
    "shop example": False,
}


async def test_values_have_the_shape_of_their_type(both: House) -> None:
    ada = await both.client("ada")
    for kind in ("url", "date", "number"):
        wanted = {"target": "organisation", "key": kind, "label": kind, "type": kind}
        await ada.does("POST", "/attributes", wanted)
    made = (await ada.does("POST", "/organisations", {"name": "Acme"}))["organisation"]
    by = agent(both.agents["ada"])
    for number in (2**63, -(2**63), float("nan"), float("inf"), True):
        with pytest.raises(Refused):
            await both.store.write(
                partial(update_organisation, organisation=made["id"], by=by, attributes={"number": number})
            )
    path = f"/organisations/{made['id']}"
    for kind, values in (("url", URLS), ("date", DATES)):
        for value, fits in values.items():
            status, answer = await ada.ask("PATCH", path, {"attributes": {kind: value}})
            assert (status == 200) == fits, (value, answer)
            assert fits or (status, answer["text"]) == (422, "errors.attribute_value"), value
    for domain, fits in DOMAINS.items():
        status, answer = await ada.ask("PATCH", path, {"domain": domain})
        assert (status == 200) == fits, (domain, answer)
        assert fits or (status, answer["text"]) == (422, "errors.domain_unfit"), domain


def answer_to(key: str, tab: Tab) -> Frame | None:
    return next((frame for frame in tab.frames if frame.get("id") == key), None)


async def test_numbers_without_bounds_are_refused_by_name(both: House) -> None:
    ada = await both.client("ada")
    wanted = {"target": "conversation", "key": "n", "label": "N", "type": "number"}
    await ada.does("POST", "/attributes", wanted)
    key = (await both.customer_writes("hello")).conversation
    async with tabs(both, "ada") as (tab,):
        for number in ("1e400", "-1e400", "9223372036854775808", "9" * 40, "-" + "9" * 40):
            body = f'{{"attributes":{{"n":{number}}}}}'
            headers = {"Content-Type": "application/json"}
            answer = await ada.raw("PATCH", f"/conversations/{key}", data=body, headers=headers)
            assert (answer.status, (await answer.json())["type"]) == (400, "malformed"), number
            args = f'{{"conversation":"{key}","values":{{"n":{number}}}}}'
            frame = f'{{"kind":"command","id":"n{number}","name":"set_attributes","args":{args}}}'
            await tab.connection.send(frame)
            told = await tab.until(partial(answer_to, f"n{number}"))
            assert (told["problem"]["status"], told["problem"]["type"]) == (400, "malformed")
        await tab.does("set_attributes", conversation=key, values={"n": 2**53})


async def test_tags_are_made_in_measure(open_with: Open) -> None:
    house = await open_with(Limits(tags_most=10, directory_changes=Rate(3, 3600.0)))
    ann, sue = await house.client("ann"), await house.client("sue")

    def tag(number: int) -> dict[str, str]:
        return {"name": f"tag {number}", "colour": "#112233"}

    for number in range(2):
        await ann.does("POST", "/tags", tag(number))
    async with tabs(house, "ann") as (tab,):
        await tab.does("make_tag", **tag(2))
        problem = (await tab.command("make_tag", **tag(3)))["problem"]
        assert (problem["status"], problem["text"]) == (429, "errors.directory_often")
    assert await ann.fails("POST", "/tags", tag(3)) == (429, "too_many")
    assert await ann.fails("POST", "/organisations", {"name": "Acme"}) == (429, "too_many")
    for number in range(3, 10):
        await sue.does("POST", "/tags", tag(number))
    status, answer = await sue.ask("POST", "/tags", tag(10))
    assert (status, answer["text"], answer["params"]) == (422, "errors.tags_full", {"most": 10})
    assert (await sue.does("POST", "/tags", tag(9)))["tag"]["name"] == "tag 9", "the one there is"
    assert len((await sue.get("/tags"))["tags"]) == 10
