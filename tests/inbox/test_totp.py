"""RFC 6238's own vectors, drift, and no code twice."""

from __future__ import annotations

import base64

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.auth import totp

RFC_KEY = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_vectors_of_appendix_b(seconds: int, expected: str) -> None:
    assert totp.code(RFC_KEY, seconds // 30) == expected[-6:]


@given(st.integers(0, 2**40))
def test_we_agree_with_pyotp(step: int) -> None:
    key = totp.new_key()
    assert totp.code(key, step) == pyotp.TOTP(key).generate_otp(step)


def test_a_step_of_drift_either_way_and_no_more() -> None:
    now = 1_000_000 * totp.STEP
    for off, fits in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        given_code = totp.code(RFC_KEY, 1_000_000 + off)
        assert (totp.matching_step(RFC_KEY, given_code, now, 0) is not None) is fits


def test_no_code_counts_twice_nor_an_older_one_after_it() -> None:
    now = 1_000_000 * totp.STEP
    used = totp.matching_step(RFC_KEY, totp.code(RFC_KEY, 1_000_000), now, 0)
    assert used == 1_000_000
    assert totp.matching_step(RFC_KEY, totp.code(RFC_KEY, 1_000_000), now, used) is None
    assert totp.matching_step(RFC_KEY, totp.code(RFC_KEY, 999_999), now, used) is None


@pytest.mark.parametrize("given_code", ["", "12345", "1234567", "abcdef", "１２３４５６", "12 34 5x"])
def test_what_is_no_code(given_code: str) -> None:
    assert totp.matching_step(RFC_KEY, given_code, 0, 0) is None


def test_the_app_reads_our_uri() -> None:
    key = totp.new_key()
    read = pyotp.parse_uri(totp.uri(key, "kim+1@example.com", "Parley"))
    assert (read.secret, read.name, read.issuer) == (key, "kim+1@example.com", "Parley")
