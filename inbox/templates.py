"""The templates that accounts' providers keep, read from there and remembered for a minute."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from gateway.channels.base import SendsTemplates, Template
from gateway.channels.registry import Channels
from gateway.errors import NotFound, ParleyError, Refused

FRESH = 60_000
"""ms for which a list is not asked for again."""
FRESH_EMPTY = 10_000
"""The same for an empty one: whoever makes the first template looks for it soon."""
DOUBTED = 5_000
"""ms after which the list is asked for again where it says that a template may not be sent: it may by now."""
PATIENCE = 20.0
"""Seconds for which a provider is waited for."""


def _one_line(words: str) -> str:
    """What stands in a place is one line: a provider refuses line ends, tabs and rows of spaces there
    (https://www.twilio.com/docs/api/errors/21656)."""
    return " ".join(words.split())


Variables = Annotated[
    dict[
        Annotated[str, Field(max_length=80)],
        Annotated[str, Field(max_length=1024), AfterValidator(_one_line)],
    ],
    Field(max_length=100),
]
"""The name of a template's place -> the words in it."""


class Away(Refused):
    """A provider that does not answer just now: asking again is right."""

    status = 503
    code = "provider_away"


@dataclass
class Templates:
    """One per desk. `clock` says UTC ms."""

    channels: Channels
    clock: Callable[[], int]
    _known: dict[str, tuple[int, Sequence[Template]]] = field(default_factory=dict)
    _asking: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """Of each account: however many agents wait, its provider is asked once."""

    async def of(self, account: str, *, fresh: int = FRESH) -> Sequence[Template]:
        """No older than `fresh` ms. Raises Refused for an account without any, Away."""
        channel = self.channels.get(account)
        if channel is None or not isinstance(channel, SendsTemplates):
            raise Refused("errors.no_templates", f"account {account} keeps no templates")
        async with self._asking[account]:
            at, known = self._known.get(account, (None, ()))
            if at is not None and self.clock() - at < (fresh if known else min(fresh, FRESH_EMPTY)):
                return known
            return await self._ask(account, channel)

    async def _ask(self, account: str, channel: SendsTemplates) -> Sequence[Template]:
        try:
            async with asyncio.timeout(PATIENCE):
                fresh = await channel.templates()
        except Refused:
            raise
        except (ParleyError, TimeoutError) as why:
            raise Away("errors.provider_away", f"the templates of {account}: {why!r}") from why
        self._known[account] = self.clock(), fresh
        return fresh

    async def chosen(self, account: str, key: str) -> Template:
        """One that may be sent. Raises NotFound, Refused, Away."""
        found = _named(await self.of(account), key)
        if found is None or not found.may_be_sent:
            found = _named(await self.of(account, fresh=DOUBTED), key)
        if found is None:
            raise NotFound("errors.template_unknown", f"no template {key} on {account}")
        if not found.may_be_sent:
            raise Refused("errors.template_not_approved", f"{key} is {found.state}")
        return found


def _named(templates: Sequence[Template], key: str) -> Template | None:
    return next((one for one in templates if one.key == key), None)


def content_of(template: Template, values: Mapping[str, str]) -> dict[str, Any]:
    """What a message keeps of the template it was made of; only its own places count."""
    return {
        "type": "template",
        "key": template.key,
        "name": template.name,
        "language": template.language,
        "variables": {name: values[name] for name in template.variables if name in values},
    }


def matching(templates: Sequence[Template], words: str) -> list[Template]:
    """Those in whose name or text all of the words stand."""
    wanted = words.casefold().split()
    return [one for one in templates if all(word in f"{one.name}\n{one.text}".casefold() for word in wanted)]
