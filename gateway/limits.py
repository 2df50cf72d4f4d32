"""Every limit and timing of the house: its name, its unit and its one home. Set in `[limits]`, told to the browser.

A field's unit stands in its metadata, so that config.toml, the documents and the tests can name it.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from gateway.rates import Rate

KIB = 1024
MIB = 1024 * KIB


def _in(unit: str, default: int, least: int, most: int, about: str) -> Any:
    return Field(default=default, ge=least, le=most, description=about, json_schema_extra={"unit": unit})


def _rate(default: str, about: str) -> Any:
    return Field(default=Rate.parse(default), description=about, json_schema_extra={"unit": "N/period"})


def _parsed(value: object) -> object:
    return Rate.parse(value) if isinstance(value, str) else value


Often = Annotated[Rate, BeforeValidator(_parsed), PlainSerializer(str)]


class Limits(BaseModel):
    """Bounds and timings. An account's channel may allow less than what stands here, never more."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=True
    )

    # What one message, request or frame may hold
    text_length: int = _in("characters", 10_000, 100, 100_000, "the longest message text")
    upload_bytes: int = _in("bytes", 25 * MIB, KIB, 1024 * MIB, "the largest file")
    upload_count: int = _in("files", 10, 1, 20, "files to one message")
    body_bytes: int = _in("bytes", 256 * KIB, 16 * KIB, 16 * MIB, "the largest JSON body")
    webhook_bytes: int = _in("bytes", 4 * MIB, 16 * KIB, 64 * MIB, "the largest call of a provider")
    frame_bytes: int = _in("bytes", 64 * KIB, 16 * KIB, MIB, "the largest frame from a browser")
    page: int = _in("rows", 50, 1, 200, "rows of a list when the caller does not say")
    page_most: int = _in("rows", 100, 1, 500, "rows of a list at most")

    # Signals
    typing_repeat: int = _in("ms", 3_000, 500, 60_000, "how often a typing browser says so")
    typing_expires: int = _in("ms", 6_000, 1_000, 120_000, "when typing ends by itself")
    presence_ping: int = _in("ms", 20_000, 1_000, 300_000, "how often a browser renews its presence")
    presence_expires: int = _in("ms", 60_000, 3_000, 900_000, "when presence ends by itself")
    presence_settles: int = _in("ms", 5_000, 0, 60_000, "how long a hidden tab stays online")

    # Sockets
    gather: int = _in("ms", 5, 0, 100, "events gathered into one write")
    socket_buffer: int = _in(
        "bytes", 256 * KIB, 32 * KIB, 16 * MIB, "unsent bytes before a slow browser is cut"
    )
    heartbeat: int = _in("ms", 20_000, 1_000, 300_000, "the socket's ping")
    hello_wait: int = _in("ms", 10_000, 1_000, 60_000, "how long a fresh socket may stay silent")
    address_open: int = _in(
        "connections", 2_000, 50, 1_000_000, "connections, requests and sockets one address may hold open"
    )
    upload_slowest: int = _in("bytes/second", 4 * KIB, 64, MIB, "a slower upload is given up")
    events_wait: int = _in("ms", 25_000, 0, 60_000, "the longest wait of GET /events")
    visitor_polls: int = _in(
        "requests", 200, 1, 100_000, "customers without a socket who wait for news at one address"
    )

    # On the way to a provider
    lane_wait: int = _in(
        "ms", 600_000, 0, 600_000, "how long later messages to the same person wait for one that is unknown"
    )

    # What is kept how long
    log_kept: int = _in("days", 90, 1, 3650, "after which the log is trimmed; the audit stays")
    reopens_within: int = _in("days", 7, 0, 365, "how long a closed conversation takes new messages itself")
    originals_kept: int = _in("days", 0, 0, 3650, "mails whole, as they came, for download; 0: none is kept")
    orphans_kept: int = _in("hours", 24, 1, 720, "files uploaded and never sent")
    parked_kept: int = _in("days", 30, 1, 365, "calls of providers that could not be taken in")
    parked_most: int = _in(
        "calls",
        500,
        1,
        100_000,
        "of those, for each account; over it a provider is asked to call again later",
    )

    # Webhooks out
    webhooks_most: int = _in("endpoints", 20, 1, 200, "where the log can be told to")
    webhook_timeout: int = _in("ms", 15_000, 1_000, 30_000, "the longest one try of a webhook lasts")
    webhook_fails: int = _in("days", 5, 1, 60, "an endpoint that took nothing for so long is switched off")
    webhook_kept: int = _in("days", 14, 1, 90, "webhooks that are done with, in the list of deliveries")
    webhook_waiting: int = _in(
        "webhooks", 20_000, 100, 1_000_000, "in an endpoint's queue; what comes after waits in the log"
    )

    # Signing in
    session_idle: int = _in("days", 14, 1, 365, "a session unused so long ends")
    session_longest: int = _in("days", 180, 1, 730, "every session ends after this")
    session_touch: int = _in("minutes", 10, 1, 1_440, "how exactly a session's last use is written down")
    link_kept: int = _in("hours", 24, 1, 720, "how long a one-time link works")
    password_least: int = _in("characters", 10, 8, 128, "the shortest password")
    password_hashes: int = _in("hashes", 2, 1, 16, "passwords checked at the same time")
    password_queue: int = _in("sign-ins", 50, 1, 1_000, "sign-ins waiting for a password check")

    factor_tries: int = _in("codes", 5, 1, 20, "wrong codes in a row before the next one waits")
    factor_wait: int = _in("minutes", 60, 1, 1_440, "the longest wait between two codes after wrong ones")

    # What agents file by
    tags_most: int = _in(
        "tags", 1_000, 10, 10_000, "tags, retired ones too; every browser is told all of them"
    )

    # How often
    sign_in: Often = _rate("10/minute", "tries from one address to sign in as one account")
    sign_in_address: Often = _rate("60/minute", "tries from one address to sign in at all")
    agent_requests: Often = _rate("1800/minute", "requests and commands of one agent")
    directory_changes: Often = _rate(
        "60/hour", "tags and organisations made or changed by one agent below supervisor"
    )
    code_sends: Often = _rate("30/hour", "one-time codes that one agent sends")
    code_number: Often = _rate("5/hour", "one-time codes sent to one number")
    agent_uploads: Often = _rate("120/minute", "uploads of one agent")
    stranger_requests: Often = _rate("600/minute", "requests of one address without a session")

    # How often, the customers' door
    visitor_sessions: Often = _rate("60/minute", "sessions begun from one address")
    visitor_messages: Often = _rate("60/minute", "messages of one visitor")
    visitor_messages_address: Often = _rate("300/minute", "messages from one address")
    visitor_uploads: Often = _rate("20/minute", "uploads of one visitor")
    visitor_upload_mib: Often = _rate("1024/hour", "MiB uploaded from one address")
    visitor_moves: Often = _rate("10/minute", "times one visitor asks to go on elsewhere")
    visitor_transcripts: Often = _rate("6/hour", "times one visitor asks for a copy of the chat by mail")
    visitor_frames: Often = _rate("600/minute", "frames of one visitor's socket")

    # How often, the providers' door
    webhook_requests: Often = _rate("60000/minute", "calls from one address")
    webhook_refused: Often = _rate("120/minute", "calls from one address for one account that nobody signed")

    @model_validator(mode="after")
    def _leases_outlive_their_renewal(self) -> Limits:
        if self.typing_expires <= self.typing_repeat:
            raise ValueError("typing_expires must be longer than typing_repeat")
        if self.presence_expires <= self.presence_ping:
            raise ValueError("presence_expires must be longer than presence_ping")
        if self.page > self.page_most:
            raise ValueError("page must not exceed page_most")
        return self
