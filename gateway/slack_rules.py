"""The rules of `[slack.rules.NAME]` and the digest of `[slack.digest]`, as written; see `inbox.slack.rules`.

A rule is a set of conditions that must all hold. A feature that brings a new one adds its key here and its row there.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

ABOUT_ALL = ("backlog", "down")
"""Conditions of the whole house, each for itself; the others are of one conversation."""


class Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _channel(text: str) -> str:
    if not text.strip().lstrip("#"):
        raise ValueError("a channel is missing: write it like #support")
    return text.strip()


def _attribute(text: str) -> str:
    if text and not re.fullmatch(r"[a-z][a-z0-9_]{0,49}(=.+)?", text):
        raise ValueError("write an attribute's key, or key=value: plan=gold")
    return text


def _clock(text: str) -> str:
    if text and not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError("write a time of the day like 09:00")
    return text


def _zone(text: str) -> str:
    if text and text not in available_timezones():
        raise ValueError("no such time zone: write one like Asia/Seoul")
    return text


Channel = Annotated[str, AfterValidator(_channel)]


class SlackRule(Written):
    """Pulls the conversations of which all its conditions hold into `channel`, or says it there while they hold."""

    does: Literal["pull", "alert"]
    channel: Channel
    team: str = ""
    tag: str = ""
    vip: Annotated[str, AfterValidator(_attribute)] = ""
    """A key of the contact's or the organisation's attributes, which is set; or key=value."""
    waiting: int | None = Field(default=None, ge=0)
    """Seconds for which somebody has waited for an answer."""
    backlog: int | None = Field(default=None, ge=1)
    """So many conversations wait, of those that the other conditions leave."""
    down: int | None = Field(default=None, ge=0)
    """Seconds for which one of our channels has been out of order."""

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        whole = [name for name in ABOUT_ALL if name in self.said]
        if self.does == "pull" and whole:
            raise ValueError(f"{whole[0]} is no conversation's: it can only alert")
        if "down" in whole and len(self.said) > 1:
            raise ValueError("down goes with no other condition")
        if not set(self.said) - {"team"} and not (self.does == "pull" and self.team):
            raise ValueError("it never says when: give it waiting, tag, vip, backlog or down")
        return self

    @property
    def said(self) -> dict[str, Any]:
        """Its conditions."""
        values = {
            name: getattr(self, name) for name in type(self).model_fields if name not in ("does", "channel")
        }
        return {name: value for name, value in values.items() if value not in ("", None)}


class SlackDigest(Written):
    """Once a day, into `channel`: at `at`, or when the team opens; on the team's open days, or every day."""

    channel: str = ""
    """Empty: there is none."""
    team: str = ""
    """Whose hours and time zone count."""
    at: Annotated[str, AfterValidator(_clock)] = ""
    zone: Annotated[str, AfterValidator(_zone)] = ""

    @model_validator(mode="after")
    def _knows_when(self) -> Self:
        if self.channel and not self.team and not (self.at and self.zone):
            raise ValueError("it wants a team (whose hours count), or at and zone")
        if self.team and self.zone:
            raise ValueError("the zone is the team's: leave it out")
        return self


def name_of_rule(rules: dict[str, SlackRule]) -> dict[str, SlackRule]:
    for name in rules:
        if not re.fullmatch(r"[a-z0-9]+(?:[_-][a-z0-9]+)*", name) or len(name) > 40:
            raise ValueError(f"{name!r}: a rule's name is up to 40 letters a-z, digits, single - and _")
    return rules
