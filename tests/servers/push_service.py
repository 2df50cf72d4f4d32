"""A push service, as a small server: it takes what RFC 8030 says, checks who sends (RFC 8292), and hands it to the
browsers that subscribed, which decrypt it (RFC 8291) by code of their own."""

from __future__ import annotations

import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SALT, HEAD = 16, 21
"""Bytes of the salt, and of what stands before the sender's key (RFC 8188 section 2.1)."""


def encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


@dataclass
class Browser:
    """One subscription: its keys, and what it was told."""

    endpoint: str = ""
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    told: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    """Statuses of the next answers; 201 when there are none."""

    @property
    def subscription(self) -> dict[str, Any]:
        """As `PushSubscription.toJSON` writes it."""
        keys = {"p256dh": encoded(point(self.private.public_key())), "auth": encoded(self.auth)}
        return {"endpoint": self.endpoint, "keys": keys}

    def decrypt(self, body: bytes) -> bytes:
        """RFC 8291 section 3.4, of one record."""
        salt, (size, length) = body[:SALT], struct.unpack("!LB", body[SALT:HEAD])
        theirs, sealed = body[HEAD : HEAD + length], body[HEAD + length :]
        assert len(sealed) <= size
        sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        own = point(self.private.public_key())
        shared = self.private.exchange(ec.ECDH(), sender)
        secret = _derived(shared, self.auth, b"WebPush: info\0" + own + theirs, 32)
        key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
        opened = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert opened.endswith(b"\x02"), "not the last record"
        return opened[:-1]


@dataclass
class PushService:
    """`key`: the only sender it takes pushes from, once it is known."""

    server: TestServer
    key: str = ""
    browsers: dict[str, Browser] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return str(self.server.make_url("")).rstrip("/")

    def browser(self) -> Browser:
        """Somebody's browser subscribes."""
        name = secrets.token_hex(8)
        made = self.browsers[name] = Browser(f"{self.origin}/push/{name}")
        return made

    async def take(self, request: web.Request) -> web.Response:
        browser = self.browsers[request.match_info["name"]]
        if fault := self.fault(request):
            self.refused.append(fault)
            return web.Response(status=403)
        status = browser.answers.pop(0) if browser.answers else 201
        if status == 201:
            browser.told.append(orjson.loads(browser.decrypt(await request.read())))
            browser.headers.append(dict(request.headers))
        return web.Response(status=status, headers={"Retry-After": "0"} if status == 429 else {})

    def fault(self, request: web.Request) -> str:
        """What a push service would complain of."""
        scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
        said = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
        if scheme != "vapid" or (self.key and said.get("k") != self.key):
            return "not the key that was subscribed to"
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(said["k"]))
        claims = jwt.decode(said["t"], public, algorithms=["ES256"], audience=self.origin)
        if not claims["sub"].startswith(("https://", "mailto:")):
            return "nobody to write to"
        if request.headers.get("Content-Encoding") != "aes128gcm" or not request.headers.get("TTL"):
            return "no encoding, or no TTL"
        return ""


@asynccontextmanager
async def push_service() -> AsyncIterator[PushService]:
    async def take(request: web.Request) -> web.Response:
        return await made.take(request)

    app = web.Application()
    app.router.add_post("/push/{name}", take)
    server = TestServer(app)
    await server.start_server()
    made = PushService(server)
    try:
        yield made
    finally:
        await server.close()
