"""What is new in a mail, as programs quote: those of Gmail, Outlook, Apple, Naver, Daum, QQ, and of phones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels import _mail_quotes
from gateway.channels._mail_quotes import trim

REPLIES = {
    "gmail ko": (
        "네, 감사합니다!\n"
        "\n"
        "2026년 11월 16일 (월) 오전 10:12, 김상담 <help@haru.example>님이 작성:\n"
        "\n"
        "> 안녕하세요.\n"
        "> 배송은 내일입니다.\n"
    ),
    "gmail ko, wrapped": (
        "네, 감사합니다!\n"
        "\n"
        "2026년 11월 16일 (월) 오전 10:12, 하루 커피 고객센터\n"
        "<help@haru.example>님이 작성:\n"
        "\n"
        "> 안녕하세요.\n"
    ),
    "gmail ko, wrapped twice": (
        "네, 감사합니다!\n"
        "\n"
        "2026년 11월 16일 (월)\n"
        "오전 10:12, 하루 커피 고객센터 <help@haru.example>\n"
        "님이 작성:\n"
        "\n"
        "> 안녕하세요.\n"
    ),
    "apple ko": (
        "네, 감사합니다!\n"
        "\n"
        "나의 iPhone에서 보냄\n"
        "\n"
        "2026. 11. 16. 오전 10:12, 김상담 <help@haru.example> 작성:\n"
        "\n"
        "> 안녕하세요.\n"
    ),
    "apple ko, mac": (
        "네, 감사합니다!\n\n> 2026. 11. 16. 오전 10:12, 김상담 <help@haru.example> 작성:\n> \n> 안녕하세요.\n"
    ),
    "naver": (
        "네, 감사합니다!\n"
        "\n"
        "-----Original Message-----\n"
        'From: "김상담"<help@haru.example>\n'
        'To: "이하나"<hana@naver.com>;\n'
        "Cc:\n"
        "Sent: 2026-11-16 (월) 10:12:33 (GMT+09:00)\n"
        "Subject: Re: 배송\n"
        "\n"
        "안녕하세요.\n"
    ),
    "naver, korean": (
        "네, 감사합니다!\n"
        "\n"
        "-----원본 메시지-----\n"
        '보낸사람: "김상담" <help@haru.example>\n'
        '받는사람: "이하나" <hana@naver.com>\n'
        "날짜: 2026-11-16 (월) 10:12\n"
        "제목: Re: 배송\n"
        "\n"
        "안녕하세요.\n"
    ),
    "daum": (
        "네, 감사합니다!\n"
        "\n"
        "--------- 원본 메일 ---------\n"
        "보낸사람 : 김상담 <help@haru.example>\n"
        "받는사람 : hana@hanmail.net\n"
        "날짜: 2026년 11월 16일 월요일, 10시 12분 33초 +0900\n"
        "제목: Re: 배송\n"
        "\n"
        "안녕하세요.\n"
    ),
    "outlook ko": (
        "네, 감사합니다!\n"
        "\n"
        "________________________________\n"
        "보낸 사람: 김상담 <help@haru.example>\n"
        "보낸 날짜: 2026년 11월 16일 월요일 오전 10:12\n"
        "받는 사람: 이하나 <hana@corp.example>\n"
        "제목: Re: 배송\n"
        "\n"
        "안녕하세요.\n"
    ),
    "outlook ko, new": (
        "네, 감사합니다!\n"
        "\n"
        "보낸 사람: 김상담 <help@haru.example>\n"
        "날짜: 월요일, 2026년 11월 16일 오전 10:12\n"
        "받는 사람: 이하나 <hana@corp.example>\n"
        "제목: Re: 배송\n"
        "안녕하세요.\n"
    ),
    "gmail en": (
        "네, 감사합니다!\n"
        "\n"
        "On Mon, Nov 16, 2026 at 10:12 AM Haru Coffee <help@haru.example> wrote:\n"
        "\n"
        "> Hello.\n"
        "> It comes tomorrow.\n"
    ),
    "gmail en, wrapped": (
        "네, 감사합니다!\n"
        "\n"
        "On Mon, Nov 16, 2026 at 10:12 AM Haru Coffee Customer Support\n"
        "<help@haru.example> wrote:\n"
        "\n"
        "> Hello.\n"
    ),
    "apple en": (
        "네, 감사합니다!\n"
        "\n"
        "Sent from my iPhone\n"
        "\n"
        "> On Nov 16, 2026, at 10:12, Haru Coffee <help@haru.example> wrote:\n"
        "> \n"
        "> Hello.\n"
    ),
    "outlook en": (
        "네, 감사합니다!\n"
        "\n"
        "\n"
        "From: Haru Coffee <help@haru.example>\n"
        "Sent: Monday, November 16, 2026 10:12 AM\n"
        "To: Hana <hana@corp.example>\n"
        "Subject: RE: Order\n"
        "\n"
        "Hello.\n"
    ),
    "outlook en, plain": (
        "네, 감사합니다!\n"
        "\n"
        "-----Original Message-----\n"
        "From: Haru Coffee <help@haru.example>\n"
        "Sent: Monday, November 16, 2026 10:12 AM\n"
        "To: Hana\n"
        "Subject: RE: Order\n"
        "\n"
        "Hello.\n"
    ),
    "gmail ja": (
        "네, 감사합니다!\n\n2026年11月16日(月) 10:12 サポート <help@haru.example>:\n\n> こんにちは。\n"
    ),
    "apple ja": (
        "네, 감사합니다!\n"
        "\n"
        "iPhoneから送信\n"
        "\n"
        "2026/11/16 10:12、サポート <help@haru.example>のメール:\n"
        "\n"
        "> こんにちは。\n"
    ),
    "outlook ja": (
        "네, 감사합니다!\n"
        "\n"
        "差出人: サポート <help@haru.example>\n"
        "送信日時: 2026年11月16日 10:12\n"
        "宛先: hana@corp.example\n"
        "件名: Re: 注文\n"
        "\n"
        "こんにちは。\n"
    ),
    "gmail zh-cn": (
        "네, 감사합니다!\n\n客服 <help@haru.example> 于2026年11月16日周一 10:12写道：\n\n> 您好。\n"
    ),
    "gmail zh-tw": (
        "네, 감사합니다!\n\n客服 <help@haru.example> 於 2026年11月16日 週一 上午10:12寫道：\n\n> 您好。\n"
    ),
    "qq": (
        "네, 감사합니다!\n"
        "\n"
        "------------------ 原始邮件 ------------------\n"
        '发件人: "客服" <help@haru.example>;\n'
        "发送时间: 2026年11月16日(星期一) 上午10:12\n"
        '收件人: "Hana"<hana@qq.com>;\n'
        "主题: Re: 订单\n"
        "\n"
        "您好。\n"
    ),
    "gmail de": (
        "네, 감사합니다!\n"
        "\n"
        "Am Mo., 16. Nov. 2026 um 10:12 Uhr schrieb Haru Coffee <help@haru.example>:\n"
        "\n"
        "> Hallo.\n"
    ),
    "thunderbird": (
        "네, 감사합니다!\n\nOn 11/16/26 10:12, Haru Coffee wrote:\n> Hello.\n> It comes tomorrow.\n"
    ),
    "samsung": (
        "네, 감사합니다!\n"
        "\n"
        "Galaxy에서 보냄\n"
        "\n"
        "\n"
        "-------- 원본 이메일 --------\n"
        "발신: Haru Coffee <help@haru.example>\n"
        "날짜: 2026-11-16 오전 10:12 (GMT+09:00)\n"
        "수신: hana@gmail.com\n"
        "제목: Re: 배송\n"
        "\n"
        "안녕하세요.\n"
    ),
    "signature": ("네, 감사합니다!\n\n-- \n이하나\n하루 주식회사\n010-1234-5678\n"),
    "below": ("> 안녕하세요.\n> 배송은 내일입니다.\n\n네, 감사합니다!\n"),
    "introduced, below": (
        "On Mon, Nov 16, 2026 at 10:12 AM Haru <help@haru.example> wrote:\n"
        "> Hello.\n"
        "> Tomorrow?\n"
        "\n"
        "네, 감사합니다!\n"
    ),
    "phone, ko": ("네, 감사합니다!\n\n나의 iPhone에서 보냄"),
    "phone, zh": ("네, 감사합니다!\n\n发自我的iPhone"),
    "outlook mac ko": (
        "네, 감사합니다!\n"
        "\n"
        "보낸 사람: 김상담 <help@haru.example>\n"
        "날짜: 2026년 11월 16일 월요일 오전 10:12\n"
        "받는 사람: 이하나\n"
        "제목: 배송\n"
        "안녕하세요."
    ),
    "address and a verb, ko": (
        "네, 감사합니다!\n\n2026-11-16 10:12에 김상담 <help@haru.example> 님이 작성했습니다.\n> 안녕하세요."
    ),
    "galaxy, ko": ("네, 감사합니다!\n\n내 Galaxy에서 보낸 메일입니다."),
    "naver app": ("네, 감사합니다!\n\n네이버 메일 앱에서 보냈습니다."),
    "outlook app": ("네, 감사합니다!\n\nOutlook for iOS를 통해 보냄"),
    "phone, en": ("네, 감사합니다!\n\nSent from my Galaxy"),
    "phone, ja": ("네, 감사합니다!\n\nスマートフォンから送信"),
}


@pytest.mark.parametrize("name", REPLIES)
def test_a_reply_is_shown_without_what_it_answers_to(name: str):
    trimmed = trim(REPLIES[name])
    assert trimmed.shown == "네, 감사합니다!"
    assert trimmed.hidden


WHOLE = {
    "no quote": ("배송이 언제 오나요?\n주문 번호는 1234입니다."),
    "between the lines": (
        "On Mon, Nov 16, 2026 at 10:12 AM Haru <help@haru.example> wrote:\n"
        "> Which size?\n"
        "Large, please, with the blue handle on it.\n"
        "> Which colour?\n"
        "Blue."
    ),
    "marks between lines, no introduction": ("> Which size?\nLarge.\n> Which colour?\nBlue."),
    "a sentence like one": ("My friend wrote:\n"),
    "words with a colon": ("제 생각은 이렇습니다. 어제 직원이 작성:\n"),
    "a list of headers too short": ("From: Seoul\nI want to send a parcel to Busan."),
    "only a quote": ("> 안녕하세요.\n> 배송은 내일입니다."),
    "dashes": ("One\n---\nTwo\n-- not a signature\nThree"),
    "a telephone that is talked of": ("아이폰에서 보냄 표시를 없애는 방법이 궁금해요"),
    "empty": (""),
    "a sentence of her own that looks like one": ("어제 제가 리뷰를 썼습니다.\n그런데 사라졌어요."),
    "on a day, without a time": ("On Monday my friend wrote:\nHello there"),
    "sent by post": ("택배는 찾았어요.\n어제 우체국에서 보냈습니다."),
    "sent by a courier": ("I got your parcel.\nSent via DHL yesterday."),
    "sent through somebody": ("반품은요?\n퀵을 통해 보냈습니다."),
    "sent from the head office": ("ありがとうございます。\n本社から送信されました"),
}


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_no_quote_is_shown(name: str):
    trimmed = trim(WHOLE[name])
    assert trimmed.shown == WHOLE[name].strip("\n")
    assert not trimmed.hidden


def test_a_forwarded_mail_without_words_of_ones_own_is_shown_whole():
    head = "---------- Forwarded message ---------\nFrom: A <a@b.example>\nDate: today\nSubject: x\nTo: c\n"
    forwarded = f"{head}\nThe words.\n"
    assert "The words." in trim(forwarded).shown


@given(st.text(alphabet=st.sampled_from("> \n-:：_|가a@<>0년월于写道はwrote작성"), max_size=600))
def test_any_text_shows_something_and_nothing_that_is_not_in_it(text: str):
    shown = trim(text).shown
    assert shown.strip() or not text.strip()
    lines = iter(text.split("\n"))
    assert all(line in lines for line in shown.split("\n"))


def test_lines_that_may_begin_a_quote_are_tried_so_often_and_no_more():
    quote = "On Mon, Nov 16, 2026 at 10:12 AM Haru <help@haru.example> wrote:\n> Hello."
    few, many = ("See this:\n\n" * times + quote for times in (10, _mail_quotes.MOST_TRIED))
    assert "wrote" not in trim(few).shown
    assert "wrote" in trim(many).shown
