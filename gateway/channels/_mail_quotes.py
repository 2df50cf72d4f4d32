"""What is new in a mail: its text without what it answers to and without the signature. The whole stays one press away.

No program marks these alike. There is a table of the lines by which programs begin a quote, in Korean, English,
Japanese, Chinese and a few more languages; such a line may be wrapped over up to four. Only what is certain is taken
away: a reply between the lines of what it answers to is shown with them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_LINES = 20_000
"""Lines that are looked at; what comes after them is shown as it is."""
JOINED = 4
"""Lines over which a line that begins a quote may be wrapped."""
LONGEST_INTRODUCTION = 400

MOST_TRIED = 300
"""Lines that may begin a quote which are looked at closely."""

_MAIL = r"[^\s<>@]{1,100}@[^\s<>@]{1,200}"
_DAY = r"(?:\d{4}年\d{1,2}月\d{1,2}日|\d{4}[/.\-]\d{1,2}[/.\-]\d{1,2})"
_DONE = "작성하였습니다|작성했습니다|쓰셨습니다|썼습니다|작성함"
_WROTE = r"wrote|schrieb.{0,120}|a écrit|escribió|schreef.{0,120}|escreveu|ha scritto|skrev.{0,120}|napisał.{0,120}"

# One line each, once wrapped ones are joined. They are looked for in lines that end as such lines end, so that nothing
# here runs over a long text again and again.
_INTRODUCTIONS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Gmail and Apple Mail, Korean: "2026년 11월 16일 (월) 오전 10:12, 김상담 <a@b.c>님이 작성:"
        r"^(?:\d{4}년|\d{4}[.\-/] ?\d{1,2}[.\-/]).{0,250}(?:님이 (?:작성|쓴 글|씀)|작성|쓴 글|보냄|님의 말)\s*[:：]$",
        # A sentence of a customer's own ends in a full stop; one of a program names an address or ends in a colon.
        r"^.{0,200}(?:님께서|님이|이\(가\)|이|가) .{0,120}(?:" + _DONE + r")\s*[:：]$",
        r"^.{0,200}<" + _MAIL + r">.{0,120}(?:" + _DONE + r")\s*[:：.]?$",
        # English: "On Mon, Nov 16, 2026 at 10:12 AM Kim <a@b.c> wrote:", and its like; each says when.
        r"^(?=[^:：]{0,120}\d)(?:on|am|le|el|op|em|il|den|dnia)\b.{6,330}\b(?:" + _WROTE + r")\s?[:：]$",
        r"^.{0,200}" + _MAIL + r">? (?:wrote|writes)[^:]{0,60}:$",
        r"^\d{4}-\d{2}-\d{2}.{0,60}(?:gmt|utc)?.{0,20}(?:<?" + _MAIL + r">?)\s?:$",
        # Japanese: "2026年11月16日(月) 10:12 山田 <a@b.c>:" and "…のメール:"
        rf"^{_DAY}.{{0,250}}(?:<{_MAIL}>|が書きました|のメール|書き込み|wrote)\s*[:：]$",
        r"^.{0,200}(?:さん|様)?(?:は|が)(?:.{0,60}に)?(?:書きました|書いた)\s*[:：]$",
        # Chinese: "张三 <a@b.c> 于2026年11月16日周一 10:12写道：", "於 … 寫道："
        r"^.{0,300}(?:于|於|在).{0,120}(?:写道|寫道|写到|寫到)\s*[:：]$",
        r"^.{0,200}<" + _MAIL + r">.{0,80}(?:写道|寫道)\s*[:：]$",
    )
]
_ENDS_AS_ONE = re.compile(rf"(?:[:：]|(?:{_DONE})\.?)\s*$")

# Rules by which a quote begins whatever comes after: Outlook, Naver, Daum, QQ.
_RULE = re.compile(
    r"^\s*[-–—_=*]{2,}\s*(?:original message|forwarded message|original appointment"
    r"|원본 ?(?:이메일|메일|메시지|메세지)|원래 ?메시지|전달된 메(?:일|시지)"
    r"|受信 ?メール|元のメッセージ|転送メッセージ|原始邮件|原始郵件|原邮件|原郵件|转发邮件|轉寄郵件"
    r"|ursprüngliche nachricht|message d'origine|mensaje original|mensagem original|messaggio originale"
    r")\s*[-–—_=*]{2,}\s*$",
    re.IGNORECASE,
)
_LONG_RULE = re.compile(r"^\s*_{10,}\s*$")
_HEAD = re.compile(
    r"^[\s*>]*(?P<key>from|sent|date|to|cc|subject|reply-to"
    r"|보낸 ?사람|발신자?|보낸 ?날짜|보낸 ?시간|날짜|받는 ?사람|수신자?|참조|제목"
    r"|差出人|送信日時|送信者|日時|日付|宛先|件名"
    r"|发件人|寄件者|寄件人|发送时间|发送日期|日期|寄件日期|收件人|收件者|抄送|副本|主题|主旨"
    r"|von|gesendet|an|betreff|datum|de|envoyé|à|objet|enviado|para|asunto|assunto|data|da|inviato|a|oggetto"
    r")[\s*]*[:：]",
    re.IGNORECASE,
)
_WHO = re.compile(
    r"^[\s*>]*(?:from|보낸 ?사람|발신자?|差出人|送信者|发件人|寄件者|寄件人|von|de|da)[\s*]*[:：]",
    re.IGNORECASE,
)

_SIGNATURE = re.compile(r"^-- ?$")
_THING = (
    r"(?:i(?:phone|pad|pod)|apple|galaxy|갤럭시|아이폰|아이패드|samsung|삼성|android|안드로이드|windows|outlook|gmail|mail|메일"
    r"|yahoo|naver|네이버|daum|다음|hanmail|한메일|kakao|카카오|huawei|华为|xiaomi|小米|oppo|vivo|honor|xperia|pixel|oneplus"
    r"|lg|phone|휴대폰|휴대전화|스마트폰|모바일|mobile|手机|手機|邮箱|郵箱|邮件|スマートフォン|携帯|メール|proton|thunderbird|spark"
    r"|blackberry|tablet|태블릿)"
)
# What telephones and programs put below by themselves; it names one of them: "우체국에서 보냈습니다" a customer says.
_SENT_BY = re.compile(
    rf"^(?:sent (?:from|with|via|using) (?:my .{{2,60}}|.{{0,40}}{_THING}.{{0,40}})"
    r"|get outlook for .{2,30}|download .{2,40} for .{2,30}"
    rf"|나의 .{{2,40}}에서 (?:보냄|보냈습니다)\.?"
    rf"|.{{0,30}}{_THING}.{{0,20}}(?:에서|(?:을|를|으로|로)? ?(?:통해|이용해)?(?:서)?) ?"
    r"(?:보냄|보냈습니다|보낸 메일입니다|발송된 메(?:시지|일)입니다|보낸 메시지입니다)\.?"
    rf"|.{{0,30}}{_THING}.{{0,20}}から送信(?:されました)?"
    r"|(?:从|從)?我的 ?.{2,40}(?:发送|傳送|寄出)|(?:发自|發自|来自|來自)我的 ?.{2,40}"
    rf"|从 .{{0,30}}{_THING}.{{0,20}} 发送"
    r"|von meinem .{2,40} gesendet|envoyé (?:de|depuis) mon .{2,40}|enviado desde mi .{2,40})$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Trimmed:
    shown: str
    hidden: bool
    """Is anything left out? Then the whole is one press away."""


def trim(text: str) -> Trimmed:
    """What is new. Where nothing would be left, or nobody can tell, it is all of it."""
    lines = text.split("\n")
    rest = lines[MOST_LINES:]
    lines = lines[:MOST_LINES]
    kept = _without_quotes(lines)
    kept = _without_signature(kept)
    shown = "\n".join([*kept, *rest]).strip("\n")
    if not shown.strip():
        return Trimmed(text.strip("\n"), hidden=False)
    return Trimmed(shown, hidden=_squeezed(shown) != _squeezed(text))


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _without_quotes(lines: list[str]) -> list[str]:
    begin = _begin_of_quote(lines)
    if begin is None:
        return _without_bare_quote(lines)
    head, quoted = begin
    before, after = lines[:head], lines[quoted:]
    if any(line.strip() for line in before):
        own = _own_below(after)
        # Words between quoted lines are answers to them: then nothing is understood without what they answer to.
        return lines if own is None else [*before, *own] if own else before
    own = _own_below(after)
    return own or lines


def _own_below(after: list[str]) -> list[str] | None:
    """What stands below a quote marked by `>`: an answer written below. None: it stands between quoted lines."""
    marked = [at for at, line in enumerate(after) if line.lstrip().startswith(">")]
    if not marked or any(line.strip() for line in after[: marked[0]]):
        return []
    last = marked[-1]
    between = [
        at for at, line in enumerate(after[: last + 1]) if line.strip() and not line.lstrip().startswith(">")
    ]
    # A quoted line that was wrapped on its way leaves a short stray one; an answer is more than that.
    if any(not _may_be_a_stray(after, at) for at in between):
        return None
    below = after[last + 1 :]
    return below if any(line.strip() for line in _without_signature(below)) else []


def _may_be_a_stray(lines: list[str], at: int) -> bool:
    return (
        at > 0 and lines[at - 1].lstrip().startswith(">") and len(lines[at - 1]) > 60 and len(lines[at]) < 40
    )


def _begin_of_quote(lines: list[str]) -> tuple[int, int] | None:
    """Where a quote is introduced, and where it begins."""
    tried = 0
    for at, line in enumerate(lines):
        if not line.strip():
            continue
        if _RULE.match(line) and not line.lstrip().startswith(">"):
            return at, at + 1
        if _LONG_RULE.match(line) and _is_head(lines, _next(lines, at + 1)):
            return at, at + 1
        if _WHO.match(line) and not line.lstrip().startswith(">") and _is_head(lines, at):
            return at, at + 1
        if tried < MOST_TRIED and any(_ENDS_AS_ONE.search(one[-30:]) for one in lines[at : at + JOINED]):
            tried += 1
            if (end := _introduction(lines, at)) is not None:
                return at, end
    return None


def _next(lines: list[str], at: int) -> int:
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at


def _is_head(lines: list[str], at: int) -> bool:
    """A block of headers, as Outlook and the houses of Korea put above what is answered to: at least three of them."""
    keys = set()
    blank = 0
    for line in lines[at : at + 14]:
        if found := _HEAD.match(line):
            keys.add(found["key"].lower())
            blank = 0
        elif not line.strip():
            blank += 1
            if blank > 1:
                break
        elif not keys:
            return False
    return len(keys) >= 3


def _introduction(lines: list[str], at: int) -> int | None:
    """The line after one that introduces a quote, if one begins here."""
    if lines[at].lstrip().startswith(">"):
        return None
    joined = ""
    for end in range(at, min(at + JOINED, len(lines))):
        piece = lines[end].strip()
        if not piece or piece.startswith(">"):
            return None
        joined = f"{joined} {piece}" if joined else piece
        if len(joined) > LONGEST_INTRODUCTION:
            return None
        if _ENDS_AS_ONE.search(piece[-30:]) and any(one.match(joined) for one in _INTRODUCTIONS):
            return end + 1 if _leads_somewhere(lines, end + 1) else None
    return None


def _leads_somewhere(lines: list[str], at: int) -> bool:
    """Something comes after it; words that only look like an introduction stand in the middle of others."""
    at = _next(lines, at)
    return at < len(lines)


def _without_bare_quote(lines: list[str]) -> list[str]:
    """Marked by `>` and introduced by nothing: taken away at the end or at the beginning, never in the midst."""
    marks = [line.lstrip().startswith(">") for line in lines]
    if not any(marks):
        return lines
    first, last = marks.index(True), len(marks) - 1 - marks[::-1].index(True)
    between = [line for line in lines[first : last + 1] if line.strip() and not line.lstrip().startswith(">")]
    if between:
        return lines
    before, below = lines[:first], lines[last + 1 :]
    if any(line.strip() for line in before) and any(line.strip() for line in _without_signature(below)):
        return lines
    return before if any(line.strip() for line in before) else below


def _without_signature(lines: list[str]) -> list[str]:
    for at in range(len(lines) - 1, -1, -1):
        if _SIGNATURE.match(lines[at]) and any(line.strip() for line in lines[:at]):
            lines = lines[:at]
            break
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    if end > 1 and _SENT_BY.match(lines[end - 1].strip()) and any(line.strip() for line in lines[: end - 1]):
        return lines[: end - 1]
    return lines[:end]
