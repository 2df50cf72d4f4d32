"""The short form: every kind of fault once, in each house, while people talk; afterwards every ledger agrees.

PARLEY_SEED=N tries another story; the long form is `make chaos`.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import fields

import pytest

from gateway.delivery import Pace
from gateway.store import Row
from inbox.slack import send
from tests.chaos import program
from tests.chaos.faults import kinds, schedule
from tests.chaos.house import KINDS
from tests.chaos.ledger import Ledger
from tests.chaos.run import run

SEED = 20261122
MESSAGES = 400


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.timeout(900)
@pytest.mark.may_block("starts, freezes and kills servers")
async def test_every_ledger_agrees_after_every_kind_of_fault(kind: str) -> None:
    seed = int(os.environ.get("PARLEY_SEED", SEED))
    report = await run(kind, seed, MESSAGES, len(kinds(kind)), people=12)
    print(report)
    assert report.troubles == Counter(kinds(kind))
    assert report.messages > MESSAGES / 2
    assert report.again.total(), "nobody was troubled by anything"


def test_one_seed_is_one_schedule_and_another_seed_another() -> None:
    one, same, other = (schedule("postgres", seed, 1000, 40) for seed in (1, 1, 2))
    assert one == same != other
    assert [trouble.at for trouble in one] == sorted(trouble.at for trouble in one)
    assert {trouble.kind for trouble in one} == set(kinds("postgres"))


def test_the_house_can_be_hurried() -> None:
    for pace, by in ((Pace, program.OUTBOX), (send.Pace, program.SLACK)):
        assert by.keys() <= {field.name for field in fields(pace)}


# --- the ledgers themselves -------------------------------------------------------------------------------------------


def row(position: int, text: str, delivery: str | None = None) -> Row:
    return {"id": f"m{position}", "text": text, "position": position, "delivery": delivery}


def kept() -> tuple[Ledger, list[Row]]:
    """All is well: she said two things and had two answers, by a provider."""
    ledger = Ledger(in_order={"kim"})
    ledger.said["kim"] = ["kim.0", "kim.1"]
    ledger.acknowledged = {"kim.0": "m1", "kim.1": "m3"}
    ledger.answered = {"re kim.0": "m2", "re kim.1": "m4"}
    ledger.received["kim"] = ["re kim.0", "re kim.1"]
    rows = [row(1, "kim.0"), row(2, "re kim.0", "sent"), row(3, "kim.1"), row(4, "re kim.1", "read")]
    ledger.heard["anna"].texts = [(one["position"], one["text"]) for one in rows]
    return ledger, rows


def test_ledgers_that_agree_agree() -> None:
    ledger, rows = kept()
    assert ledger.compare(rows) == []


def swap(places: list[str]) -> None:
    places[0], places[1] = places[1], places[0]


@pytest.mark.parametrize(
    ("what", "says"),
    [
        (lambda ledger, rows: rows.pop(2), "customers said 'kim.1', the log has it 0 times"),
        (lambda ledger, rows: rows.append(row(5, "kim.1")), "customers said 'kim.1', the log has it 2 times"),
        (lambda ledger, rows: rows.append(row(5, "ghost")), "which nobody said"),
        (lambda ledger, rows: ledger.acknowledged.update({"kim.0": "m9"}), "was acknowledged as m9"),
        (lambda ledger, rows: swap(ledger.said["kim"]), "words changed their order"),
        (lambda ledger, rows: ledger.heard["anna"].texts.pop(), "anna never heard 1"),
        (lambda ledger, rows: ledger.heard["anna"].texts.append((4, "re kim.1")), "heard something twice"),
        (lambda ledger, rows: ledger.received["kim"].append("re kim.0"), "received 're kim.0' 2 times"),
        (lambda ledger, rows: ledger.received["kim"].pop(), "never received 're kim.1' (shown: read)"),
        (lambda ledger, rows: swap(ledger.received["kim"]), "received in another order"),
        (lambda ledger, rows: rows.__setitem__(1, row(2, "re kim.0", "queued")), "is queued still"),
        (lambda ledger, rows: ledger.wrong.append("a refusal"), "a refusal"),
    ],
)
def test_what_does_not_agree_is_said(what: object, says: str) -> None:
    ledger, rows = kept()
    what(ledger, rows)  # type: ignore[operator]
    assert any(says in one for one in ledger.compare(rows)), ledger.compare(rows)


def test_what_is_shown_as_lost_may_be_lost_but_not_doubled() -> None:
    ledger, rows = kept()
    rows[3] = row(4, "re kim.1", "unknown")
    assert ledger.compare(rows) == []
    ledger.received["kim"].pop()
    assert ledger.compare(rows) == []
    ledger.received["kim"] += ["re kim.1"] * 2
    assert any("2 times" in one for one in ledger.compare(rows))
