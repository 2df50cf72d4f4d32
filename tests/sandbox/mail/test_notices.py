"""What a house of mail writes by itself is what Parley takes it for."""

from email.policy import SMTP

from gateway.channels._mail_auto import Origin, automatic
from gateway.channels._mail_bounces import bounces
from gateway.channels._mail_parse import parse
from gateway.sandbox.mail.letters import Person, read_content, read_head
from gateway.sandbox.mail.notices import away, bounce, needs_no_answer
from gateway.sandbox.mail.office import FULL
from tests.sandbox.mail.hall import HANEUL, written

AT = 1_763_949_600_000


def test_a_bounce_names_the_mail_the_recipient_and_the_reason() -> None:
    raw = written().as_bytes(policy=SMTP)
    report = bounce(raw, "help@haru.example", HANEUL, FULL, AT)
    (found,) = bounces(parse(report))
    assert (found.message_id, found.recipient) == ("shop.1@haru.example", HANEUL)
    assert (found.action, found.code) == ("failed", "5.2.2")
    assert "Mailbox full" in found.words
    assert automatic(parse(report), null_sender=True) is Origin.BOUNCE
    # She who gets one herself can read it.
    assert HANEUL in read_content(report).text


def test_an_out_of_office_note_is_nobody_s_message() -> None:
    head = read_head(written("Your parcel").as_bytes(policy=SMTP))
    for language, words in (("ko", "휴가"), ("en", "away")):
        note = away(head, Person("김하늘", HANEUL), language, "help@haru.example", AT)
        mail = parse(note)
        assert automatic(mail) is Origin.AWAY
        assert words in mail.text and "Your parcel" in mail.subject
        assert mail.in_reply_to == ["shop.1@haru.example"] or tuple(mail.in_reply_to) == (
            "shop.1@haru.example",
        )


def test_what_no_person_wrote_is_not_answered() -> None:
    person = read_head(written().as_bytes(policy=SMTP))
    machine = read_head(written(Auto_Submitted="auto-generated").as_bytes(policy=SMTP))
    assert not needs_no_answer(person, "help@haru.example")
    assert needs_no_answer(person, "") and needs_no_answer(person, "Mailer-Daemon@haru.example")
    assert needs_no_answer(machine, "help@haru.example")
