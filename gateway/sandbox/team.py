"""The invented shop's people and what they work with: three agents, two teams and their hours, tags, attributes,
organisations, macros, views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from gateway.events import SYSTEM, Actor, agent
from gateway.store import Tx, as_json
from gateway.stream.acts import Acts
from gateway.stream.agents import add_agent, change_agent, set_teams
from gateway.stream.definitions import make_attribute, make_organisation, update_organisation
from gateway.stream.describe import make_tag
from gateway.stream.directory import make_team
from gateway.stream.hours import Day, Said, set_hours
from gateway.stream.macros import make_macro, used
from gateway.stream.private import set_preferences
from gateway.stream.saved import make_view


class Colleague(NamedTuple):
    key: str
    email: str
    name: str
    role: str
    teams: tuple[str, ...]


COLLEAGUES = (
    Colleague("alex", "alex@haru.example", "Alex Kim", "admin", ("tech",)),
    Colleague("sora", "sora@haru.example", "Sora Han", "supervisor", ("orders", "tech")),
    Colleague("kim", "kim@haru.example", "김상담", "agent", ("orders",)),
)
"""The admin comes first: everything else is made by them."""
SEOUL, LONDON = "Asia/Seoul", "Europe/London"
DAYS, LATE = ((540, 1080),), ((540, 720), (780, 1080))
"""Minutes after midnight: nine to six, without and with a pause at noon."""
HOURS = {
    "orders": Said(
        SEOUL,
        {**dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), DAYS), "sat": ((600, 840),)},
        (Day(date(2027, 1, 1), "신정 New Year"), Day(date(2027, 2, 8), "설날 Seollal")),
    ),
    "tech": Said(
        LONDON,
        dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), LATE),
        (Day(date(2026, 12, 25), "Christmas"), Day(date(2027, 1, 1), "New Year")),
    ),
}
"""One team in Seoul, one in London: when each answers."""
TEAMS = {"orders": "주문 Orders", "tech": "기술 Tech"}
TAGS = {
    "delivery": ("배송 delivery", "#2563eb"),
    "refund": ("환불 refund", "#c2410c"),
    "payment": ("결제 payment", "#7c3aed"),
    "machine": ("머신 machine", "#0f766e"),
    "app": ("앱 app", "#4d7c0f"),
    "howto": ("사용법 how-to", "#64748b"),
    "vip": ("VIP", "#be123c"),
}
ATTRIBUTES = (
    ("conversation", "order_number", {"en": "Order no.", "ko": "주문번호"}, "text", ()),
    (
        "contact",
        "roast",
        {"en": "Roast", "ko": "로스팅"},
        "choice",
        ("라이트 Light", "미디엄 Medium", "다크 Dark"),
    ),
    ("organisation", "seats", {"en": "Seats", "ko": "인원"}, "number", ()),
)
"""target, key, labels, type, choices"""
ORGANISATIONS = {
    "ko": (("한빛 디자인", "hanbit.example", 40), ("달맞이 서점", "moonbooks.example", 6)),
    "en": (("Café Moonlight", "moonlight.example", 12), ("Northwind Studio", "northwind.example", 25)),
}
"""By language: name, domain, seats."""
MACROS: tuple[tuple[str, str, str, tuple[str, ...], str], ...] = (
    (
        "인사 (한국어)",
        "안녕하세요, {{contact.name|고객}}님. 하루커피 {{agent.name}}입니다. 바로 확인해 볼게요.",
        "all",
        (),
        "",
    ),
    (
        "Hello",
        "Hello {{contact.first_name|there}}, this is {{agent.name}} of Haru Coffee. Let me look that up.",
        "all",
        (),
        "",
    ),
    (
        "배송 확인 중",
        "주문번호 {{conversation.attributes.order_number}} 확인했습니다. 택배사에 바로 물어볼게요.",
        "orders",
        ("delivery",),
        "",
    ),
    (
        "Where is my order",
        "Thank you, I have found {{conversation.attributes.order_number}} and am asking the carrier.",
        "orders",
        ("delivery",),
        "",
    ),
    (
        "환불 안내",
        "환불은 카드사에 따라 2~3영업일 안에 반영돼요. 그때까지 보이지 않으면 알려 주세요.",
        "orders",
        ("refund",),
        "",
    ),
    (
        "Refund: how long it takes",
        "The refund reaches your card within two or three working days.",
        "orders",
        ("refund",),
        "",
    ),
    (
        "석회 제거",
        "버튼 두 개를 5초 동안 함께 누르면 석회 제거 표시등이 꺼져요. 구연산 20g이면 충분해요.",
        "tech",
        ("machine", "howto"),
        "",
    ),
    (
        "Descaling",
        "Hold both buttons for five seconds and the descale light goes out. 20 g of citric acid is enough.",
        "tech",
        ("machine", "howto"),
        "",
    ),
    (
        "고맙습니다, 마치기",
        "도움이 되었다니 다행이에요. 또 궁금한 점이 있으면 편하게 남겨 주세요!",
        "all",
        (),
        "closed",
    ),
    ("Thanks, and close", "Glad I could help. Write any time!", "all", (), "closed"),
)
"""Name, text, whose (all, or a team's key), tags it sets, status it leaves."""
USES = {
    "alex": {"Hello": 9, "Descaling": 14, "석회 제거": 6, "Thanks, and close": 5},
    "sora": {
        "인사 (한국어)": 12,
        "Hello": 11,
        "환불 안내": 8,
        "Where is my order": 5,
        "고맙습니다, 마치기": 3,
    },
    "kim": {"인사 (한국어)": 17, "배송 확인 중": 13, "환불 안내": 7, "고맙습니다, 마치기": 10, "Hello": 2},
}
"""How often each colleague has used which macro."""
VIEWS: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    ("30분 넘음 Over 30 min", "all", {"waiting_over": 1_800_000}, "waiting"),
    ("환불 Refunds", "orders", {"tags": ["refund"]}, "activity"),
    ("머신 Machines", "tech", {"tags": ["machine"]}, "activity"),
    ("VIP", "all", {"tags": ["vip"]}, "activity"),
)
"""Name, whose (all, or a team's key), filter with keys of tags, order."""
ANY_OPEN: dict[str, Any] = {
    "status": "open",
    "team": None,
    "assignee": None,
    "tags": [],
    "account": None,
    "unread": False,
    "waiting_over": None,
    "priority": None,
}


