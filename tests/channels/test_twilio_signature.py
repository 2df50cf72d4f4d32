"""What Twilio's own library signs is taken, and nothing else; the log names the reason."""

from dataclasses import replace
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from gateway.channels._twilio_form import MOST_FIELDS, header
from gateway.channels._twilio_signature import SETTINGS, SIGNATURE, SigningKeys, check_signature
from gateway.channels.base import ProviderRequest
from gateway.errors import SignatureError
from tests.channels.twilio_requests import (
    FIXTURES,
    FORM,
    KEY,
    KEY_ID,
    TOKEN,
    URL,
    as_request,
    post,
    post_json,
    sign,
)

KEYS = SigningKeys((TOKEN.encode(),), {KEY_ID: KEY.encode()})
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def believed(request, keys=KEYS):
    try:
        check_signature(request, keys)
    except SignatureError:
        return False
    return True


def refused(request, keys=KEYS):
    with pytest.raises(SignatureError) as caught:
        check_signature(request, keys)
    return str(caught.value)


@pytest.mark.parametrize("name", FIXTURES)
def test_every_recorded_webhook_is_believed(name):
    check_signature(as_request(FIXTURES[name]), KEYS)


def test_the_example_of_twilios_own_page():
    """https://www.twilio.com/docs/usage/webhooks/webhooks-security: its URL, parameters, token and signature."""
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+12349013030",
        "Digits": "1234",
        "From": "+12349013030",
        "To": "+18005551212",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    told = {"Content-Type": FORM, SIGNATURE: "0/KCTR6DLpKmkAf8muzZqo1nDgQ="}
    check_signature(
        ProviderRequest("POST", url, told, urlencode(form).encode()), SigningKeys((b"12345",), {})
    )


@given(form=st.dictionaries(NAMES, VALUES, max_size=12))
def test_any_form_is_signed_alike(form):
    check_signature(post(URL, form), KEYS)


@given(
    form=st.dictionaries(st.sampled_from(["A", "AB", "B"]), VALUES, min_size=1),
    told=VALUES,
    port=st.sampled_from(["", ":443", ":8443", ":80"]),
    scheme=st.sampled_from(["https", "http"]),
)
def test_we_agree_with_twilios_library_about_right_and_wrong(form, told, port, scheme):
    """Signed with and without the port: the two judge alike, whatever the public URL is written like."""
    url = f"{scheme}://parley.example{port}/webhooks/line?x=%20a&y"
    for signed in (url, url.replace(port, "") if port else url, url.replace("example", "example:443")):
        for signature in (sign(signed, form), told):
            request = ProviderRequest(
                "POST", url, {"Content-Type": FORM, SIGNATURE: signature}, urlencode(form).encode()
            )
            # Their library takes no empty header; nor do we.
            theirs = bool(signature) and RequestValidator(TOKEN).validate(url, form, signature)
            assert believed(request) is theirs


def test_a_value_said_twice_counts_once():
    body = b"A=2&A=1&A=2&B="
    told = {"Content-Type": FORM, SIGNATURE: sign(URL + "A1A2B", {})}
    check_signature(ProviderRequest("POST", URL, told, body), KEYS)


@given(place=st.integers(min_value=0), byte=st.integers(1, 255))
def test_a_changed_byte_is_never_believed(place, byte):
    request = as_request(FIXTURES["sms_text"])
    place %= len(request.body)
    was = request.body
    changed = was[:place] + bytes([was[place] ^ byte]) + was[place + 1 :]
    # An escape's letters may be of either case, and a space has two spellings: the same parameters.
    spelt_anew = changed.lower() == was.lower() and was[max(place - 2, 0) : place + 1].count(b"%")
    if not spelt_anew and changed.replace(b"+", b"%20") != was.replace(b"+", b"%20"):
        assert not believed(replace(request, body=changed))


@pytest.mark.parametrize("url", [URL + "/", URL + "?x=1", URL.replace("https", "http"), URL.upper()])
def test_another_url_is_not_believed(url):
    assert "does not fit" in refused(replace(as_request(FIXTURES["sms_text"]), url=url))


