"""Search: we make the tokens, so both databases answer alike, whatever the language."""

import asyncio
import re
import unicodedata
from typing import Literal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.egress.access import Role, Viewer
from gateway.events import AgentId, TeamId
from gateway.store import Reader, Store
from gateway.store.search import LETTERS, MARKS, fts_query, runs, tokens, ts_query
from gateway.stream import describe
from gateway.stream.contacts import update_contact
from gateway.stream.edit import edit_message, erase_message
from gateway.stream.merge import merge
from inbox.filters import Question
from inbox.search import search
from tests.world import World, in_team

ALL = Viewer(AgentId("anna"), Role.SUPERVISOR)
SALES = Viewer(AgentId("bo"), Role.AGENT, frozenset({TeamId("sales")}))
TEXTS = (
    "배송이 언제 되나요? 주문번호 12345 입니다",
    "배송 문의드립니다",
    "Wo bleibt mein Päckchen? Straße 5",
    "Où est ma commande, s'il vous plaît? café CRÈME",
    "東京タワーへ行きたい。配送はいつですか",
    "ガラス のコップ",
    "ติดตามพัสดุ ของฉัน",
    "हिन्दी में लिखा हुआ संदेश",
    "The e-mail is anna.smith@example.com, phone +49 30 12345",
    "ＦＵＬＬ ｗｉｄｔｈ ﬁne",
    "underscore_word and under score",
    "don't won't can't",
    "😀 emoji only 👍🏽",
    "İstanbul ILIK",
)
QUERIES = {
    "배송": {0, 1},
    "배송이": {0},
    "송이": {0},
    "배": {0, 1},
    "주문": {0},
    "주문번": {0},
    "문번": {0},
    "배 송": {0, 1},
    "packchen": {2},
    "PÄCKCHEN": {2},
    "strasse": {2},
    "stras": {2},
    "commande cafe": {3},
    "creme": {3},
    "東京": {4},
    "京タ": {4},
    "東タ": set(),
    "配送": {4},
    "ガラス": {5},
    "かラス": set(),
    "พัสดุ": {6},
    "हिन्दी": {7},
    "anna.smith@example.com": {8},
    "anna smith": {8},
    "example com": {8},
    "4930": set(),
    "full width": {9},
    "fine": {9},
    "underscore": {10},
    "under_score": {10},
    "don't": {11},
    "emoji": {12},
    "istanbul": {13},
    "the AND": set(),
    'the" OR "x': set(),
    "12345": {0, 8},
    "123": {0, 8},
    "commande xyz": set(),
}


@pytest.fixture
async def world(store: Store) -> World:
    return await World.made(store)


async def found(world: World, query: str, viewer: Viewer = ALL) -> list[str]:
    async def look(reader: Reader) -> list[str]:
        page = await search(reader, viewer, Question(words=query), lambda row: "", before=None, limit=50)
        return [one["message"]["id"] for hit in page["hits"] for one in hit["messages"]]

    return await world.store.scan(look)


async def test_every_query_finds_the_same_on_both(world: World) -> None:
    taken = await asyncio.gather(*(world.says(f"+{n}", text) for n, text in enumerate(TEXTS)))
    ids = {str(one.message): n for n, one in enumerate(taken)}
    answers = {query: {ids[message] for message in await found(world, query)} for query in QUERIES}
    assert answers == QUERIES


async def test_newest_first_page_by_page(world: World) -> None:
    taken = [await world.says(f"+{n}", f"배송 {n}") for n in range(25)]
    seen: list[str] = []
    before: str | None = None
    for _ in range(5):

        async def look(reader: Reader, before: str | None = before) -> tuple[list[str], str | None]:
            asked = Question(words="배송")
            page = await search(reader, ALL, asked, lambda row: "", before=before, limit=10)
            return [one["message"]["id"] for hit in page["hits"] for one in hit["messages"]], page["before"]

        ids, before = await world.store.scan(look)
        seen += ids
        if before is None:
            break
    assert seen == [one.message for one in reversed(taken)]


async def test_what_one_may_not_see_is_not_found(world: World) -> None:
    ours = await world.says("+1", "hats", intake=in_team("sales"))
    theirs = await world.says("+2", "hats", intake=in_team("support"))
    open_ = await world.says("+3", "hats")
    assert await found(world, "hats") == [open_.message, theirs.message, ours.message]
    assert await found(world, "hats", SALES) == [open_.message, ours.message]
    await world.do(merge, ours.conversation, theirs.conversation)
    assert await found(world, "hats", SALES) == [open_.message]


