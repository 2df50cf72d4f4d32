"""What was read in a provider's list, kept as a call is kept that could not be taken in: a fact in our own words.

A list has no call that could be parked whole, and asking for it again brings the same: the fact itself is what waits.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from gateway.channels.base import ProviderRequest
from gateway.events import (
    Address,
    Attachment,
    Clue,
    Consent,
    DeliveryReport,
    DeliveryState,
    Fact,
    InboundMessage,
    NextStep,
    Participant,
    Proof,
    RemoteFile,
    SeenReport,
    Source,
)

LISTED = "LISTED"
"""Stands where a call has its method; no provider calls so."""
KINDS: dict[str, type[Fact]] = {"message": InboundMessage, "report": DeliveryReport, "seen": SeenReport}


def as_call(fact: Fact) -> ProviderRequest:
    """The same for the same fact, so that it is parked once however often it is found."""
    kind = next(name for name, known in KINDS.items() if isinstance(fact, known))
    # Half letters stay what they are, in ASCII: they may be the very reason.
    body = json.dumps({"kind": kind, **asdict(fact)}, sort_keys=True).encode()
    name = "" if isinstance(fact, SeenReport) else fact.provider_id
    return ProviderRequest(LISTED, name, {"Content-Type": "application/json"}, body)


def fact_of(body: bytes) -> Fact:
    """What `as_call` was given. Raises ValueError, KeyError or TypeError for what another version has kept."""
    told: dict[str, Any] = json.loads(body)
    kind = KINDS[told.pop("kind")]
    if "sender" in told:
        told["sender"] = Address(**told["sender"])
    if kind is InboundMessage:
        told["attachments"] = tuple(Attachment(**one) for one in told["attachments"])
        told["files"] = tuple(RemoteFile(**one) for one in told["files"])
        told["proof"] = Proof(told["proof"])
        told["consent"] = told["consent"] and Consent(told["consent"])
        _more_of(told)
    elif kind is DeliveryReport:
        told["state"] = DeliveryState(told["state"])
        told["then"] = told["then"] and NextStep(told["then"])
        if told.get("recipient") is not None:
            told["recipient"] = Address(**told["recipient"])
    return kind(**told)


def _more_of(told: dict[str, Any]) -> None:
    """What former versions have not kept. Of files whose bytes came along no list tells."""
    if told.get("clues") is not None:
        told["clues"] = tuple(Clue(**one) for one in told["clues"])
    others = told.get("others", ())
    told["others"] = tuple(Participant(Address(**one["address"]), one["name"]) for one in others)
    told["enclosed"] = ()
    if told.get("written_by") is not None:
        told["written_by"] = Address(**told["written_by"])
    if (source := told.get("source")) is not None:
        headers = tuple((name, value) for name, value in source["headers"])
        named = source.get("named", ())
        people = None if named is None else tuple(Address(**one) for one in named)
        doubts = tuple(source["doubts"])
        told["source"] = Source(**{**source, "headers": headers, "doubts": doubts, "named": people})
