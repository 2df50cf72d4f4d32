"""Chances that do not hang on who came first."""

from gateway.sandbox.phones.weather import Fault, Lots, Weather


def test_the_same_seed_draws_the_same_lots_in_any_order() -> None:
    one, other = Lots(7), Lots(7)
    first = {number: one.draw(0.5, "lost", number) for number in range(50)}
    assert {number: other.draw(0.5, "lost", number) for number in reversed(range(50))} == first
    assert {number: Lots(8).draw(0.5, "lost", number) for number in range(50)} != first


def test_shares_are_kept() -> None:
    lots, weather = Lots(1), Weather(busy=0.2, cut_after=0.3)
    drawn = [lots.fault(weather, number) for number in range(2000)]
    assert 0.17 < drawn.count(Fault.BUSY) / 2000 < 0.23
    assert 0.27 < drawn.count(Fault.CUT_AFTER) / 2000 < 0.33
    assert drawn.count(None) == 2000 - drawn.count(Fault.BUSY) - drawn.count(Fault.CUT_AFTER)


def test_names_look_like_those_of_twilio() -> None:
    assert len(Lots(1).name("x")) == 32
    assert int(Lots(1).name("x"), 16) != int(Lots(1).name("y"), 16)


def test_only_what_was_done_is_done() -> None:
    assert [fault for fault in Fault if fault.is_done] == [Fault.BROKEN_AFTER, Fault.CUT_AFTER]
