"""Words that open and close the way to a person; a message that only holds such a word is a message."""

import unicodedata

import pytest

from gateway.channels._twilio_consent import consent_of
from gateway.events import Consent

TWILIOS = "STOP stopall Unsubscribe CANCEL end QUIT revoke OPTOUT"


@pytest.mark.parametrize(
    "text",
    [
        *TWILIOS.split(),
        "opt-out",
        "수신거부",
        "무료수신거부",
        "stop all",
        " Stop. ",
        "“STOP”",
        "수신 거부",
        "ＳＴＯＰ",
        "[수신거부]",
        "STOP 🛑",
        "🛑🛑 stop 🙏🏽",
        "Stop.",
        "stop!",
        "STOP!!!",
        "*STOP*",
        "stop…",
        "stop :)",
        "STOP PLEASE",
        "please stop.",
        "pls unsubscribe",
        "수신거부합니다",
        "수신거부합니다.",
        "수신 거부 해주세요",
        "수신거부 해 주세요 🙏",
        "수신거부 요청합니다",
        "수신거부 신청",
        "수신거부를 원합니다",
        "수신거부 부탁드립니다~",
        "수신거부 처리 바랍니다",
        "광고 문자 수신 거부요",
        "이제 수신거부할게요",
        "수신차단해주세요",
        unicodedata.normalize("NFD", "수신거부"),
    ],
)
def test_no_more(text):
    assert consent_of(text) is Consent.STOP


@pytest.mark.parametrize(
    "text",
    [
        "START",
        "unstop",
        "start!",
        "start ✅",
        "수신동의",
        "수신동의합니다",
        "수신거부 해제",
        "수신거부 해제해주세요",
        "수신거부 취소 부탁드려요",
    ],
)
def test_again(text):
    assert consent_of(text) is Consent.START


@pytest.mark.parametrize("text", ["HELP", "info", "도움말"])
def test_who_is_this(text):
    assert consent_of(text) is Consent.HELP


@pytest.mark.parametrize(
    "text",
    [
        "",
        "please stop the delivery",
        "Can you help me?",
        "yes",
        "YES",
        "stop?",
        "수신거부 어떻게 하나요",
        "END " * 20,
        "정지",
        "stop by tomorrow",
        "don't stop",
        "bus stop 7",
        "stop 7",
        "please cancel",
        "cancel please",
        "the end",
        "STOP ❓",
        "stop？",
        "수신거부했는데 왜 와요",
        "수신거부 안 했어요",
        "수신거부 하지 마세요",
        "수신거부할까요",
        "수신거부합니까?",
        "수신 거부는 어디서 하나요",
        "🛑",
        "...",
    ],
)
def test_everything_else_is_only_words(text):
    assert consent_of(text) is None


def test_twilios_own_reading_counts_first():
    assert consent_of("BAJA", "STOP") is Consent.STOP
    assert consent_of("stop", "START") is Consent.START
    assert consent_of("stop", "SOMETHING NEW") is Consent.STOP
    assert consent_of("hello", "SOMETHING NEW") is None


@pytest.mark.parametrize("text", ["Cancel", "END.", "quit 🛑", "Start"])
def test_what_may_be_a_buttons_title_says_nothing(text):
    assert consent_of(text) is not None
    assert consent_of(text, may_be_pressed=True) is None
    assert consent_of(text, "STOP", may_be_pressed=True) is Consent.STOP


@pytest.mark.parametrize("text", ["STOP", "수신거부", "unsubscribe"])
def test_what_is_clear_counts_wherever_it_stands(text):
    assert consent_of(text, may_be_pressed=True) is Consent.STOP
