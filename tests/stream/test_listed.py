"""A fact out of a provider's list, kept and read again: it is the same, whatever it holds."""

import pytest

from gateway.events import (
    Address,
    Attachment,
    Consent,
    DeliveryReport,
    DeliveryState,
    Fact,
    InboundMessage,
    NextStep,
    Proof,
    RemoteFile,
    SeenReport,
    Source,
)
from gateway.stream.listed import LISTED, as_call, fact_of

MINA = Address("tel", "+821055550111")


@pytest.mark.parametrize(
    "fact",
    [
        InboundMessage("SM1", MINA),
        InboundMessage(
            "SM2",
            MINA,
            text="half a letter: \ud800, 안녕\x00",
            at=1_700_000_000_000,
            thread_key="+14155550100",
            attachments=(Attachment("h", "a.png", "image/png", 3, 1, 1),),
            proof=Proof.VERIFIED,
            name="Mina",
            content={"type": "location", "latitude": 1.5, "longitude": -2},
            late=True,
            files=(RemoteFile("https://x.example/1", "image/png"), RemoteFile("2")),
            answers="SM0",
            segments=2,
            consent=Consent.STOP,
        ),
        InboundMessage(
            "M1", MINA, source=Source("n", headers=(("to", "x"),), doubts=("cut",), named=(MINA,))
        ),
        InboundMessage("M2", MINA, source=Source("n", named=None)),
        DeliveryReport("SM3", DeliveryState.DELIVERED),
        DeliveryReport("SM4", DeliveryState.FAILED, "d1", "21610", "delivery.failed", NextStep.OPTED_OUT),
        SeenReport(MINA, delivered=3, read=2),
    ],
)
def test_it_is_the_same_afterwards_and_as_a_call(fact: Fact) -> None:
    call = as_call(fact)
    assert call.method == LISTED
    assert fact_of(call.body) == fact
    assert as_call(fact) == call


@pytest.mark.parametrize("body", [b"", b"{}", b'{"kind": "new"}', b'{"kind": "message", "shape": 1}'])
def test_what_another_version_has_kept_is_refused(body: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        fact_of(body)
