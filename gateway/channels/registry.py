"""From `type = "x"` to `gateway.channels.x`, and from config sections to living accounts.

An adapter's module is imported when an account of its type is made, never before; it names its class `CHANNEL`.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gateway.channels.base import Channel, ChannelConfig, Invites, ServesVisitors, Words
from gateway.errors import ConfigError, NotFound
from gateway.events import AccountId

_OURS = {"base", "registry", "roads"}


def known_types() -> list[str]:
    """The channels that exist, by looking at file names: nothing is imported."""
    names = (module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    return sorted(name for name in names if name not in _OURS and not name.startswith("_"))


@cache
def examples() -> dict[str, Words]:
    """A section to begin with for each type that has one, `TYPE.toml` and `TYPE.ko.toml` beside its module: the same
    section, explained in either language. Nothing is imported."""
    types = [type_ for type_ in known_types() if _beside(f"{type_}.toml").exists()]
    return {type_: Words(en=_read(f"{type_}.toml"), ko=_read(f"{type_}.ko.toml")) for type_ in types}


def _beside(name: str) -> Path:
    return Path(__file__).with_name(name)


def _read(name: str) -> str:
    return _beside(name).read_text(encoding="utf-8")


def channel_class(type_: str) -> type[Channel]:
    """The adapter's class. Raises `ConfigError` naming the nearest type there is."""
    if type_ not in known_types():
        raise ConfigError(f"there is no channel type {type_!r}{_nearest(type_, known_types())}")
    found: type[Channel] = importlib.import_module(f"gateway.channels.{type_}").CHANNEL
    return found


def validate(account: str, section: Mapping[str, Any]) -> ChannelConfig:
    """The typed form of `[channels.ACCOUNT]`. Raises `ConfigError` saying which key and what to write instead."""
    where = f"[channels.{account}]"
    if not isinstance(section.get("type"), str):
        raise ConfigError(f"{where} needs a type, one of: {', '.join(known_types())}")
    try:
        config_class = channel_class(section["type"]).Config
    except ConfigError as error:
        raise ConfigError(f"{where} {error}") from None
    try:
        return config_class.model_validate(dict(section))
    except ValidationError as error:
        raise ConfigError("\n".join(_faults(where, error, config_class))) from None


def make(account: str, section: Mapping[str, Any]) -> Channel:
    """The account, not yet opened."""
    config = validate(account, section)
    maker: Any = channel_class(config.type)
    made: Channel = maker(AccountId(account), config)
    return made


def _ways_that_lead_nowhere(made: Mapping[str, Channel]) -> Iterator[str]:
    """Accounts that a chat would send its customers to, and that have no link for them."""
    for account, channel in made.items():
        for name in channel.continues_on() if isinstance(channel, ServesVisitors) else ():
            other: object = made.get(name)
            if not isinstance(other, Invites):
                yield f"[channels.{account}] continue_on: {name!r} is no account that a link leads to"
            elif other.invitation("") is None:
                yield f"[channels.{account}] continue_on: [channels.{name}] needs its number in `from`"
        by = channel.follows_by() if isinstance(channel, ServesVisitors) else None
        if by is not None and (by not in made or not _writes_letters(made[by])):
            yield f"[channels.{account}] follow_up_by: {by!r} is no account that writes mails first"


def _writes_letters(channel: Channel) -> bool:
    return channel.capabilities.subject and channel.capabilities.may_start


def _faults(where: str, error: ValidationError, config_class: type[ChannelConfig]) -> Iterator[str]:
    """One line per fault; values are never repeated, they may be secret."""
    for fault in error.errors(include_input=False, include_url=False):
        key = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "extra_forbidden":
            yield f"{where} does not know the key {key!r}{_meant(where, key, config_class)}"
        else:
            yield f"{where} {key or 'as a whole'}: {fault['msg'].removeprefix('Value error, ')}"


def _meant(where: str, key: str, config_class: type[ChannelConfig]) -> str:
    """Every secret has a file that is named in the environment, and in no section."""
    plain, keys = key.removesuffix("_file"), _keys(config_class)
    if plain != key and plain in keys:
        account = where.strip("[]").rpartition(".")[2].upper()
        return f": name the file in the environment, PARLEY_CHANNELS__{account}__{key.upper()}=/path/to/it"
    return _nearest(key, keys)


def _keys(config_class: type[ChannelConfig]) -> list[str]:
    """As they are written in the section."""
    return [field.alias or name for name, field in config_class.model_fields.items()]


def _nearest(word: str, words: list[str]) -> str:
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(words)}"


class Channels:
    """The configured accounts, by name. `reload` puts others in their place without touching those that stay."""

    def __init__(self, accounts: Mapping[str, Channel] | None = None) -> None:
        self._accounts: dict[str, Channel] = dict(accounts or {})

    @classmethod
    def of(cls, sections: Mapping[str, Mapping[str, Any]]) -> Channels:
        """All of `[channels.*]`. Raises `ConfigError` with the faults of all sections at once."""
        made: dict[str, Channel] = {}
        faults: list[str] = []
        for account, section in sections.items():
            try:
                made[account] = make(account, section)
            except ConfigError as error:
                faults.append(str(error))
        faults += _ways_that_lead_nowhere(made)
        if faults:
            raise ConfigError("\n".join(faults))
        return cls(made)

    def get(self, account: str) -> Channel | None:
        """The account, or None when it is not (or no longer) configured."""
        return self._accounts.get(account)

    def access(self, account: str) -> Channel:
        """The account. Raises `NotFound`."""
        found = self._accounts.get(account)
        if found is None:
            raise NotFound("errors.account_unknown", f"no account {account!r}")
        return found

    def replace(self, accounts: Mapping[str, Channel]) -> None:
        self._accounts = dict(accounts)

    def __iter__(self) -> Iterator[Channel]:
        return iter(self._accounts.values())

    def __len__(self) -> int:
        return len(self._accounts)
