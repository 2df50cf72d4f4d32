"""The browser's types: fresh, one file a room, and saying what the wires say."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from gateway.typescript import folder
from gateway.typescript.comments import comment
from gateway.typescript.rooms import HEAD, everything
from gateway.typescript.shapes import Names, Page, shapes

EXPORT = re.compile(r"^export (?:interface|type|const) (\w+)", re.MULTILINE)
IMPORT = re.compile(r"^import type \{([^}]*)\} from \"([^\"]*)\";$", re.MULTILINE)
SPEAKS = """from typing import NotRequired
from pydantic import BaseModel
from typing_extensions import TypedDict
"""
Speak = Callable[[str, str], ModuleType]

PAGES = everything()
SPOKEN = {name: text for name, text in PAGES.items() if name != "index.ts"}


def exported(text: str) -> set[str]:
    return set(EXPORT.findall(text))


def imported(name: str, text: str) -> dict[str, set[str]]:
    """What a page imports, by the page that it names."""
    found: dict[str, set[str]] = {}
    for names, source in IMPORT.findall(text):
        path = (Path("/") / name).parent / f"{source}.ts"
        page = path.resolve().relative_to("/").as_posix()
        found[page] = {one.strip() for one in names.split(",") if one.strip()}
    return found


def named(text: str) -> set[str]:
    """The types that a page speaks of, outside of its comments, texts and imports."""
    plain = re.sub(r"/\*.*?\*/|//[^\n]*|\"[^\"]*\"", "", IMPORT.sub("", text), flags=re.DOTALL)
    return set(re.findall(r"\b([A-Z]\w+)\b", plain))


# --- the folder -----------------------------------------------------------------------------------------------------


def test_the_folder_is_fresh() -> None:
    assert folder.main(["--check"]) == 0, "run `make types`"


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder just written."""
    target = tmp_path / "src" / "wire"
    monkeypatch.setattr(folder, "TARGET", target)
    assert folder.main([]) == 0
    assert folder.main(["--check"]) == 0
    return target


def test_what_is_not_there_yet_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(folder, "TARGET", tmp_path / "wire")
    assert folder.main(["--check"]) == 1
    said = capsys.readouterr().err
    assert said.count("is missing: run `make types`") == len(PAGES)
    assert not (tmp_path / "wire").exists(), "looking writes nothing"


