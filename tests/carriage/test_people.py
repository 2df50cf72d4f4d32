"""Who stands where in which process, with the clock passed in."""

from __future__ import annotations

from gateway.bus import AgentHere, AgentLooks, AgentSays, CustomerHere
from gateway.carriage.people import Others, Standing

HERE, LOOKS, KIM = AgentHere("ann", "t"), AgentLooks("ann", "t", "c"), CustomerHere("kim", "k", True)
ANN_GOES, KIM_GOES = AgentHere("ann", "t", gone=True), CustomerHere("kim", "k", False)


def test_what_stands_is_said_again_a_tab_before_what_it_shows() -> None:
    standing = Standing()
    for signal in (LOOKS, KIM, HERE, AgentSays("ann", "busy")):
        standing.note(signal)
    assert list(standing) == [HERE, LOOKS, KIM]
    assert list(standing.agents()) == [HERE, LOOKS]
    assert list(standing.farewells()) == [ANN_GOES, KIM_GOES]
    hidden = AgentHere("ann", "t", visible=False)
    for signal in (hidden, AgentLooks("ann", "t", "d")):
        standing.note(signal)
    assert list(standing) == [hidden, AgentLooks("ann", "t", "d"), KIM], "the latest counts"
    standing.note(AgentLooks("ann", "t", None))
    assert list(standing) == [hidden, KIM]


def test_whoever_is_gone_stands_nowhere() -> None:
    standing = Standing()
    for signal in (HERE, LOOKS, KIM, ANN_GOES, KIM_GOES, ANN_GOES, KIM_GOES):
        standing.note(signal)
    assert list(standing) == []
    assert list(standing.farewells()) == []


def test_a_process_takes_its_people_along_when_it_is_silent_for_too_long() -> None:
    others = Others(lease=15)
    others.hear("a", 0)
    others.hear("b", 0)
    for signal in (HERE, LOOKS, KIM):
        others.note("a", signal)
    others.hear("b", 10)
    assert list(others.expire(14.9)) == []
    assert list(others.expire(15)) == [ANN_GOES, KIM_GOES]
    assert list(others.expire(16)) == [], "once"
    others.note("b", KIM)
    others.spare(1000)
    assert list(others.expire(1014)) == [], "we could not hear"
    assert list(others.expire(1015)) == [KIM_GOES]


def test_a_process_that_leaves_takes_its_people_along_at_once() -> None:
    others = Others(lease=15)
    assert list(others.leave("nobody")) == []
    others.hear("a", 0)
    others.note("a", HERE)
    assert list(others.leave("a")) == [ANN_GOES]
    assert list(others.expire(99)) == []


def test_a_process_is_known_once_it_has_said_all() -> None:
    others = Others(lease=15)
    assert not others.hear("a", 0)
    assert not others.hear("a", 1), "it lives, its people are not known"
    others.begin("a")
    others.note("a", HERE)
    assert list(others.end("a")) == []
    assert others.hear("a", 2)
    list(others.expire(99))
    assert not others.hear("a", 100), "it was taken for dead"


def test_whoever_is_not_said_again_has_gone_unheard() -> None:
    others = Others(lease=15)
    others.hear("a", 0)
    for signal in (HERE, LOOKS, KIM, CustomerHere("lee", "l", True)):
        others.note("a", signal)
    others.begin("a")
    for signal in (HERE, CustomerHere("lee", "l", True)):
        others.note("a", signal)
    assert list(others.end("a")) == [KIM_GOES]
    assert list(others.agents()) == [HERE]
    assert list(others.end("a")) == [], "an end without a beginning"


def test_a_process_that_dies_while_it_says_all_again_leaves_nobody_behind() -> None:
    others = Others(lease=15)
    others.hear("a", 0)
    others.note("a", KIM)
    others.begin("a")
    others.note("a", HERE)
    assert list(others.expire(15)) == [KIM_GOES, ANN_GOES]
