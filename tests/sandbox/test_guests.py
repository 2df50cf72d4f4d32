"""What simulated customers say: in their language, to the point, and never the same twice."""

from random import Random

import pytest

from gateway.sandbox.guests import MOST_ANSWERS, Guest, Part, guests, personas
from gateway.sandbox.pictures import PICTURES

KOREAN = Guest("ko", "정하린", (("안녕하세요",),))
ENGLISH = Guest("en", "Emily", (("Hi",),))
CROSS = Guest("en", "Tom", (("Hey",),), cross=True)


def part(guest: Guest) -> Part:
    return Part(guest, Random(1))


def is_korean(text: str) -> bool:
    return any("가" <= letter <= "힣" for letter in text)


@pytest.mark.parametrize(
    ("guest", "said", "wanted"),
    [
        (ENGLISH, "Could you tell me your order number?", "HR-"),
        (KOREAN, "주문번호를 알려 주시겠어요?", "HR-"),
        (CROSS, "I am very sorry about that.", "?"),
        (ENGLISH, "It will be with you tomorrow.", ("works", "faster")),
        (KOREAN, "내일 도착해요", ("괜찮", "빠르")),
    ],
)
def test_an_answer_is_about_what_was_said(guest: Guest, said: str, wanted: str | tuple[str, ...]) -> None:
    line = part(guest).answers(said).text
    assert any(word in line for word in ((wanted,) if isinstance(wanted, str) else wanted)), line


def test_who_is_asked_for_a_picture_sends_one() -> None:
    assert part(ENGLISH).answers("Could you send a photo?").picture in PICTURES
    assert part(KOREAN).answers("사진 부탁드려요").picture in PICTURES


def test_a_rule_serves_once_and_she_has_enough_at_last() -> None:
    talking = part(ENGLISH)
    numbers = [talking.answers("Your order number please").text for _ in range(MOST_ANSWERS)]
    assert sum(talking.order in line for line in numbers) == 1
    assert talking.over


@pytest.mark.parametrize("guest", [KOREAN, ENGLISH])
def test_they_do_not_all_come_back_with_the_same_words(guest: Guest) -> None:
    said = {Part(guest, Random(seed)).comes_back().text for seed in range(40)}
    assert len(said) >= 4


@pytest.mark.parametrize("guest", guests(), ids=lambda guest: f"{guest.language} {guest.name}")
def test_everybody_speaks_one_language(guest: Guest) -> None:
    talking = part(guest)
    said = [*talking.opens(), talking.nudges(), talking.comes_back()]
    said += [talking.answers(words) for words in ("sorry 죄송", "wait 잠시", "hm", "photo 사진", "bye")]
    for line in said:
        assert line.text and "{" not in line.text
        # An order's number is nobody's language.
        assert is_korean(line.text) == (guest.language == "ko") or line.text == talking.order
        assert not line.picture or line.picture in PICTURES


def test_there_are_people_to_be_in_both_languages_and_moods() -> None:
    everybody = list(personas().values())
    assert {one.language for one in everybody} == {"ko", "en"}
    assert {one.cross for one in everybody} == {True, False}
    assert all(is_korean(line) == (one.language == "ko") for one in everybody for line in one.says)
