"""What providers' answers have in common. What becomes of a file: test_twilio_media, tests/slack/test_files."""

import pytest
from aiohttp import ClientError, ClientSession, InvalidURL, web
from aiohttp.test_utils import TestServer

from gateway.channels._answers import REST_MOST, fetching, file_within, rest_asked
from gateway.channels._public_net import NotPublic
from gateway.errors import PermanentError, TemporaryError


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7.0),
        (" 30 ", 30.0),
        ("0", 0.0),
        ("9" * 400, REST_MOST),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("-1", None),
        ("1e9", None),
        ("٣", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
    ],
)
def test_how_long_one_is_asked_to_wait(said, seconds):
    assert rest_asked({"Retry-After": said}) == seconds
    assert rest_asked({}) is None


@pytest.mark.parametrize("chunked", [False, True])
async def test_no_more_of_a_file_is_taken_than_it_may_have(chunked):
    """Whether it is said before, or shows as it comes."""

    async def answer(request):
        response = web.StreamResponse()
        if not chunked:
            response.content_length = 10
        await response.prepare(request)
        await response.write(b"0123456789")
        return response

    app = web.Application()
    app.router.add_get("/", answer)
    async with TestServer(app) as server, ClientSession() as session:
        async with session.get(server.make_url("/")) as response:
            got = file_within(response, 10, "text/plain", "ten")
            assert (b"".join([piece async for piece in got.chunks]), got.name) == (b"0123456789", "ten")
        async with session.get(server.make_url("/")) as response:
            with pytest.raises(PermanentError) as caught:
                [piece async for piece in file_within(response, 9, "text/plain").chunks]
    assert caught.value.for_agent == "attachment.too_large"


@pytest.mark.parametrize(
    ("trouble", "means"),
    [
        (NotPublic("10.0.0.1"), PermanentError),
        (InvalidURL("x"), PermanentError),
        (ClientError(), TemporaryError),
        (TimeoutError(), TemporaryError),
    ],
)
def test_what_the_client_s_troubles_mean(trouble, means):
    with pytest.raises(means), fetching("a file"):
        raise trouble
