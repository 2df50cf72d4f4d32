"""What becomes of a message on its way: no order of the news, and no repeat, changes how it ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.delivery import (
    ARRIVED,
    LANE_WAIT_MOST,
    RANK,
    Attempt,
    Pace,
    Part,
    State,
    cut,
    fold,
    length,
    of_part,
    parts_of,
    rise,
)

KEYS = some.tuples(some.sampled_from(["ann", "bea"]), some.integers(0, 2), some.integers(1, 3))
HEARD = some.lists(some.tuples(KEYS, some.sampled_from(State)), min_size=1, max_size=12)


def after(heard: list[tuple[tuple[str, int, int], State]]) -> State | None:
    states: dict[tuple[str, int, int], State] = {}
    for key, news in heard:
        states[key] = rise(states.get(key, State.QUEUED), news)
    return fold(Attempt(*key, state) for key, state in states.items())


@given(HEARD, some.data())
def test_any_order_and_any_repeat_end_in_the_same_state(
    heard: list[tuple[tuple[str, int, int], State]], data: some.DataObject
) -> None:
    repeated = heard + data.draw(some.lists(some.sampled_from(heard), max_size=8))
    assert after(data.draw(some.permutations(repeated))) is after(heard)


@given(some.lists(some.sampled_from(State), min_size=1))
def test_an_attempt_only_rises(heard: list[State]) -> None:
    state = State.QUEUED
    for news in heard:
        risen = rise(state, news)
        assert RANK[risen] >= RANK[state]
        state = risen


def attempts(*states: State) -> list[Attempt]:
    return [Attempt("ann", 0, number, state) for number, state in enumerate(states, 1)]


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        ((State.SENT,), State.SENT),
        ((State.DEFERRED, State.QUEUED), State.QUEUED),
        ((State.DEFERRED,), State.QUEUED),
        ((State.FAILED, State.QUEUED), State.QUEUED),
        ((State.UNKNOWN, State.FAILED), State.FAILED),
        ((State.UNKNOWN, State.SENT), State.SENT),
        # The agent sent it again, and then it turned out that the first one had arrived.
        ((State.DELIVERED, State.FAILED), State.DELIVERED),
        ((State.READ, State.SENT), State.READ),
    ],
)
def test_a_part_shows_its_latest_attempt_unless_another_arrived(
    states: tuple[State, ...], shown: State
) -> None:
    assert of_part(attempts(*states)) is shown
    assert of_part(reversed(attempts(*states))) is shown


def test_a_message_shows_its_worst_part_and_its_worst_recipient() -> None:
    ann = Attempt("ann", 0, 1, State.READ)
    for worse in (State.DELIVERED, State.SENT, State.SENDING, State.QUEUED, State.UNKNOWN, State.FAILED):
        assert fold([ann, Attempt("ann", 1, 1, worse)]) is worse
        assert fold([Attempt("bea", 0, 1, worse), ann]) is worse
    assert fold([]) is None


@given(HEARD)
def test_nothing_is_said_to_have_arrived_while_a_part_has_not(
    heard: list[tuple[tuple[str, int, int], State]],
) -> None:
    arrived = {(key[0], key[1]) for key, news in heard if news in ARRIVED}
    if {(key[0], key[1]) for key, _ in heard} - arrived:
        assert after(heard) not in ARRIVED


@given(some.text(alphabet="ab. \n가😀", max_size=80), some.integers(2, 30))
def test_a_cut_text_loses_nothing_but_the_space_it_is_cut_at(text: str, most: int) -> None:
    cuts = cut(text, most)
    assert all(0 < length(text[start:end]) <= most for start, end in cuts)
    at = 0
    for start, end in cuts:
        assert not text[at:start].strip()
        at = end
    assert not text[at:].strip()
    assert "".join("".join(text[a:b] for a, b in cuts).split()) == "".join(text.split())


def test_it_is_cut_between_lines_sentences_and_words() -> None:
    def pieces(text: str, most: int) -> list[str]:
        return [text[start:end] for start, end in cut(text, most)]

    assert pieces("one two three\nfour five", 20) == ["one two three", "four five"]
    assert pieces("Come in. Sit down please.", 16) == ["Come in.", "Sit down please."]
    assert pieces("배송이 늦어졌어요 죄송합니다", 12) == ["배송이 늦어졌어요", "죄송합니다"]
    assert pieces("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert pieces("short", 160) == ["short"]
    # A provider counts an emoji as two, and none is cut in two.
    assert pieces("😀" * 5, 5) == ["😀😀", "😀😀", "😀"]
    assert pieces("😀", 1) == ["😀"]


def test_files_go_with_the_first_words_or_after_all_of_them() -> None:
    assert parts_of("hello there", True, 6) == [Part(0, 5, files=True), Part(6, 11)]
    assert parts_of("hello there", True, 6, captions=False) == [
        Part(0, 5),
        Part(6, 11),
        Part(0, 0, files=True),
    ]
    assert parts_of("  ", True, 6) == [Part(0, 0, files=True)]
    assert parts_of("hello" + " " * 40, False, 6) == [Part(0, 5)]


@given(some.integers(1, 60), some.floats(0, 1))
def test_pauses_grow_and_stay_within_bounds(tries: int, chance: float) -> None:
    pace = Pace()
    pause = pace.backoff(tries, chance)
    assert 0.5 * pace.first <= pause <= 1.5 * pace.most
    assert pace.backoff(tries + 1, chance) >= pause


def test_a_pace_that_could_send_twice_or_block_for_long_is_refused() -> None:
    with pytest.raises(ValueError, match="outlast"):
        Pace(lease=10, answer=10)
    with pytest.raises(ValueError, match="at most"):
        Pace(lane_wait=LANE_WAIT_MOST + 1)
