"""What this process counts of itself, under names and units as Prometheus asks for them (its page "Metric and label
naming"): base units, `_total` for what only rises.

Accounts are labels; persons, numbers and conversations never are. Whatever is counted on the way of a message has its
labels bound once; what can be read when somebody asks (`gateway.scrape`) is not counted here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from time import perf_counter

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)

__all__ = [
    "REGISTRY",
    "Stage",
    "answered",
    "batch_failed",
    "batch_written",
    "closed",
    "duty",
    "heard",
    "observe",
    "posted",
    "provider_answered",
    "redis",
    "timed",
    "watch_loop",
    "webhook_answered",
]

disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
UNITS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
LOOP_LOOK = 0.5
"""Seconds between two looks at how late the event loop wakes who sleeps."""


class Stage(StrEnum):
    """The stretches of a message's way that are timed, and of an agent's who looks for it."""

    WEBHOOK_COMMITTED = "webhook_committed"
    """A provider's call has come, and all it says is stored."""
    COMMAND_COMMITTED = "command_committed"
    """An agent's command over the socket has come, and it is done."""
    VISITOR_COMMITTED = "visitor_committed"
    """A customer's message from a chat has come, and it is stored."""
    QUEUED_COMMITTED = "queued_committed"
    """The oldest unit of a batch came to the writer, and the batch is committed."""
    COMMITTED_PUBLISHED = "committed_published"
    """Committed here, and handed to everybody in this process who follows the log."""
    PUBLISHED_WRITTEN = "published_written"
    """Handed on, and written to the sockets of a door."""
    LEASED_ANSWERED = "leased_answered"
    """Taken out of the outbox because it was due, and the provider has answered."""
    ASKED_LISTED = "asked_listed"
    """A list or a search was asked for, and the database has told it; waiting for a connection is part of it."""


_STAGES = Histogram(
    "parley_stage_seconds",
    "How long the stages of a message's way took.",
    ["stage"],
    buckets=SECONDS,
    registry=REGISTRY,
)
_BY_STAGE = {stage: _STAGES.labels(stage) for stage in Stage}
_WEBHOOKS = Counter(
    "parley_webhook_requests",
    "Calls of providers by account and by the HTTP status we answered; of nobody's account: none.",
    ["account", "code"],
    registry=REGISTRY,
)
_REQUESTS = Counter(
    "parley_http_requests",
    "HTTP requests by door and by the status we answered; a socket counts when it has ended.",
    ["door", "code"],
    registry=REGISTRY,
)
_HEARD = Counter(
    "parley_messages_received",
    "Customers' messages stored, by account; a provider's repeats are not counted.",
    ["account"],
    registry=REGISTRY,
)
_POSTED = Counter(
    "parley_messages_posted",
    "Messages written from our side, by visibility (public, note).",
    ["visibility"],
    registry=REGISTRY,
)
_SENDS = Counter(
    "parley_provider_answers",
    "What providers answered to sends: sent, temporary, auth_failed, permanent, refused, uncertain, fault.",
    ["account", "outcome"],
    registry=REGISTRY,
)
_SEND_SECONDS = Histogram(
    "parley_provider_seconds",
    "How long providers took to answer a send.",
    ["account"],
    buckets=SECONDS,
    registry=REGISTRY,
)
_CLOSES = Counter(
    "parley_socket_cuts",
    "Sockets that we ended, by reason.",
    ["reason"],
    registry=REGISTRY,
)
_COMMITS = Histogram(
    "parley_store_commit_seconds",
    "How long a batch took from its begin to its commit.",
    buckets=SECONDS,
    registry=REGISTRY,
)
_UNITS = Histogram("parley_store_batch_units", "Units of work in a batch.", buckets=UNITS, registry=REGISTRY)
_LOST_UNITS = Counter(
    "parley_store_failed_units",
    "Units of work that the database refused, was too busy for, or was away for.",
    registry=REGISTRY,
)
_LAG = Histogram(
    "parley_event_loop_lag_seconds",
    "How late the event loop woke who slept.",
    buckets=SECONDS,
    registry=REGISTRY,
)
_DUTIES = Gauge(
    "parley_duty_held",
    "1 in the process that holds a duty which runs once in the deployment, 0 in the others.",
    ["duty"],
    registry=REGISTRY,
)
_REDIS = Gauge(
    "parley_redis_up",
    "1 while Redis carries for this process, 0 while it does not.",
    ["use"],
    registry=REGISTRY,
)

REASONS = {
    1000: "ended",
    1011: "fault",
    1012: "restart",
    1013: "database_away",
    4401: "signed_out",
    4406: "protocol",
    4408: "slow",
    4409: "access",
}
"""What a close code is called (docs/wire.md)."""


def observe(stage: Stage, seconds: float) -> None:
    _BY_STAGE[stage].observe(seconds)


@contextmanager
def timed(stage: Stage) -> Iterator[None]:
    """Only what ends well is timed: a refusal says nothing of the stage."""
    began = perf_counter()
    yield
    observe(stage, perf_counter() - began)


@cache
def webhook_answered(account: str, code: int) -> Counter:
    """`account`: a configured one, else "none", so that strangers make no series."""
    return _WEBHOOKS.labels(account, str(code))


@cache
def answered(door: str, code: int) -> Counter:
    return _REQUESTS.labels(door, str(code))


@cache
def heard(account: str) -> Counter:
    return _HEARD.labels(account)


@cache
def posted(visibility: str) -> Counter:
    return _POSTED.labels(visibility)


@cache
def _provider(account: str, outcome: str) -> tuple[Counter, Histogram]:
    return _SENDS.labels(account, outcome), _SEND_SECONDS.labels(account)


def provider_answered(account: str, outcome: str, seconds: float) -> None:
    count, took = _provider(account, outcome)
    count.inc()
    took.observe(seconds)
    observe(Stage.LEASED_ANSWERED, seconds)


@cache
def closed(code: int) -> Counter:
    return _CLOSES.labels(REASONS.get(code, "other"))


def batch_written(units: int, seconds: float) -> None:
    """Also called from SQLite's writer thread."""
    _UNITS.observe(units)
    _COMMITS.observe(seconds)


def batch_failed(units: int) -> None:
    """Also called from SQLite's writer thread."""
    _LOST_UNITS.inc(units)


def duty(name: str, *, held: bool) -> None:
    """What runs once in the deployment is run by this process, or by another."""
    _DUTIES.labels(name).set(held)


def redis(use: str, *, up: bool) -> None:
    """`use`: what it carries (`carriage`: news, signals and the counts of rates)."""
    _REDIS.labels(use).set(up)


async def watch_loop() -> None:
    """Runs for the life of the process: how long does the loop keep others waiting?"""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + LOOP_LOOK
        await asyncio.sleep(LOOP_LOOK)
        _LAG.observe(max(0.0, loop.time() - due))
