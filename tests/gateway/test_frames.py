"""Frames as RFC 6455 has them, read by somebody else's reader."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from gateway.frames import PIECE, encode, payloads, pieces, text_frame

OVER = (-1, 0, 1, 125, 126)
"""Bytes below and above a whole number of pieces."""


@given(
    st.one_of(
        st.binary(max_size=300),
        st.sampled_from([0, 1, 125, 126, 127, 200_000])
        .flatmap(lambda size: st.sampled_from([size, *(PIECE * n + over for n in (1, 2) for over in OVER)]))
        .map(lambda size: b"x" * size),
    )
)
def test_a_message_is_what_rfc_6455_says(payload: bytes) -> None:
    """One frame, or a run of them: the first names the kind, the last ends it."""
    reader = StreamReader()
    reader.feed_data(text_frame(payload) + b"the next one")
    frames: list[Frame] = []
    while not frames or not frames[-1].fin:
        parser = Frame.parse(reader.read_exact, mask=False)
        with pytest.raises(StopIteration) as done:
            next(parser)
        frames.append(done.value.value)
    assert [frame.opcode for frame in frames] == [Opcode.TEXT, *[Opcode.CONT] * (len(frames) - 1)]
    assert b"".join(frame.data for frame in frames) == payload
    assert max(len(frame.data) for frame in frames) <= PIECE
    assert b"".join(pieces(text_frame(payload))) == text_frame(payload)
    assert len([*pieces(text_frame(payload))]) == len(frames)
    remaining = reader.read_exact(len(b"the next one"))
    with pytest.raises(StopIteration) as rest:
        next(remaining)
    assert rest.value.value == b"the next one"


@given(st.lists(st.text(max_size=40_000), max_size=4))
def test_what_was_written_is_read_again_without_its_control_frames(texts: list[str]) -> None:
    written = b"".join(encode({"text": text}) for text in texts) + b"\x88\x02\x11\x38"
    assert [orjson.loads(payload) for payload in payloads(written)] == [{"text": text} for text in texts]
