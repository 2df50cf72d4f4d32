"""The invented shop's people and what they file by: three agents, two teams, tags, attributes, an organisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from gateway.events import SYSTEM, Actor, agent
from gateway.store import Tx
from gateway.stream.agents import add_agent, set_teams
from gateway.stream.definitions import make_attribute, make_organisation, update_organisation
from gateway.stream.describe import make_tag
from gateway.stream.directory import make_team


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
    ("conversation", "order_number", "주문번호 Order no.", "text", ()),
    ("organisation", "seats", "인원 Seats", "number", ()),
)
"""target, key, label, type, choices"""


@dataclass(frozen=True, slots=True)
class Team:
    """The ids of what was made, by our keys."""

    agents: dict[str, str]
    teams: dict[str, str]
    tags: dict[str, str]
    organisation: str

    def by(self, key: str) -> Actor:
        return agent(self.agents[key])


async def make_people(tx: Tx) -> Team:
    """Everything but customers. To be called on an empty database."""
    founder, *others = COLLEAGUES
    agents = {founder.key: await add_agent(tx, founder.email, founder.name, founder.role, SYSTEM)}
    by = agent(agents[founder.key])
    for one in others:
        agents[one.key] = await add_agent(tx, one.email, one.name, one.role, by)
    teams = {key: await make_team(tx, name, by) for key, name in TEAMS.items()}
    for one in COLLEAGUES:
        await set_teams(tx, agents[one.key], [teams[team] for team in one.teams], by)
    tags = {key: await make_tag(tx, name, colour, by) for key, (name, colour) in TAGS.items()}
    for target, key, label, kind, choices in ATTRIBUTES:
        await make_attribute(tx, target, key, label, kind, choices, by)
    organisation = await make_organisation(tx, "Café Moonlight", "moonlight.example", by)
    await update_organisation(tx, organisation, by, attributes={"seats": 12})
    return Team(agents, teams, tags, organisation)
