"""Files are fetched from Twilio with our secret, from where Twilio leads without it, and from nowhere else."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession, encode_basic_auth, web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from yarl import URL

from gateway.channels._public_net import public_connector
from gateway.channels._twilio_media import HOPS, MediaSource, fetch_media, is_ours
from gateway.errors import AuthFailed, PermanentError, TemporaryError
from gateway.events import RemoteFile
from tests.channels.test_public_net import Names
from tests.channels.twilio_requests import ACCOUNT_SID, TOKEN, sms

PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 200_000
SECRET = encode_basic_auth(ACCOUNT_SID, TOKEN)


class Twilio:
    """A media store that asks for the secret, and does what each path says."""

    def __init__(self):
        self.asked = []
        self.leads_to = ""
        self.url = URL()

    async def answer(self, request):
        self.asked.append((request.host, request.path, request.headers.get("Authorization")))
        what = request.path.rpartition("/")[2]
        if what.isdigit():
            return web.Response(status=int(what), headers={"Retry-After": "7"})
        if request.path.startswith("/open/"):
            return web.Response(body=PICTURE, content_type="image/png")
        if request.headers.get("Authorization") != SECRET:
            return web.Response(status=401)
        if what == "file":
            return web.Response(body=PICTURE, content_type="image/png")
        if what == "unsized":
            answer = web.StreamResponse(headers={"Content-Type": "image/png"})
            answer.enable_chunked_encoding()
            await answer.prepare(request)
            await answer.write(PICTURE)
            return answer
        return web.Response(status=307, headers={"Location": self.leads_to})


@pytest.fixture
async def twilio():
    store = Twilio()
    app = web.Application()
    app.router.add_get("/{path:.*}", store.answer)
    async with TestServer(app) as server:
        store.url = server.make_url("/")
        yield store


@pytest.fixture
async def channel(twilio):
    channel = sms(api_base=str(twilio.url))
    await channel.open()
    yield channel
    await channel.close()


async def fetched(channel, url, limit=1_000_000):
    async with channel.fetch(RemoteFile(str(url), "image/png"), limit=limit) as file:
        return file.mime, b"".join([piece async for piece in file.chunks])


async def test_a_file_comes_with_our_secret(twilio, channel):
    assert await fetched(channel, twilio.url / "media/file") == ("image/png", PICTURE)
    assert twilio.asked[0][2] == SECRET


async def test_an_api_key_is_asked_for_in_the_tokens_place(twilio):
    key = {"api_key": "SK00000000000000000000000000000001", "api_key_secret": "its secret"}
    channel = sms(api_base=str(twilio.url), **key)
    await channel.open()
    with pytest.raises(AuthFailed):
        await fetched(channel, twilio.url / "media/file")
    await channel.close()
    assert twilio.asked[0][2] == encode_basic_auth(*key.values())


async def test_where_twilio_leads_is_followed(twilio, channel):
    twilio.leads_to = "/open/elsewhere"
    assert await fetched(channel, twilio.url / "media/moved") == ("image/png", PICTURE)


@pytest.mark.parametrize("path", ["media/file", "media/unsized"])
async def test_more_than_the_limit_is_not_taken(twilio, channel, path):
    assert (await fetched(channel, twilio.url / path, len(PICTURE)))[1] == PICTURE
    with pytest.raises(PermanentError) as caught:
        await fetched(channel, twilio.url / path, len(PICTURE) - 1)
    assert (caught.value.code, caught.value.for_agent) == ("too_large", "attachment.too_large")


@pytest.mark.parametrize(
    "leads_to",
    [
        "http://127.0.0.1:1/secret",
        "https://127.0.0.1/secret",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://2130706433/",
        "https://localhost/",
        "http://8.8.8.8/",
        "file:///etc/passwd",
        "https://user:pass@8.8.8.8/",
        "//10.0.0.1/x",
        "https://[",
    ],
)
async def test_no_hop_leads_into_our_network(twilio, channel, leads_to):
    twilio.leads_to = leads_to
    for url in (twilio.url / "media/moved", leads_to):
        with pytest.raises(PermanentError) as caught:
            await fetched(channel, url)
        assert caught.value.for_agent == "attachment.refused"
    assert len(twilio.asked) == 1


async def test_going_in_a_circle_ends(twilio, channel):
    twilio.leads_to = "moved"
    with pytest.raises(PermanentError, match="redirects"):
        await fetched(channel, twilio.url / "media/moved")
    assert len(twilio.asked) == HOPS + 1


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, AuthFailed),
        (403, AuthFailed),
        (404, PermanentError),
        (410, PermanentError),
        (429, TemporaryError),
        (500, TemporaryError),
        (503, TemporaryError),
        (418, PermanentError),
    ],
)
async def test_an_error_says_what_happens_next(twilio, channel, status, error):
    with pytest.raises(error) as caught:
        await fetched(channel, twilio.url / f"media/{status}")
    if error is TemporaryError:
        assert caught.value.retry_after == 7
    if status in (404, 410):
        assert caught.value.for_agent == "attachment.missing"


async def test_a_store_that_is_gone_is_asked_again_later(unused_tcp_port):
    base = f"http://127.0.0.1:{unused_tcp_port}"
    channel = sms(api_base=base)
    await channel.open()
    with pytest.raises(TemporaryError):
        await fetched(channel, f"{base}/media/file")
    await channel.close()


async def test_another_host_never_hears_our_secret(twilio, unused_tcp_port, tmp_path):
    """A second hop to a store of somebody else's, over TLS, as Twilio's media does."""
    seen = []

    async def answer(request):
        seen.append(request.headers.get("Authorization"))
        return web.Response(body=PICTURE, content_type="image/png")

    serving, trusting = certificate("store.example", tmp_path)
    app = web.Application()
    app.router.add_get("/bytes", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", unused_tcp_port, ssl_context=serving).start()
    twilio.leads_to = f"https://store.example:{unused_tcp_port}/bytes"
    names = Names(store=["127.0.0.1"])
    connector = public_connector({"store.example"}, names)
    connector._ssl = trusting
    source = MediaSource(twilio.url.origin(), SECRET)
    async with ClientSession(connector=connector) as session:
        file = RemoteFile(str(twilio.url / "media/moved"))
        async with fetch_media(session, source, file, 1_000_000) as got:
            assert b"".join([piece async for piece in got.chunks]) == PICTURE
    await runner.cleanup()
    assert seen == [None]


def certificate(host, folder):
    """Both sides' TLS for a host of the test's own."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name.from_rfc4514_string(f"CN={host}")
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    files = written(made, key, folder)
    serving.load_cert_chain(*files)
    return serving, ssl.create_default_context(cafile=files[0])


def written(made, key, folder):
    whole, secret = folder / "certificate.pem", folder / "key.pem"
    whole.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return str(whole), str(secret)


@pytest.mark.parametrize(
    ("api", "url", "ours"),
    [
        ("https://api.twilio.com", "https://api.twilio.com/x", True),
        ("https://api.dublin.ie1.twilio.com", "https://api.twilio.com/x", True),
        ("https://api.twilio.com", "http://api.twilio.com/x", False),
        ("https://api.twilio.com", "https://api.twilio.com:8443/x", False),
        ("https://api.twilio.com", "https://api.twilio.com@evil.example/x", False),
        ("https://api.twilio.com", "https://eviltwilio.com/x", False),
        ("https://api.twilio.com", "https://media.twiliocdn.com/x", False),
        ("http://127.0.0.1:8090", "https://api.twilio.com/x", False),
        ("http://127.0.0.1:8090", "http://127.0.0.1:8090/x", True),
        ("http://127.0.0.1:8090", "http://127.0.0.1:8091/x", False),
    ],
)
def test_whom_our_secret_is_told(api, url, ours):
    assert is_ours(URL(api), URL(url)) is ours
