"""The browser's types: fresh, and saying what the wires say."""

from __future__ import annotations

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


def test_comments_and_optional_fields_are_kept() -> None:
    text = typescript.everything()
    assert "/** Signed for the audience that reads this, and expiring. */\n  url: string;" in text
    assert "  entered?: boolean;" in text
    assert "  cursor?: string | null;" in text
    assert "*/*`" not in text, "a comment must not end early"