async def test_edited_and_erased_words(world: World) -> None:
    taken = await world.says("+1", "the old words")
    posted = await world.answers(taken.conversation, "misspelt")
    await world.do(edit_message, posted.message, "spelt well")
    assert await found(world, "misspelt") == []
    assert await found(world, "spelt") == [posted.message]
    await world.do(erase_message, taken.message)
    assert await found(world, "old words") == []


async def test_people_and_subjects(world: World) -> None:
    taken = await world.says(
        "mailto:grace@example.com", "hello", subject="Rechnung für Mai", name="Grace Hopper"
    )
    await world.says("+2", "hello")

    async def about(query: str) -> list[str]:
        async def look(reader: Reader) -> list[str]:
            page = await search(reader, ALL, Question(words=query), lambda row: "", before=None, limit=50)
            return [hit["conversation"]["id"] for hit in page["hits"] if not hit["messages"]]

        return await world.store.scan(look)

    for query in ("rechnung", "FUR mai", "hopper", "grace@example.com"):
        assert await about(query) == [taken.conversation], query
    await world.do(describe.set_subject, taken.conversation, "Mahnung")
    await world.do(update_contact, await world.contact_of("mailto:grace@example.com"), name="Ada")
    assert await about("rechnung") == await about("hopper") == []
    assert await about("mahnung") == await about("ada") == [taken.conversation]


@given(st.text())
@example("ß" * 40_000)
@example("가" * 20_000)
@example("a_b\0c")
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_tokens_hold_nothing_that_a_database_would_part(text: str) -> None:
    made = tokens(text)
    assert made == tokens(unicodedata.normalize("NFD", text)) == tokens(unicodedata.normalize("NFC", text))
    for token in made.split(" "):
        assert not any(letter in token for letter in "'\"\\_:&|!()<>*\0")
        assert len(token.encode()) <= 4 * 64


@given(st.text(max_size=30))
def test_both_forms_of_a_query_ask_for_something_or_neither_does(query: str) -> None:
    assert fts_query(query).count('"') % 2 == 0
    assert bool(fts_query(query)) == bool(ts_query(query))


STRANGE = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=24)


@pytest.mark.may_block("many examples against a real database")
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(texts=st.lists(STRANGE, min_size=1, max_size=5))
async def test_whatever_was_written_is_found_by_its_own_words(world: World, texts: list[str]) -> None:
    # Each in a conversation of its own: of one conversation only some hits are shown.
    says = (world.says(f"+{number}", text) for number, text in enumerate(texts))
    taken = await asyncio.gather(*says)
    for one, text in zip(taken, texts, strict=True):
        if fts_query(text) and len(runs(text)) <= 16:
            assert one.message in await found(world, text), (text, tokens(text), fts_query(text))


@pytest.mark.parametrize("text", ["😀 👍🏽", "…", "", "   ", "___", "\u0301"])
async def test_a_query_without_a_letter_finds_nothing(world: World, text: str) -> None:
    await world.says("+1", "hello 😀")
    assert await found(world, text) == []


@pytest.mark.parametrize("letter", ["\ufdfa", "a\u0301", "\u0345\u0316", "각é", "😀", "\u0390"])
def test_what_is_normalised_and_indexed_is_bounded(letter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Putting marks in order costs the square of their number, and one letter may become eighteen."""
    seen: list[str] = []
    real = unicodedata.normalize

    def normalize(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
        seen.append(text)
        return real(form, text)

    with monkeypatch.context() as patched:
        patched.setattr(unicodedata, "normalize", normalize)
        found = tokens(letter * 100_000)
    assert max(len(text) for text in seen) <= 2 * LETTERS
    assert len(seen[0]) <= LETTERS
    assert all(len(row) <= 2 * MARKS for text in seen for row in re.findall(r"[^\w\s]+", text))
    assert len(found) <= 3 * LETTERS


def test_thirty_marks_are_no_obstacle() -> None:
    assert runs("a" + "\u0301" * 9_000 + "bc d") == ["abc", "d"]
    assert runs("각" * 10_000 + "é") == ["각" * 10_000, "e"]
