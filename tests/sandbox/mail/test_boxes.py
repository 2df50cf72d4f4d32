"""A mailbox keeps threads together, and the newest mails only."""

from email.policy import SMTP

from gateway.sandbox.mail import boxes
from gateway.sandbox.mail.boxes import MOST_LETTERS, Box
from gateway.sandbox.mail.letters import Person
from tests.sandbox.mail.hall import HANEUL, written

OWNER = Person("김하늘", HANEUL)


def raw(name: str, *, answers: str = "", text: str = "words") -> bytes:
    more = {"In_Reply_To": answers} if answers else {}
    return written(text=text, **{"Message-ID": f"<{name}@x>", **more}).as_bytes(policy=SMTP)


def test_a_thread_is_what_answers_what_lies_here() -> None:
    box = Box(OWNER, "ko")
    first = box.put(raw("one"), 1, "inbox")
    mine = box.put(raw("two", answers="<one@x>"), 2, "sent", "sending")
    other = box.put(raw("three", answers="<elsewhere@x>"), 3, "inbox")
    last = box.put(raw("four", answers="<two@x>"), 4, "inbox")
    assert first.thread == mine.thread == last.thread != other.thread
    assert [one.id for one in box.thread(first.thread)] == [first.id, mine.id, last.id]
    assert box.unread == 3 and not mine.unread and mine.state == "sending"
    assert box.find(mine.id) is mine and box.find("nothing") is None
    box.drop(first.thread)
    assert box.letters == [other]


def test_the_oldest_go_when_there_are_too_many() -> None:
    box = Box(OWNER, "ko")
    ids = [box.put(raw(f"n{number}"), number, "inbox").id for number in range(MOST_LETTERS + 3)]
    assert [letter.id for letter in box.letters] == ids[3:]


def test_the_oldest_go_when_they_are_too_large(monkeypatch) -> None:
    monkeypatch.setattr(boxes, "MOST_BYTES", 5_000)
    box = Box(OWNER, "ko")
    for number in range(4):
        box.put(raw(f"n{number}", text="word " * 300), number, "inbox")
    assert 0 < box.size <= 5_000 and box.letters[-1].at == 3
    # One that is larger than all of it stays until the next comes.
    large = box.put(raw("large", text="word " * 3_000), 9, "inbox")
    assert box.letters == [large]
