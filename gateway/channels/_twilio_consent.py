"""Whether a message says that its writer wants no more of ours, or wants them again.

https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out: where it is switched on Twilio says what it understood
in `OptOutType`; the English words are those that Twilio heeds by itself, and like Twilio we take one only where it is
the whole message. Marks, quotes and emoji around it are no words. The Korean ones are ours: advertisements there carry
수신거부, and people send it back as it stands or make a polite sentence of it.
"""

from __future__ import annotations

import re
import unicodedata

from gateway.events import Consent

_WORDS = {
    Consent.STOP: "stop stopall unsubscribe cancel end quit revoke optout",
    # Twilio also takes YES for START. We do not: it answers too many other questions.
    Consent.START: "start unstop",
    Consent.HELP: "help info 도움말",
}
MEANINGS = {word: consent for consent, words in _WORDS.items() for word in words.split()}
_KOREAN = {
    Consent.STOP: "수신거부 수신거절 수신차단",
    Consent.START: "수신동의 수신허용 수신거부해제 수신거부철회 수신거부취소",
}
_BEFORE = "무료 광고 문자 메시지 마케팅 저는 이제"
_ENDINGS = """요 함 할게요 할께요 할래요 합니다 해요 하겠습니다 해줘 해줘요 해주세요 해주십시오 해주시기바랍니다 해달라
    하고싶어요 하고싶습니다 원해요 원합니다 바람 바라요 바랍니다 부탁 부탁해요 부탁합니다 부탁드려요 부탁드립니다"""
"""What makes a wish of the noun. None that asks, denies or tells of before: 할까요, 안 했어요, 했는데."""
ON_BUTTONS = {"cancel", "end", "quit", "start"}
"""What buttons are called, too: where nobody can tell a pressed one from a typed word, these say nothing."""
LONGEST = 40
"""Characters of a message that can be a keyword and nothing else."""
_ASKS = frozenset("?❓❔")
_WITHIN = re.compile(r"[\s-]+")


def _any(words: str) -> str:
    return "|".join(sorted(words.split(), key=len, reverse=True))


_SENTENCES = {
    consent: re.compile(
        f"(?:{_any(_BEFORE)})*(?:{_any(nouns)})[을를]?(?:요청|신청|처리)?좀?(?:{_any(_ENDINGS)})?"
    )
    for consent, nouns in _KOREAN.items()
}
# Not of the words that an order, a call or a game is ended by as well.
_POLITE = re.compile("(?:please|pls)?(stop|stopall|unsubscribe|optout)(?:please|pls)?")


def consent_of(text: str, told: str = "", *, may_be_pressed: bool = False) -> Consent | None:
    """What the whole text, as somebody typed it, says by itself; `told` is Twilio's own reading, which counts first.
    `may_be_pressed`: it may be a button's title as well."""
    if told:
        try:
            return Consent(told.strip().lower())
        except ValueError:
            pass  # a kind that came after this was written: the words decide
    if len(text) > LONGEST:
        return None
    word = _bare(text)
    if polite := _POLITE.fullmatch(word):
        word = polite[1]
    if may_be_pressed and word in ON_BUTTONS:
        return None
    return MEANINGS.get(word) or next((one for one, form in _SENTENCES.items() if form.fullmatch(word)), None)


def _bare(text: str) -> str:
    """Its letters from the first to the last, in one; empty for a question."""
    whole = unicodedata.normalize("NFKC", text).casefold()
    if _ASKS.intersection(whole):
        return ""
    letters = [place for place, sign in enumerate(whole) if sign.isalnum()]
    return _WITHIN.sub("", whole[letters[0] : letters[-1] + 1]) if letters else ""
