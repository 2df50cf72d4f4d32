"""One telephone, one spelling."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels._twilio_numbers import e164, typed


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+821012345678", "+821012345678"),
        ("+82 10-1234-5678", "+821012345678"),
        ("+14155238886", "+14155238886"),
        # Brazil: mobile numbers have nine digits behind their area, landlines eight.
        ("+551181234567", "+5511981234567"),
        ("+5511981234567", "+5511981234567"),
        ("+559281723241", "+5592981723241"),
        ("+551133334444", "+551133334444"),
        # Argentina: the 9 of mobile numbers.
        ("+541155551234", "+5491155551234"),
        ("+5491155551234", "+5491155551234"),
        ("+542215551234", "+5492215551234"),
        # Mexico: the 1 that was given up.
        ("+5215512345678", "+525512345678"),
        ("+525512345678", "+525512345678"),
    ],
)
def test_both_spellings_of_a_number_are_one(written, number):
    assert e164(written) == number


@pytest.mark.parametrize(
    "written", ["", "15445678", "1588", "AMAZON", "+", "+1", "+12345", "KR.1A2B3C", "+0", "Anonymous"]
)
def test_what_is_no_whole_number_is_none(written):
    assert e164(written) is None


@pytest.mark.parametrize(
    ("written", "beside", "number"),
    [
        ("010-5555-0144", "+827055550100", "+821055550144"),
        ("01055550144", "+827055550100", "+821055550144"),
        ("02) 555-0144", "+827055550100", "+8225550144"),
        ("+82 010-5555-0144", "+827055550100", "+821055550144"),
        ("(415) 555-2671", "+12125550100", "+14155552671"),
        ("07911 123456", "+442079460000", "+447911123456"),
        # With its country it is that country's, wherever we are.
        ("+44 7911 123456", "+827055550100", "+447911123456"),
        # Half of one is none, nor is one of another country.
        ("5555-0144", "+827055550100", None),
        ("010-5555", "+827055550100", None),
        ("010-5555-0144", "+12125550100", None),
        ("555-2671", "+12125550100", None),
        ("mina@mail.example", "+827055550100", None),
        # A short code is of no country that we could know.
        ("010-5555-0144", "15445", None),
    ],
)
def test_a_number_may_be_typed_as_it_is_said_at_home(written, beside, number):
    assert typed(written, [beside]) == number
    assert typed(written, ["15445", beside]) == number
    assert typed(written, []) == e164(written)


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_every_countrys_mobile_number_stays_what_it_is(region):
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    if example is not None:
        written = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        assert e164(written) == written


@given(st.from_regex(r"\+5[245][0-9]{8,12}", fullmatch=True))
def test_written_again_it_does_not_change(written):
    number = e164(written)
    if number is not None and phonenumbers.is_valid_number(phonenumbers.parse(number)):
        assert e164(number) == number
