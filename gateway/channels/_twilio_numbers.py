"""Telephone numbers as Twilio writes them, made one: E.164, whichever of its forms a country's number came in.

https://www.twilio.com/docs/glossary/what-e164. WhatsApp keeps numbers by the rules of the day they were registered on,
so one telephone has two spellings in some countries; SMS has the one that is dialled today. Written alike they are one
identity, and Twilio takes either when we send.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

BRAZIL, ARGENTINA, MEXICO = 55, 54, 52


@lru_cache(maxsize=8192)
def e164(written: str) -> str | None:
    """The number with its `+`, in the form that is dialled today; None for what is no whole number (a short code)."""
    number = _parsed(written, None)
    # Possible, not valid: a country opens ranges that our tables have not heard of.
    if number is None or not phonenumbers.is_possible_number(number):
        return None
    form = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    # A zero of the trunk goes with each reading, and one number has one form.
    return form if form == written else e164(form)


def typed(written: str, beside: Iterable[str]) -> str | None:
    """What somebody has typed, as `e164`: with its country, or as it is said at home (`010-1234-5678`) in the country
    of the first of our own numbers `beside`. At home it must be one that the country has: half a number is possible
    too often."""
    whole = e164(written)
    own = next((one for one in beside if one.startswith("+")), None)
    if whole is not None or own is None:
        return whole
    number = _parsed(written, phonenumbers.region_code_for_number(phonenumbers.parse(own)))
    if number is None or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


@lru_cache(maxsize=8192)
def shown(number: str) -> str:
    """As people write it abroad (`+82 10-1234-5678`); what is no whole number stays as it is."""
    whole = _parsed(number, None)
    if whole is None or not phonenumbers.is_possible_number(whole):
        return number
    return phonenumbers.format_number(whole, PhoneNumberFormat.INTERNATIONAL)


def _parsed(written: str, region: str | None) -> PhoneNumber | None:
    try:
        number = _today(phonenumbers.parse(written, region))
    except NumberParseException:
        return None
    return None if number.extension else number


def _today(number: PhoneNumber) -> PhoneNumber:
    other = _other_form(number.country_code, str(number.national_number))
    if other is None:
        return number
    changed = PhoneNumber(country_code=number.country_code, national_number=int(other))
    return changed if phonenumbers.is_valid_number(changed) else number


def _other_form(country: int | None, national: str) -> str | None:
    """How today's form of the number would be written; whether there is such a number is asked next."""
    if country == BRAZIL and len(national) == 10 and national[2] in "6789":
        # Mobile numbers got a ninth digit between 2012 and 2016: area, 9, the old eight.
        return f"{national[:2]}9{national[2:]}"
    if country == ARGENTINA and len(national) == 10:
        # From abroad a mobile number has a 9 before its area; at home, and in some webhooks, it has none.
        return f"9{national}"
    if country == MEXICO and len(national) == 11 and national[0] == "1":
        # The 1 before mobile numbers was given up in 2019; WhatsApp still has it.
        return national[1:]
    return None
