"""Words of a newer version in rows: while two versions run side by side, the older one meets some it has no name for.

Whoever acts on one leaves it to the newer version (`known`); whoever shows one says what is nearest (`shown_kind`).
Facts of the log have a rule of their own (`gateway.store.log`), docs/operations/upgrading.md has both.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from gateway.errors import UnknownWord
from gateway.events import ActorKind

W = TypeVar("W", bound=StrEnum)

_KINDS = {kind.value: kind for kind in ActorKind}


def known(words: type[W], word: str) -> W:
    """For whoever decides or writes by it. Raises UnknownWord: nothing is guessed, nothing changed."""
    try:
        return words(word)
    except ValueError:
        raise UnknownWord(
            f"the {words.__name__} {word[:40]!r} of a row is of a newer version: upgrade this process"
        ) from None


def shown_kind(word: str) -> ActorKind:
    """Who did it, for people and programs who only look: what is neither a customer nor one of ours is automatic."""
    return _KINDS.get(word, ActorKind.AUTOMATION)
