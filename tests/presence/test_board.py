"""The board: who is here, who looks, who types. Every rule by hand, then any order of acts against a model."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from presence.board import AWAY, BUSY, ONLINE, Board, Timings, Typist

T = Timings(expires=60_000, settles=5_000, typing=6_000)
PING = 20_000
ANN, BOB = "ann", "bob"


def board() -> Board:
    return Board(T)


def here(on: Board, agent: str, tab: str, now: int, *, visible: bool = True, active: bool = True) -> None:
    on.here(agent, tab, visible=visible, active=active, now=now)


def typist(agent: str = ANN, mode: str = "public") -> Typist:
    return Typist("agent", agent, agent.title(), mode)


def is_empty(on: Board) -> bool:
    """Nothing at all is held: what is forgotten costs no memory."""
    return not (on._tabs or on._typing)


# --- people ---------------------------------------------------------------------------------------------------------


def test_two_tabs_are_one_person() -> None:
    on = board()
    here(on, ANN, "1", 0)
    here(on, ANN, "2", 0, visible=False)
    assert on.agents(1) == {ANN: ONLINE}
    on.look(ANN, "1", "c")
    on.look(ANN, "2", "c")
    assert on.looking("c", 1) == [ANN]
    on.gone(ANN, "1", 10_000)
    assert on.looking("c", 10_001) == [ANN], "the other tab still shows it"
    assert on.agents(T.settles + 10_001) == {ANN: AWAY}, "only the hidden tab is left"


def test_a_lease_survives_a_late_ping() -> None:
    on = board()
    here(on, ANN, "1", 0)
    on.look(ANN, "1", "c")
    late = 2 * PING + 15_000
    assert on.expire(late) == set()
    assert on.agents(late) == {ANN: ONLINE}
    here(on, ANN, "1", late)
    assert on.agents(late + T.expires - 1) == {ANN: ONLINE}
    assert on.looking("c", late + T.expires - 1) == [ANN]


def test_what_is_said_by_hand_outlasts_tabs_and_sleep() -> None:
    on = board()
    on.says(ANN, BUSY)
    assert on.agents(0) == {}, "who is not here is neither busy nor away"
    here(on, ANN, "1", 0)
    assert on.agents(1) == {ANN: BUSY}
    here(on, ANN, "1", 10, active=False)
    assert on.agents(10 + T.settles) == {ANN: AWAY}, "busy, and not even there"
    here(on, ANN, "1", 20_000)
    on.says(ANN, AWAY)
    assert on.agents(20_001) == {ANN: AWAY}
    on.says(ANN, BUSY)
    asleep = 20_000 + T.expires
    on.expire(asleep)
    assert on.agents(asleep) == {}
    here(on, ANN, "1", asleep)
    assert on.agents(asleep + 1) == {ANN: BUSY}
    on.says(ANN, ONLINE)
    assert on.agents(asleep + 2) == {ANN: ONLINE}
    assert not on._said, "what is left to the tabs costs no memory"


def test_a_lease_that_is_not_renewed_ends() -> None:
    on = board()
    here(on, ANN, "1", 0)
    on.look(ANN, "1", "c")
    assert on.agents(T.expires) == {}
    assert on.looking("c", T.expires) == []
    assert on.expire(T.expires - 1) == set()
    assert on.expire(T.expires) == {"c"}, "those who look are told"
    assert is_empty(on)


def test_a_hidden_tab_counts_only_once_it_has_lasted() -> None:
    on = board()
    here(on, ANN, "1", 0)
    here(on, ANN, "1", 1_000, visible=False)
    assert on.agents(1_000 + T.settles - 1) == {ANN: ONLINE}
    assert on.agents(1_000 + T.settles) == {ANN: AWAY}
    here(on, ANN, "1", 8_000)
    assert on.agents(8_000) == {ANN: ONLINE}, "coming back counts at once"
    here(on, ANN, "1", 9_000, active=False)
    assert on.agents(9_000 + T.settles) == {ANN: AWAY}, "nobody at the keyboard is away as well"


def test_hiding_again_and_again_does_not_keep_anybody_online() -> None:
    on = board()
    here(on, ANN, "1", 0)
    for at in range(1_000, 30_000, 1_000):
        here(on, ANN, "1", at, visible=False)
    assert on.agents(30_000) == {ANN: AWAY}


def test_a_tab_that_begins_hidden_is_away_at_once() -> None:
    on = board()
    here(on, ANN, "1", 0, visible=False)
    assert on.agents(0) == {ANN: AWAY}


def test_a_closed_socket_may_be_back_in_a_moment() -> None:
    on = board()
    here(on, ANN, "old", 0)
    on.gone(ANN, "old", 1_000)
    assert on.agents(1_000 + T.settles - 1) == {ANN: ONLINE}, "no flicker while it reconnects"
    here(on, ANN, "new", 3_000)
    on.expire(1_000 + T.settles)
    assert on.agents(60_000) == {ANN: ONLINE}
    on.gone(ANN, "new", 61_000)
    on.expire(61_000 + T.settles)
    assert is_empty(on)


def test_going_does_not_prolong_a_lease() -> None:
    on = board()
    here(on, ANN, "1", 0)
    on.gone(ANN, "1", T.expires - 1)
    assert on.agents(T.expires) == {}


def test_looking_says_what_was_shown_before() -> None:
    on = board()
    assert on.look(ANN, "1", "c") is None, "without a lease nobody looks"
    assert on.looking("c", 0) == []
    here(on, ANN, "1", 0)
    assert on.look(ANN, "1", "c") is None
    assert on.look(ANN, "1", "d") == "c"
    assert on.shows(ANN, "1") == "d"
    assert (on.looking("c", 1), on.looking("d", 1)) == ([], [ANN])
    assert on.look(ANN, "1", None) == "d"
    assert on.shows(ANN, "nobody") is None
    assert on.shows(BOB, "1") is None


# --- typing ---------------------------------------------------------------------------------------------------------


def test_typing_changes_what_others_see_only_once() -> None:
    on = board()
    assert on.types("c", typist(), active=True, now=0)
    assert not on.types("c", typist(), active=True, now=3_000), "a repetition is no news"
    assert on.typing("c", 3_000 + T.typing - 1) == [typist()]
    assert on.types("c", typist(mode="note"), active=True, now=4_000), "another mode is"
    assert on.typing("c", 4_000) == [typist(mode="note")], "one person types in one place"
    assert on.types("c", typist(mode="note"), active=False, now=5_000)
    assert not on.types("c", typist(), active=False, now=5_000)
    assert is_empty(on)


def test_typing_ends_by_itself_and_begins_anew() -> None:
    on = board()
    on.types("c", typist(), active=True, now=0)
    assert on.typing("c", T.typing) == []
    assert on.types("c", typist(), active=True, now=T.typing), "it had ended: others see it begin"
    assert on.expire(2 * T.typing - 1) == set()
    assert on.expire(2 * T.typing) == {"c"}
    assert is_empty(on)


def test_who_never_typed_and_stops_leaves_nothing_behind() -> None:
    on = board()
    assert not on.types("c", typist(), active=False, now=0)
    assert is_empty(on)


def test_a_customers_preview_is_news() -> None:
    on = board()
    for words in ("h", "he"):
        assert on.types("c", Typist("customer", "p", "Kim", "public", words), active=True, now=0)
    assert [one.preview for one in on.typing("c", 1)] == ["he"]


# --- any order ------------------------------------------------------------------------------------------------------

agents = st.sampled_from([ANN, BOB])
tabs = st.sampled_from(["1", "2"])
places = st.sampled_from(["c", "d", None])


class AnyOrder(RuleBasedStateMachine):
    """Against a model that remembers every act and derives the present from it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0
        self.board = board()
        self.leases: dict[tuple[str, str], int] = {}
        self.online_until: dict[tuple[str, str], float] = {}
        self.shown: dict[tuple[str, str], str | None] = {}
        self.typing: dict[tuple[str, str], tuple[Typist, int]] = {}

    def alive(self, key: tuple[str, str]) -> bool:
        return self.leases.get(key, -1) > self.now

    @rule(ms=st.sampled_from([1, 999, 2_500, 5_000, 6_000, 20_000, 61_000]))
    def passes(self, ms: int) -> None:
        self.now += ms
        self.sweep()

    def sweep(self) -> None:
        gone = {self.shown.pop(key, None) for key in [*self.leases] if not self.alive(key)}
        gone |= {key[0] for key, (_, ends) in self.typing.items() if ends <= self.now}
        self.leases = {key: ends for key, ends in self.leases.items() if self.alive(key)}
        self.typing = {key: one for key, one in self.typing.items() if one[1] > self.now}
        assert self.board.expire(self.now) == gone - {None}

    @rule(agent=agents, tab=tabs, visible=st.booleans(), active=st.booleans())
    def is_here(self, agent: str, tab: str, visible: bool, active: bool) -> None:
        key = (agent, tab)
        here(self.board, agent, tab, self.now, visible=visible, active=active)
        was = self.online_until.get(key, 0) if key in self.leases else 0
        self.leases[key] = self.now + T.expires
        if visible and active:
            self.online_until[key] = float("inf")
        else:
            self.online_until[key] = self.now + T.settles if was == float("inf") else was

    @rule(agent=agents, tab=tabs)
    def goes(self, agent: str, tab: str) -> None:
        key = (agent, tab)
        self.board.gone(agent, tab, self.now)
        if key in self.leases:
            self.leases[key] = min(self.leases[key], self.now + T.settles)
            self.shown[key] = None

    @rule(agent=agents, tab=tabs, conversation=places)
    def looks(self, agent: str, tab: str, conversation: str | None) -> None:
        key = (agent, tab)
        assert self.board.look(agent, tab, conversation) == self.shown.get(key)
        if key in self.leases:
            self.shown[key] = conversation

    @rule(agent=agents, mode=st.sampled_from(["public", "note"]), active=st.booleans())
    def types(self, agent: str, mode: str, active: bool) -> None:
        before = self.typing.pop(("c", agent), None)
        told = self.board.types("c", typist(agent, mode), active=active, now=self.now)
        if active:
            self.typing["c", agent] = (typist(agent, mode), self.now + T.typing)
            assert told == (before is None or before[0] != typist(agent, mode))
        else:
            assert told == (before is not None)

    @invariant()
    def says_what_is(self) -> None:
        states: dict[str, str] = {}
        for (agent, tab), _ in sorted(self.leases.items()):
            if self.alive((agent, tab)):
                online = self.online_until[agent, tab] > self.now
                states[agent] = ONLINE if online or states.get(agent) == ONLINE else AWAY
        assert self.board.agents(self.now) == states
        for place in ("c", "d"):
            looking = {key[0] for key, shown in self.shown.items() if shown == place and self.alive(key)}
            assert self.board.looking(place, self.now) == sorted(looking)
        assert sorted(one.id for one in self.board.typing("c", self.now)) == sorted(
            who for _, who in self.typing
        )

    def teardown(self) -> None:
        self.now += T.expires + T.settles + T.typing
        self.board.expire(self.now)
        assert is_empty(self.board)


AnyOrder.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
TestAnyOrder: Callable[[], object] = AnyOrder.TestCase