@dataclass(frozen=True, slots=True)
class Team:
    """The ids of what was made, by our keys."""

    agents: dict[str, str]
    teams: dict[str, str]
    tags: dict[str, str]
    organisations: dict[str, list[str]]
    """By language."""
    macros: dict[str, str]
    """By their names."""

    def by(self, key: str) -> Actor:
        return agent(self.agents[key])


async def make_people(tx: Tx, faces: Mapping[str, str], preferences: Mapping[str, Any]) -> Team:
    """Everything but customers. To be called on an empty database. `faces`: what `agents.picture` keeps, by key."""
    founder, *others = COLLEAGUES
    agents = {founder.key: await add_agent(tx, founder.email, founder.name, founder.role, SYSTEM)}
    by = agent(agents[founder.key])
    for one in others:
        agents[one.key] = await add_agent(tx, one.email, one.name, one.role, by)
    for key, agent_id in agents.items():
        await change_agent(tx, agent_id, agent(agent_id), picture=faces[key])
        await set_preferences(tx, agent_id, as_json(preferences))
    teams = {key: await make_team(tx, name, by) for key, name in TEAMS.items()}
    for key, said in HOURS.items():
        await set_hours(tx, teams[key], said, by)
    for one in COLLEAGUES:
        await set_teams(tx, agents[one.key], [teams[team] for team in one.teams], by)
    tags = {key: await make_tag(tx, name, colour, by) for key, (name, colour) in TAGS.items()}
    for target, key, labels, kind, choices in ATTRIBUTES:
        await make_attribute(tx, target, key, labels["en"], kind, choices, by, labels=labels)
    team = Team(agents, teams, tags, await _make_organisations(tx, by), {})
    await _make_macros(tx, team, by)
    await _make_views(tx, team, by)
    return team


async def _make_organisations(tx: Tx, by: Actor) -> dict[str, list[str]]:
    made: dict[str, list[str]] = {}
    for language, all_of_them in ORGANISATIONS.items():
        for name, domain, seats in all_of_them:
            key = await make_organisation(tx, name, domain, by)
            await update_organisation(tx, key, by, attributes={"seats": seats})
            made.setdefault(language, []).append(key)
    return made


async def _make_macros(tx: Tx, team: Team, by: Actor) -> None:
    for name, text, whose, tags, status in MACROS:
        acts = Acts(tags_add=tuple(team.tags[key] for key in tags), status=status or None)
        team.macros[name] = await make_macro(tx, name, text, *_reach(team, whose), acts, by)


async def use_macros(tx: Tx, team: Team) -> None:
    """What each colleague uses most comes first in her list: here, as if used today."""
    for agent_key, uses in USES.items():
        for name, times in uses.items():
            for _ in range(times):
                await used(tx, team.macros[name], team.agents[agent_key])


async def _make_views(tx: Tx, team: Team, by: Actor) -> None:
    for name, whose, wanted, sort in VIEWS:
        tags = [team.tags[key] for key in wanted.get("tags", ())]
        await make_view(tx, name, *_reach(team, whose), {**ANY_OPEN, **wanted, "tags": tags}, sort, by)


def _reach(team: Team, whose: str) -> tuple[str, list[str]]:
    return ("all", []) if whose == "all" else ("teams", [team.teams[whose]])
