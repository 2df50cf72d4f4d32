"""A bare webhook: aiohttp reads the form, checks its signature and says yes.

`python -m bench.bare.webhook URL TOKEN WAY`, WAY `official` (Twilio's own validator) or `digest` (the same check, as
fast as we can write it).

URL is what the provider has been told, without path: it signs that and not where the request arrives.
"""

from __future__ import annotations

import hmac
import sys
from binascii import b2a_base64
from collections.abc import Callable, Mapping

from aiohttp import web
from twilio.request_validator import RequestValidator

from bench.bare.serving import serve

Check = Callable[[str, Mapping[str, str], str], bool]


def digest(token: str) -> Check:
    key = token.encode()

    def check(url: str, form: Mapping[str, str], told: str) -> bool:
        signed = url + "".join([name + value for name, value in sorted(form.items())])
        return hmac.compare_digest(
            b2a_base64(hmac.digest(key, signed.encode(), "sha1"), newline=False), told.encode()
        )

    return check


def hang(application: web.Application, public: str, check: Check) -> None:
    async def take(request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        told = request.headers.get("X-Twilio-Signature", "")
        if not check(public + request.raw_path, form, told):
            return web.Response(status=403)
        return web.Response(body=b"<Response/>", content_type="text/xml")

    application.router.add_post("/webhooks/{account}", take)


if __name__ == "__main__":
    url, token, way = sys.argv[1:]
    application = web.Application()
    hang(application, url, digest(token) if way == "digest" else RequestValidator(token).validate)
    serve(application)
