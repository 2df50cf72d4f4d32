"""What the page shows of a mailbox."""

from email.policy import SMTP

from gateway.sandbox.mail.letters import File, Person
from gateway.sandbox.mail.office import Office
from gateway.sandbox.mail.residents import SHOP, residents
from gateway.sandbox.mail.views import begun, opened, shown, written
from gateway.sandbox.mail.writing import Draft
from tests.sandbox.mail.hall import HANEUL
from tests.sandbox.mail.hall import written as mail


def test_a_list_has_no_words_and_an_opened_mail_has_all() -> None:
    office = Office(lambda: 7, SHOP)
    office.add(*residents())
    whole = mail(text="the words", Cc="Lee <lee@x.example>")
    whole.add_attachment(b"1234", "application", "pdf", filename="a.pdf")
    letter = office.boxes[HANEUL].put(whole.as_bytes(policy=SMTP), 7, "inbox")
    office.boxes[HANEUL].put(mail("later").as_bytes(policy=SMTP), 8, "inbox")
    now = shown(office, HANEUL)
    assert [one["subject"] for one in now["letters"]] == ["later", "Your parcel"]
    row = now["letters"][1]
    assert (row["preview"], row["files"], row["unread"], row["at"]) == ("the words", 1, True, 7)
    assert "text" not in row and row["from"]["name"] == "Sora Han"
    assert {box["address"]: box["unread"] for box in now["boxes"]}[HANEUL] == 2
    read = opened(letter)
    assert (read["text"], read["page"]) == ("the words", False)
    assert [one["address"] for one in read["cc"]] == ["lee@x.example"]
    assert read["attached"] == [{"place": 0, "name": "a.pdf", "type": "application/pdf", "size": 4}]


def test_a_draft_is_as_one_types_it() -> None:
    people = (Person("Lee", "lee@x.example"), Person("", "b@x.example"))
    assert written(people) == "Lee <lee@x.example>, b@x.example"
    told = begun(Draft(people, (), "Re: x", "> y"), {"f1": File("a", "image/png", b"12")})
    assert (told["to"], told["cc"], told["quote"]) == (written(people), "", "> y")
    assert told["files"] == [{"id": "f1", "name": "a", "type": "image/png", "size": 2}]
