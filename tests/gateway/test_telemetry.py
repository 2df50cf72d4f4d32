"""OpenTelemetry: nothing unless asked for, a span for each stage under the log's id, and none of anybody's words."""

import builtins
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from gateway import telemetry, trace
from gateway.app import listening, open_parley
from gateway.config import Config, Otel, Server
from gateway.errors import ConfigError
from tests import provider
from tests.provider import PUBLIC, SECTION, SIGNED, said, signature

WORDS = "NEEDLE-WORDS"


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    kept = InMemorySpanExporter()
    set_up = telemetry.set_up
    monkeypatch.setattr(telemetry, "set_up", lambda: set_up(kept))
    yield kept
    trace.spans_by(None)


async def call(folder: Path, *, enabled: bool) -> str:
    """One provider's call; returns its id."""
    config = Config(
        data=folder,
        channels={"post": SECTION},
        server=Server(public_url=PUBLIC),
        otel=Otel(enabled=enabled),
    )
    body = json.dumps({"messages": [said("m1", WORDS)]}).encode()
    headers = {SIGNED: signature(f"{PUBLIC}/webhooks/post", body), "Content-Type": "application/json"}
    async with (
        open_parley(config) as parley,
        listening(parley, "127.0.0.1", 0) as port,
        ClientSession() as http,
        http.post(f"http://127.0.0.1:{port}/webhooks/post", data=body, headers=headers) as answer,
    ):
        assert answer.status == 202
        return answer.headers[trace.HEADER]


def of(spans: tuple[ReadableSpan, ...], request: str) -> list[ReadableSpan]:
    return [span for span in spans if (span.attributes or {}).get(telemetry.REQUEST) == request]


async def test_a_call_s_spans_bear_its_id_and_no_words(
    exported: InMemorySpanExporter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.register(monkeypatch)
    request = await call(tmp_path, enabled=True)
    spans = of(exported.get_finished_spans(), request)
    commit, door = next(one for one in spans if one.name == "commit"), spans[-1]
    assert door.name.startswith("POST /webhooks/{account")
    assert commit.parent and door.context and commit.parent.span_id == door.context.span_id
    assert door.resource.attributes["service.name"] == "parley"
    assert WORDS not in "".join(span.to_json() for span in exported.get_finished_spans())


async def test_nothing_is_told_unless_asked_for(
    exported: InMemorySpanExporter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.register(monkeypatch)
    await call(tmp_path, enabled=False)
    assert exported.get_finished_spans() == ()
    assert trace.span("anything") is trace.span("else")


def test_of_an_exception_only_the_class_is_told() -> None:
    kept = InMemorySpanExporter()
    stop = telemetry.set_up(kept)
    with pytest.raises(ValueError), trace.working_for("request-1"), trace.span("send", account="sms"):
        raise ValueError(WORDS)
    stop()
    (span,) = kept.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR
    assert dict(span.attributes or {}) == {
        "parley.request_id": "request-1",
        "parley.account": "sms",
        "error.type": "ValueError",
    }
    assert WORDS not in span.to_json()


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("opentelemetry"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigError, match=r'pip install ".*whl\[otel\]"'):
        telemetry.set_up()
