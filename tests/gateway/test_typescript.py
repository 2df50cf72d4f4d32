"""The browser's types: fresh, and saying what the wires say."""

from __future__ import annotations

import re
from collections import Counter

from gateway import typescript


def test_the_file_is_fresh() -> None:
    assert typescript.main(["--check"]) == 0, "run `make types`"


def test_a_stale_file_is_found(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(typescript, "TARGET", tmp_path / "src" / "wire.ts")
    assert typescript.main(["--check"]) == 1
    assert "make types" in capsys.readouterr().err
    assert typescript.main([]) == 0
    assert typescript.main(["--check"]) == 0


def test_names_both_wires_use_get_their_prefix() -> None:
    text = typescript.everything()
    assert "export interface AgentEventsFrame {" in text
    assert "export interface VisitorEventsFrame {" in text
    assert "export interface EventsFrame {" not in text
    assert "events: AgentEvent[];" in text
    assert "export type FromVisitor = VisitorHello | VisitorTyping | Seen;" in text


def test_no_name_is_used_twice() -> None:
    names = re.findall(r"^export (?:interface|type|const) (\w+)", typescript.everything(), re.MULTILINE)
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_every_shape_that_is_named_is_there() -> None:
    text = typescript.everything()
    names = set(re.findall(r"^export (?:interface|type|const) (\w+)", text, re.MULTILINE))
    used = set(
        re.findall(r"\b([A-Z]\w+)\b", re.sub(r"/\*.*?\*/|//[^\n]*|\"[^\"]*\"", "", text, flags=re.DOTALL))
    )
    assert used - names == {"Record"}


def test_commands_are_typed_by_name() -> None:
    assert "  reply: { args: Reply; value: Written };" in typescript.everything()


def test_comments_and_optional_fields_are_kept() -> None:
    text = typescript.everything()
    assert "/** Signed for the audience that reads this, and expiring. */\n  url: string;" in text
    assert "  entered?: boolean;" in text
    assert "  cursor?: string | null;" in text
    assert "*/*`" not in text, "a comment must not end early"
