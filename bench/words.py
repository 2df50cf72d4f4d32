"""What customers write in the bench: distinct messages of a few dozen words, Korean and English, always the same."""

from __future__ import annotations

import random

_KOREAN = """주문 배송 환불 교환 결제 카드 영수증 사이즈 색상 재고 문의 확인 부탁드려요 감사합니다
    언제 도착하나요 아직 못 받았어요 취소 하고 싶어요 회원 가입 비밀번호 변경 주소 연락처 쿠폰 할인
    적립금 포장 선물 반품 접수 처리 상담원 연결 오류 화면 사진 보내드려요 빠른 답변 기다릴게요"""
_ENGLISH = """order parcel refund exchange payment card receipt size colour stock question please check thank you when
    will it arrive not here yet cancel account password address phone coupon discount points wrapping gift return form
    agent error screen photo attached quick answer waiting invoice delivery driver street door broken missing blue"""
KOREAN, ENGLISH = tuple(_KOREAN.split()), tuple(_ENGLISH.split())
COMMONEST = "주문"
"""Stands in every fourth message."""
_QUERIES = """주문 | 배송 | 환불 접수 | 쿠폰 할인 | 비밀번호 변경 | 언제 도착 | 사진 | 감사합니다
    | 주문번호 4242 | 배송 주문 | order | refund | broken parcel | invoice | blue large
    | password account | deliv | 4711 | thank you | zebra"""
QUERIES = tuple(query.strip() for query in _QUERIES.split("|"))
"""Twenty, fixed: Korean and English, one word and several, an unfinished one, rare ones, one that nobody wrote."""


class Writer:
    """Writes one message after the other; the same seed writes the same."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._number = 0

    def message(self) -> str:
        pick, self._number = self._random, self._number + 1
        words = pick.choices(KOREAN if pick.random() < 0.5 else ENGLISH, k=pick.randint(6, 16))
        if self._number % 4 == 0:
            words.insert(0, f"{COMMONEST}번호 {self._number}")
        return " ".join(words)
