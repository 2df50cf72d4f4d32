"""Each refusal has the code of Twilio's dictionary."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.sandbox.phones.orders import Order, Refusal, check_order, filled, is_url
from tests.sandbox.phones.town import GREETING, MINA, SMS

GOOD = Order(to=MINA, sender=SMS, body="Hello")


def code_of(order: Order) -> int:
    with pytest.raises(Refusal) as caught:
        check_order(order)
    assert caught.value.status == 400
    return caught.value.code


def test_a_good_order_is_taken() -> None:
    check_order(GOOD)
    check_order(replace(GOOD, body="", files=("https://parley.example/a.png",)))
    check_order(replace(GOOD, sender="", service="MG" + "0" * 32))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"to": ""}, 21604),
        ({"to": "010-5555-0111"}, 21211),
        ({"to": "whatsapp:12"}, 21211),
        ({"to": f"whatsapp:{MINA}"}, 21910),
        ({"sender": ""}, 21603),
        ({"body": ""}, 21619),
        ({"body": "a" * 1601}, 21617),
        ({"body": "😀" * 801}, 21617),
        ({"variables": "{}"}, 21654),
        ({"files": tuple(f"https://parley.example/{number}" for number in range(11))}, 21623),
        ({"files": ("a.png",)}, 21620),
        ({"callback": "parley.example/status"}, 21609),
        ({"callback": "https://our_host/status"}, 21609),
    ],
)
def test_a_bad_one_is_refused(change: dict[str, Any], code: int) -> None:
    assert code_of(replace(GOOD, **change)) == code


def test_a_template_takes_values_and_keeps_its_own_for_the_others() -> None:
    assert filled(GREETING, '{"2": "17"}') == "Hello there, your order 17 is on its way."
    assert filled(GREETING, "") == "Hello there, your order {{2}} is on its way."


@pytest.mark.parametrize("variables", ["{", "[]", '{"1": ""}', '{"1": null}'])
def test_values_that_are_none_are_refused(variables: str) -> None:
    with pytest.raises(Refusal) as caught:
        filled(GREETING, variables)
    assert caught.value.code == 21656


def test_an_address_has_a_scheme_and_a_host() -> None:
    assert is_url("http://127.0.0.1:8080/x?y=1")
    assert not is_url("ftp://parley.example/x")
    assert not is_url("https:///x")
