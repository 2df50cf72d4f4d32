"""Webhooks as Twilio makes them: the recorded payloads beside this file, signed by Twilio's own library."""

import hashlib
import json
from pathlib import Path
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from gateway.channels.base import ProviderRequest
from gateway.channels.twilio_sms import SmsConfig, TwilioSms
from gateway.channels.twilio_whatsapp import TwilioWhatsApp, WhatsAppConfig
from gateway.events import AccountId

FIXTURES = {
    path.stem: json.loads(path.read_text()) for path in sorted(Path(__file__).parent.glob("twilio/*.json"))
}
ACCOUNT_SID = "AC00000000000000000000000000000001"
SERVICE_SID = "MG00000000000000000000000000000001"
TOKEN = "an auth token of thirty-two hexes"
KEY_ID, KEY = "webhooks_sharedkey_01h9krwprkeee8fzqspvwy6nq8", "a shared key's own secret"
URL = "https://parley.example/webhooks/line"
FORM = "application/x-www-form-urlencoded"


def sms(**keys):
    section = {"account_sid": ACCOUNT_SID, "auth_token": TOKEN, "from": "+821000000001", **keys}
    return TwilioSms(AccountId("line"), SmsConfig.model_validate(section))


def whatsapp(**keys):
    section = {"account_sid": ACCOUNT_SID, "auth_token": TOKEN, "from": "whatsapp:+14155238886", **keys}
    return TwilioWhatsApp(AccountId("line"), WhatsAppConfig.model_validate(section))


def adapter(fixture):
    make = {"twilio_sms": sms, "twilio_whatsapp": whatsapp}[fixture["channel"]]
    return make(messaging_service_sid=SERVICE_SID)


def as_request(fixture):
    """The fixture's webhook, signed."""
    query = f"?{fixture['query']}" if fixture["query"] else ""
    if fixture["method"] == "GET":
        url = f"{URL}?{urlencode(fixture['form'])}"
        return ProviderRequest("GET", url, {"X-Twilio-Signature": sign(url, {})}, b"")
    return post(URL + query, fixture["form"])


def sign(url, form, *, secret=TOKEN, algorithm=None):
    return RequestValidator(secret).compute_signature(url, form, algorithm)


def post(url, form, **headers):
    """A signed form."""
    signed = {"Content-Type": f"{FORM}; charset=UTF-8", "X-Twilio-Signature": sign(url, form)}
    return ProviderRequest("POST", url, {**signed, **headers}, urlencode(form).encode())


def post_json(url, body):
    """Signed as what is no form is: the body stands under the URL's bodySHA256."""
    url = f"{url}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    signed = {"Content-Type": "application/json", "X-Twilio-Signature": sign(url, {})}
    return ProviderRequest("POST", url, signed, body)
