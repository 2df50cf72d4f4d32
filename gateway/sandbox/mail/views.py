"""What the mail program's page shows of the house of mail. Everything is read from it as it stands."""

from __future__ import annotations

from typing import Any

from gateway.sandbox.mail.boxes import MOST_BYTES, Box
from gateway.sandbox.mail.letters import File, Letter, Person, read_content
from gateway.sandbox.mail.office import Office
from gateway.sandbox.mail.writing import Draft

Json = dict[str, Any]


def shown(office: Office, address: str) -> Json:
    """Everything that is seen while this mailbox is open; `letters` are without their words, the newest first."""
    box = office.boxes[address]
    return {
        "box": address,
        "boxes": [_box(one) for one in office.boxes.values() if one.listed],
        "letters": [_letter(one) for one in reversed(box.letters)],
    }


def opened(letter: Letter) -> Json:
    """One mail with its words; `files` are those that do not stand in its page, by their places among all."""
    content = read_content(letter.raw)
    return {
        **_letter(letter),
        "to": _people(letter.head.to),
        "cc": _people(letter.head.cc),
        "text": content.text,
        "page": bool(content.html),
        "attached": [
            {"place": place, "name": file.name, "type": file.mime, "size": len(file.body)}
            for place, file in content.beside
        ],
    }


def begun(draft: Draft, files: dict[str, File]) -> Json:
    """`files`: what goes along, by the names under which it lies ready."""
    return {
        "to": written(draft.to),
        "cc": written(draft.cc),
        "subject": draft.subject,
        "quote": draft.quote,
        "files": [ready(key, file) for key, file in files.items()],
    }


def ready(key: str, file: File) -> Json:
    return {"id": key, "name": file.name, "type": file.mime, "size": len(file.body)}


def written(people: tuple[Person, ...]) -> str:
    """As one types them."""
    return ", ".join(one.shown for one in people)


def _box(box: Box) -> Json:
    return {
        "address": box.owner.address,
        "name": box.owner.name,
        "language": box.language,
        "unread": box.unread,
        "room": round(100 * min(1.0, box.size / MOST_BYTES)),
        "takes": box.takes,
        "put_off": box.put_off,
        "afterwards": box.afterwards,
        "slow": box.slow,
        "away": box.away,
    }


def _letter(letter: Letter) -> Json:
    head = letter.head
    return {
        "id": letter.id,
        "thread": letter.thread,
        "folder": letter.folder,
        "at": letter.at,
        "from": {"name": head.sender.name, "address": head.sender.address},
        "for": ", ".join(one.name or one.address for one in (*head.to, *head.cc)),
        "subject": head.subject,
        "preview": letter.preview,
        "files": letter.files,
        "automatic": head.automatic,
        "unread": letter.unread,
        "state": letter.state,
        "words": letter.words,
    }


def _people(people: tuple[Person, ...]) -> list[Json]:
    return [{"name": one.name, "address": one.address} for one in people]
