"""What a process counts: under Prometheus' rules for names, with few series, and only what has happened."""

import re
from typing import Any

import pytest

from gateway import metrics
from gateway.metrics import REGISTRY, Stage


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_the_names_follow_the_conventions() -> None:
    families = [family for family in REGISTRY.collect() if family.name.startswith("parley_")]
    assert len(families) > 10
    for family in families:
        assert re.fullmatch(r"parley(_[a-z]+)+", family.name)
        assert family.documentation.endswith((".", "none.", "ended."))
        assert not family.name.endswith("_total"), "the client adds it"
        if family.type == "histogram":
            assert family.name.endswith(("_seconds", "_units"))
        labels = {label for sample in family.samples for label in sample.labels}
        assert labels <= {
            "account",
            "code",
            "door",
            "duty",
            "le",
            "outcome",
            "reason",
            "stage",
            "use",
            "visibility",
        }


def test_a_stage_that_ends_badly_is_not_timed() -> None:
    count = "parley_stage_seconds_count"
    before = value(count, stage="visitor_committed")
    with metrics.timed(Stage.VISITOR_COMMITTED):
        pass
    with pytest.raises(ValueError), metrics.timed(Stage.VISITOR_COMMITTED):
        raise ValueError
    assert value(count, stage="visitor_committed") == before + 1


def test_labels_are_bound_once() -> None:
    bound: list[tuple[Any, Any]] = [
        (metrics.webhook_answered("sms", 200), metrics.webhook_answered("sms", 200)),
        (metrics.answered("api", 404), metrics.answered("api", 404)),
        (metrics.heard("sms"), metrics.heard("sms")),
        (metrics.posted("note"), metrics.posted("note")),
        (metrics.closed(4408), metrics.closed(4408)),
    ]
    assert all(one is other for one, other in bound)


def test_every_close_code_has_its_word_and_strange_ones_share_one() -> None:
    before = value("parley_socket_cuts_total", reason="other")
    metrics.closed(4999).inc()
    metrics.closed(3000).inc()
    assert value("parley_socket_cuts_total", reason="other") == before + 2
    assert len(set(metrics.REASONS.values())) == len(metrics.REASONS)


def test_what_a_provider_answered_is_counted_and_timed() -> None:
    sends = value("parley_provider_answers_total", account="sms", outcome="temporary")
    took = value("parley_provider_seconds_sum", account="sms")
    metrics.provider_answered("sms", "temporary", 1.5)
    assert value("parley_provider_answers_total", account="sms", outcome="temporary") == sends + 1
    assert value("parley_provider_seconds_sum", account="sms") == took + 1.5


def test_batches_and_lost_units() -> None:
    written, lost = value("parley_store_commit_seconds_count"), value("parley_store_failed_units_total")
    metrics.batch_written(3, 0.004)
    metrics.batch_failed(3)
    assert value("parley_store_commit_seconds_count") == written + 1
    assert value("parley_store_failed_units_total") == lost + 3


def test_duties_and_redis_are_said_by_those_who_know() -> None:
    metrics.duty("timers", held=True)
    metrics.redis("bus", up=False)
    assert value("parley_duty_held", duty="timers") == 1
    assert REGISTRY.get_sample_value("parley_redis_up", {"use": "bus"}) == 0
