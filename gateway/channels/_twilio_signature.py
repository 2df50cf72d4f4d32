"""Is a webhook from Twilio? Checked the way Twilio's own library does it, in an eighth of its time.

https://www.twilio.com/docs/usage/webhooks/webhooks-security: HMAC-SHA1 by the account's Auth Token over the public URL
and the sorted parameters of a form; what is no form stands under `bodySHA256` in the URL.
https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys: the same by a key of one's own, named in a header
together with the algorithm, HMAC-SHA256 or HMAC-SHA1.
"""

from __future__ import annotations

import hashlib
import hmac
from binascii import b2a_base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from gateway.channels._twilio_form import header, is_form, read_body, read_query
from gateway.channels.base import ProviderRequest
from gateway.errors import SignatureError

SIGNATURE = "X-Twilio-Signature"
SETTINGS = "X-Twilio-Webhooks-Signature-Settings"
"""`key=ID,algorithm=NAME` where a shared key signed; absent where the Auth Token did."""
ALGORITHMS = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}
PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The secrets an account's webhooks may be signed with. Never shown."""

    tokens: Sequence[bytes]
    shared: Mapping[str, bytes]
    """A shared key's id -> its secret."""
    _keyed: dict[tuple[bytes, str], hmac.HMAC] = field(default_factory=dict, init=False, compare=False)

    def sign(self, secret: bytes, signed: str, algorithm: str) -> bytes:
        """The signature as it stands in the header, by one of these secrets."""
        keyed = self._keyed.get((secret, algorithm))
        if keyed is None:
            keyed = self._keyed[secret, algorithm] = hmac.new(secret, digestmod=algorithm)
        # Not hmac.digest: it lets go of the interpreter for each call, and while the database's thread is at work gets
        # it back so late (70 µs) that the check costs ten times itself.
        made = keyed.copy()
        made.update(signed.encode("utf-8", "surrogatepass"))
        return b2a_base64(made.digest(), newline=False)

    def __repr__(self) -> str:
        return f"SigningKeys({len(self.tokens)} tokens, shared {sorted(self.shared)})"


def check_signature(request: ProviderRequest, keys: SigningKeys) -> None:
    """Raises `SignatureError`, saying why to the log only. Twilio signs the public URL: `request.url` must be that."""
    claimed = header(request, SIGNATURE)
    if not claimed:
        raise SignatureError(f"twilio: no {SIGNATURE} header")
    secrets, algorithm = _signer(header(request, SETTINGS), keys)
    parameters = _parameters(request)
    told = claimed.encode("utf-8", "surrogateescape")
    # Every secret and spelling is tried, so that the time tells nothing.
    good = [
        hmac.compare_digest(keys.sign(secret, url + parameters, algorithm), told)
        for url in _spellings(request.url)
        for secret in secrets
    ]
    if not any(good):
        parts = urlsplit(request.url)
        raise SignatureError(
            f"twilio: the signature does not fit {parts.scheme}://{parts.netloc}{parts.path}: "
            "it was made for another public URL or with another secret"
        )


def _signer(settings: str, keys: SigningKeys) -> tuple[Sequence[bytes], str]:
    """The secrets to try, and the hash."""
    told = dict(part.strip().split("=", 1) for part in settings.split(",") if "=" in part)
    name = told.get("algorithm", "").strip() or "HMAC_SHA1"
    algorithm = ALGORITHMS.get(name.upper())
    if algorithm is None:
        raise SignatureError(f"twilio: signed by {name[:40]!r}, an algorithm that is not known here")
    key = told.get("key", "").strip()
    if not key:
        return keys.tokens, algorithm
    if key not in keys.shared:
        raise SignatureError(
            f"twilio: signed with the shared key {key[:80]!r}, which webhook_keys does not have"
        )
    return (keys.shared[key],), algorithm


def _parameters(request: ProviderRequest) -> str:
    """The names and values that stand under the signature behind the URL; a value said twice counts once."""
    try:
        if request.method.upper() == "GET":
            return ""
        if is_form(request):
            return "".join([name + value for name, value in sorted(set(read_body(request)))])
        _check_body(request)
    except ValueError as why:
        raise SignatureError("twilio: the parameters cannot be read") from why
    return ""


def _check_body(request: ProviderRequest) -> None:
    told = dict(read_query(request)).get("bodySHA256", "")
    if not told:
        raise SignatureError("twilio: the body is no form and the URL has no bodySHA256")
    real = hashlib.sha256(request.body).hexdigest()
    if not hmac.compare_digest(real.encode(), told.encode("utf-8", "surrogateescape")):
        raise SignatureError("twilio: bodySHA256 is not that of this body")


def _spellings(url: str) -> set[str]:
    """The URL without and with its port: Twilio signs either, and its library accepts both."""
    parts = urlsplit(url)
    try:
        port = parts.port or PORTS.get(parts.scheme, 80)
    except ValueError as why:
        raise SignatureError("twilio: the public URL has no usable port") from why
    return {_at(parts, ""), _at(parts, f":{port}")}


def _at(parts: SplitResult, port: str) -> str:
    user, at, host = parts.netloc.rpartition("@")
    bare = host[: host.rfind("]") + 1] if host.startswith("[") else host.partition(":")[0]
    return parts._replace(netloc=f"{user}{at}{bare}{port}").geturl()
