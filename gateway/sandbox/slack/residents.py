"""Who works in the demo's workspace, and where: two supervisors, an agent, a guest and somebody of another firm."""

from __future__ import annotations

from typing import Any

from gateway.sandbox.slack.records import Person
from gateway.sandbox.slack.town import Slack
from gateway.sandbox.team import TAGS, TEAMS

PARTNERS = "T0NORDLYS"
COMMAND = "/parley"
SHORTCUTS = {
    "all": {"callback": "pull_conversation", "name": "Pull conversation"},
    "message": {"callback": "pull_message", "name": "Pull conversation"},
}
"""As docs/slack-manifest.yaml has them."""
RULES = {
    "late": {"does": "alert", "channel": "#alerts", "waiting": 1800},
    "vip": {"does": "alert", "channel": "#vip", "tag": TAGS["vip"][0]},
    "down": {"does": "alert", "channel": "#alerts", "down": 60},
}
DIGEST = {"channel": "#alerts", "team": TEAMS["orders"]}


def settle(slack: Slack) -> list[Person]:
    """Fills an empty workspace; returns whom a newcomer may be, the first one first."""
    sora = slack.person("Sora Han", locale="ko-KR", admin=True)
    daniel = slack.person("Daniel Reyes", admin=True)
    kim = slack.person("김상담", locale="ko-KR")
    gwen = slack.person("Gwen Ash", guest="single")
    ola = slack.person("Ola Berg", team=PARTNERS)
    support = slack.channel("support", sora, daniel, kim)
    vip = slack.channel("vip", sora, daniel, kind="private")
    partners = slack.channel("partners", sora, daniel, gwen)
    coffee = slack.channel("coffee", sora, daniel, kim, with_app=False)
    alerts = slack.channel("alerts", sora, daniel, kim)
    support.topic, vip.topic = "주문과 배송 · orders and delivery", "VIP"
    alerts.topic = "누가 오래 기다리는지 · who waits too long"
    slack.share(partners, PARTNERS)
    slack.invite(ola, partners)
    slack.say(sora, support, "어려운 문의는 여기서 같이 봐요. 명령은 `/parley help` 예요.")
    slack.say(daniel, support, "I take the machines today :coffee:")
    slack.say(gwen, partners, "Hello! Is the new roast already on its way to us?")
    slack.say(kim, coffee, "오늘은 시다모 내렸어요")
    return [sora, daniel, kim, gwen]


def settings(slack: Slack) -> dict[str, Any]:
    """The keys of `[slack]` with which Parley finds this workspace."""
    return {
        "bot_token": slack.installation.bot_token,
        "app_token": slack.installation.app_token,
        "api_base": slack.api,
        "rules": RULES,
        "digest": DIGEST,
    }
