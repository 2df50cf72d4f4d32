"""A crowd tells everybody once, asks only who is slow, and goes on when one is gone."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from gateway.crowd import MOST, Crowd


class Somebody:
    """A session whose browser is quick or slow; `gone`: its connection breaks while it is written to."""

    def __init__(self) -> None:
        self.slow = self.gone = False
        self.heard: list[bytes] = []
        self.asked = 0

    @property
    def quick(self) -> Callable[[bytes], object] | None:
        return None if self.slow or self.gone else self._write

    def _write(self, frame: bytes) -> None:
        if self.gone:
            raise RuntimeError("the handler is closed")
        self.heard.append(frame)

    def tell(self, frame: bytes) -> None:
        self.asked += 1
        if not self.gone:
            self.heard.append(frame)


ACTS = st.sampled_from(("tell", "long", "slow", "quick", "gone", "leave", "come"))


@given(st.lists(st.tuples(ACTS, st.integers(0, 4)), max_size=40))
def test_everybody_hears_everything_once_and_in_order(acts: list[tuple[str, int]]) -> None:
    people = [Somebody() for _ in range(5)]
    crowd: Crowd[Somebody] = Crowd(people)
    due: dict[Somebody, list[bytes]] = {one: [] for one in people}
    for number, (act, whose) in enumerate(acts):
        one = people[whose]
        if act in ("tell", "long"):
            frame = b"%d" % number + (b"x" * MOST if act == "long" else b"")
            for each in crowd:
                if not each.gone:
                    due[each].append(frame)
            crowd.write(frame)
        elif act == "slow":
            one.slow = True
            crowd.ask(one)
        elif act == "quick":
            one.slow = False
        elif act == "gone":
            one.gone = True  # and nobody has said so yet
        elif act == "leave":
            crowd.discard(one)
        elif one not in crowd:
            crowd.add(one)
    assert all(one.heard == due[one] for one in people)
    assert len(crowd) == len(list(crowd)) == len(set(crowd))


def test_only_who_is_slow_is_asked() -> None:
    quick, slow = Somebody(), Somebody()
    crowd = Crowd([quick, slow])
    slow.slow = True
    crowd.ask(slow)
    for _ in range(3):
        crowd.write(b"news")
    slow.slow = False
    crowd.write(b"once more asked")
    crowd.write(b"not any more")
    assert (quick.asked, slow.asked) == (0, 4)
    assert len(quick.heard) == len(slow.heard) == 5


def test_a_long_frame_is_told_to_nobody_unasked() -> None:
    one = Somebody()
    Crowd([one]).write(b"x" * (MOST + 1))
    assert one.asked == 1


def test_whoever_becomes_slow_while_it_is_told_is_asked_from_then_on() -> None:
    people = [Somebody() for _ in range(3)]
    crowd = Crowd(people)

    def write(frame: bytes) -> None:
        people[0].heard.append(frame)
        people[1].slow = True
        crowd.ask(people[1])

    people[0]._write = write  # type: ignore[method-assign]
    crowd = Crowd(people)
    crowd.write(b"first")
    crowd.write(b"second")
    assert [one.heard for one in people] == [[b"first", b"second"]] * 3
    assert people[1].asked == 1