def test_the_reason_is_named_and_no_secret_is():
    good = as_request(FIXTURES["sms_text"])
    empty = {key: value for key, value in good.headers.items() if key != SIGNATURE}
    told = {
        "no X-Twilio-Signature": replace(good, headers=empty),
        "does not fit https://parley.example/webhooks/line:": replace(good, body=good.body + b"&Extra=1"),
        "HMAC_MD5": replace(good, headers={**good.headers, SETTINGS: "algorithm=HMAC_MD5"}),
        "webhook_keys does not have": replace(
            good, headers={**good.headers, SETTINGS: "key=webhooks_sharedkey_other,algorithm=HMAC_SHA256"}
        ),
        "no form and the URL has no bodySHA256": replace(
            good, headers={**good.headers, "Content-Type": "application/json"}
        ),
        "cannot be read": replace(good, body=b"\xff"),
    }
    for reason, request in told.items():
        said = refused(request)
        assert reason in said and TOKEN not in said and KEY not in said
    assert TOKEN not in repr(KEYS) and KEY not in repr(KEYS)


def test_too_many_parameters_are_not_read():
    assert "cannot be read" in refused(post(URL, {f"P{number}": "" for number in range(MOST_FIELDS + 1)}))


@pytest.mark.parametrize("algorithm", ["HMAC_SHA256", "HMAC_SHA1", "hmac_sha256"])
def test_a_shared_key_signs_with_the_algorithm_it_names(algorithm):
    form = {"A": "1"}
    told = {SIGNATURE: sign(URL, form, secret=KEY, algorithm=algorithm)}
    told[SETTINGS] = f"key={KEY_ID}, algorithm={algorithm}"
    check_signature(post(URL, form, **told), KEYS)
    with_token = {**told, SIGNATURE: sign(URL, form, algorithm=algorithm)}
    assert "does not fit" in refused(post(URL, form, **with_token)), "the token is not that key"


def test_a_shared_key_that_names_no_algorithm_signs_as_the_token_does():
    told = {SIGNATURE: sign(URL, {"A": "1"}, secret=KEY), SETTINGS: f"key={KEY_ID}"}
    check_signature(post(URL, {"A": "1"}, **told), KEYS)


def test_tokens_can_be_changed_over():
    request = post(URL, {"A": "1"})
    check_signature(request, SigningKeys((b"the newer token", TOKEN.encode()), {}))
    assert not believed(request, SigningKeys((b"the newer token",), {}))


def test_nobody_is_believed_without_a_secret():
    assert not believed(post(URL, {"A": "1"}), SigningKeys((), {}))


def test_what_is_no_form_stands_under_its_hash():
    good = post_json(URL, b'{"MessageSid": "SM1"}')
    check_signature(good, KEYS)
    assert "not that of this body" in refused(replace(good, body=b'{"MessageSid": "SM2"}'))
    # As a form the parameters would have to be signed, and are not.
    as_form = replace(good, headers={**good.headers, "Content-Type": FORM}, body=b"MessageSid=SM2")
    assert "does not fit" in refused(as_form)


def test_headers_are_found_whatever_their_case():
    request = as_request(FIXTURES["sms_text"])
    check_signature(
        replace(request, headers={key.lower(): value for key, value in request.headers.items()}), KEYS
    )
    assert header(request, "x-twilio-SIGNATURE") and not header(request, "X-Other")


def test_a_signature_of_strange_letters_is_refused():
    assert "does not fit" in refused(post(URL, {"A": "1"}, **{SIGNATURE: "서명\udc80"}))


def test_a_literal_ipv6_host_keeps_its_brackets():
    url = "https://[2001:db8::1]/webhooks/line"
    told = {"Content-Type": FORM, SIGNATURE: sign("https://[2001:db8::1]:443/webhooks/line" + "A1", {})}
    check_signature(ProviderRequest("POST", url, told, b"A=1"), KEYS)


def test_a_port_that_is_none_is_refused():
    assert "port" in refused(replace(as_request(FIXTURES["sms_text"]), url="https://parley.example:99999/x"))