def test_a_missing_page_is_found_and_made(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (made / "rest" / "hours.ts").unlink()
    assert folder.main(["--check"]) == 1
    assert "static/src/wire/rest/hours.ts is missing: run `make types`" in capsys.readouterr().err
    assert folder.main([]) == folder.main(["--check"]) == 0


def test_a_stale_page_is_found_and_made_anew(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, other = made / "types.ts", made / "agent.ts"
    page.write_text(page.read_text("utf-8").replace("inline: boolean", "inline: string"), encoding="utf-8")
    before = other.stat().st_mtime_ns
    assert folder.main(["--check"]) == 1
    assert capsys.readouterr().err == "static/src/wire/types.ts is stale: run `make types`\n"
    assert folder.main([]) == folder.main(["--check"]) == 0
    assert other.stat().st_mtime_ns == before, "what is fresh is left alone"


def test_a_page_that_is_made_no_more_is_found_and_goes(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (made / "rest" / "former.ts").write_text(f"{HEAD}\nexport interface Former {{\n}}\n", encoding="utf-8")
    assert folder.main(["--check"]) == 1
    assert "rest/former.ts is nothing that is made" in capsys.readouterr().err
    assert folder.main([]) == folder.main(["--check"]) == 0
    assert not (made / "rest" / "former.ts").exists()


def test_somebody_s_own_page_is_named_but_stays(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (made / "mine.ts").write_text("export type Mine = string;\n", encoding="utf-8")
    assert folder.main([]) == 1
    assert "mine.ts is nothing that is made" in capsys.readouterr().err
    assert (made / "mine.ts").exists()


# --- the pages ------------------------------------------------------------------------------------------------------


def test_every_room_has_a_page_and_no_page_is_long() -> None:
    wires = {"types.ts", "house.ts", "agent.ts", "visitor.ts"}
    assert wires | {"commands.ts", "commands/bulk.ts", "rest/hours.ts"} <= set(PAGES)
    assert all(text.startswith(HEAD) for text in PAGES.values())
    assert max(len(text.splitlines()) for text in PAGES.values()) < 400
    assert not [name for name, text in PAGES.items() if not re.search("^export ", text, re.MULTILINE)]


def test_one_page_tells_of_all_the_others() -> None:
    told = re.findall(r'^export \* from "\./([^"]*)";$', PAGES["index.ts"], re.MULTILINE)
    assert sorted(f"{page}.ts" for page in told) == sorted(SPOKEN)


def test_no_name_is_used_twice() -> None:
    names = [name for text in SPOKEN.values() for name in EXPORT.findall(text)]
    assert [name for name, count in Counter(names).items() if count > 1] == []


@pytest.mark.parametrize("name", sorted(SPOKEN))
def test_a_page_imports_what_it_names_and_nothing_else(name: str) -> None:
    text = SPOKEN[name]
    sources = imported(name, text)
    foreign = set().union(*sources.values()) if sources else set()
    assert named(text) - exported(text) - {"Record"} == foreign
    for source, names in sources.items():
        assert source != name
        assert names <= exported(SPOKEN[source]), f"{source} does not say {names}"


def test_names_both_wires_use_get_their_prefix() -> None:
    agent, visitor = PAGES["agent.ts"], PAGES["visitor.ts"]
    assert "export interface AgentEventsFrame {" in agent
    assert "export interface VisitorEventsFrame {" in visitor
    assert not {"EventsFrame", "PROTOCOL", "Hello"} & (exported(agent) | exported(visitor))
    assert "events: AgentEvent[];" in agent
    assert "export const AGENT_PROTOCOL = 1;" in agent
    assert "export const VISITOR_PROTOCOL = 1;" in visitor
    assert "export type FromVisitor = VisitorHello | VisitorTyping | Seen;" in visitor


def test_no_number_is_told_that_the_browser_does_not_use() -> None:
    constants = {
        name for text in SPOKEN.values() for name in re.findall(r"^export const (\w+)", text, re.MULTILINE)
    }
    browser = "\n".join(
        path.read_text("utf-8")
        for path in folder.TARGET.parent.rglob("*.ts*")
        if folder.TARGET not in path.parents
    )
    assert constants
    assert not [name for name in constants if not re.search(rf"\b{name}\b", browser)]


def test_commands_are_typed_by_name() -> None:
    assert "  reply: { args: Reply; value: Written };" in PAGES["commands.ts"]
    assert imported("commands.ts", PAGES["commands.ts"])["commands/writing.ts"] >= {"Reply", "Written"}


def test_comments_and_optional_fields_are_kept() -> None:
    assert (
        "/** Signed for the audience that reads this, and expiring. */\n  url: string;" in PAGES["types.ts"]
    )
    assert "  entered?: boolean;" in PAGES["types.ts"]
    assert "  cursor?: string | null;" in PAGES["agent.ts"]
    assert "*/*`" not in "".join(PAGES.values()), "a comment must not end early"


def test_a_comment_takes_as_many_lines_as_it_has() -> None:
    assert comment(None) == ""
    assert comment("One.", "  ") == "  /** One. */\n"
    assert comment("One.\nTwo.") == "/**\n * One.\n * Two.\n */\n"


# --- shapes that inherit --------------------------------------------------------------------------------------------


@pytest.fixture
def speak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Speak:
    """Makes a module of a text."""

    def say(name: str, text: str) -> ModuleType:
        path = tmp_path / f"{name}.py"
        path.write_text(SPEAKS + text, encoding="utf-8")
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
        return module

    return say


def page_of(module: ModuleType, *others: ModuleType) -> str:
    names = Names({one: f"rooms/{one.__name__}" for one in (module, *others)}, {}, frozenset())
    page = Page(f"rooms/{module.__name__}", names)
    return page.text(page.interface(shape) for shape in shapes(module))


def test_what_is_inherited_is_not_said_again(speak: Speak) -> None:
    low = speak("low", "class Line(TypedDict):\n    at: int\n    kind: str\n")
    high = speak(
        "high", "from low import Line\nclass Told(Line):\n    who: str\n    last: NotRequired[Line]\n"
    )
    assert page_of(high, low) == (
        'import type { Line } from "./low";\n\n'
        "export interface Told extends Line {\n  who: string;\n  last?: Line;\n}\n"
    )


def test_what_is_said_otherwise_than_by_the_parent_is_said(speak: Speak) -> None:
    text = "class Ask(BaseModel):\n    q: str | None = None\n    n: int = 0\nclass Must(Ask):\n    q: str\n"
    assert page_of(speak("asking", text)).endswith("export interface Must extends Ask {\n  q: string;\n}\n")


def test_a_parent_that_is_not_written_gives_its_fields_and_comments(speak: Speak) -> None:
    hidden = 'class _In(BaseModel):\n    key: str\n    """By which it is known."""\nclass Say(_In):\n    text: str\n'
    assert page_of(speak("hidden", hidden)) == (
        "export interface Say {\n  /** By which it is known. */\n  key: string;\n  text: string;\n}\n"
    )


def test_several_parents_are_all_named(speak: Speak) -> None:
    text = "class A(TypedDict):\n    a: int\nclass B(TypedDict):\n    b: int\nclass C(A, B):\n    c: int\n"
    assert page_of(speak("several", text)).endswith("export interface C extends A, B {\n  c: number;\n}\n")


def test_a_name_that_two_modules_use_is_the_one_that_the_speaker_means(speak: Speak) -> None:
    one = speak("one", "class Same(TypedDict):\n    a: int\n")
    two = speak("two", "class Same(TypedDict):\n    b: int\n")
    three = speak("three", "from two import Same\nclass Asked(TypedDict):\n    same: Same\n")
    assert page_of(three, one, two).startswith('import type { Same } from "./two";')


def test_a_shape_of_no_room_is_refused(speak: Speak) -> None:
    speak("elsewhere", "class Strange(TypedDict):\n    a: int\n")
    here = speak("here", "from elsewhere import Strange\nclass Asked(TypedDict):\n    it: Strange\n")
    with pytest.raises(LookupError, match="here speaks of Strange"):
        page_of(here)
