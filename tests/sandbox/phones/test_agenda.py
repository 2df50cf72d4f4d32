"""Acts in the order of their times, whoever sets the clock."""

from gateway.sandbox.phones.agenda import Agenda
from tests.sandbox.phones.town import Clock


def test_what_is_due_is_done_in_the_order_of_its_times() -> None:
    clock, done = Clock(), list[str]()
    agenda = Agenda(clock)
    agenda.after(2, lambda: done.append("second"))
    agenda.after(1, lambda: done.append("first"))
    agenda.after(1, lambda: done.append("first, entered later"))
    agenda.after(9, lambda: done.append("not yet"))
    clock.add(5)
    agenda.run()
    assert done == ["first", "first, entered later", "second"]
    assert agenda.next_at == clock() + 4000


def test_a_clock_that_jumps_tells_the_same_times() -> None:
    def times(steps: int) -> list[int]:
        clock, seen = Clock(), list[int]()
        agenda = Agenda(clock)

        def again() -> None:
            seen.append(agenda.now)
            if len(seen) < 3:
                agenda.after(1, again)

        agenda.after(1, again)
        for _ in range(steps):
            clock.add(60 / steps)
            agenda.run()
        return seen

    assert times(1) == times(60)


def test_acts_of_one_lane_never_overtake_each_other() -> None:
    clock, done = Clock(), list[int]()
    agenda = Agenda(clock)
    for number, seconds in enumerate((3, 1, 2)):
        agenda.after(seconds, lambda number=number: done.append(number), lane="one")  # type: ignore[misc]
    agenda.after(1, lambda: done.append(99), lane="another")
    clock.add(5)
    agenda.run()
    assert done == [99, 0, 1, 2]


def test_whoever_waits_is_stirred_by_a_new_entry() -> None:
    agenda, stirred = Agenda(Clock()), list[bool]()
    agenda.stir = lambda: stirred.append(True)
    agenda.after(1, lambda: None)
    assert stirred == [True]
