"""How much one address may do at the door, counted by who is really one."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels import _mail_gate as gates
from gateway.channels._mail_gate import Gate, Limits, Room, key


def test_connections_of_one_and_of_all() -> None:
    gate = Gate(Limits(connections=4, each=2, trusted=(ip_network("10.0.0.0/8"),)), lambda: 0.0)
    assert gate.enter("192.0.2.1") and gate.enter("192.0.2.1") and not gate.enter("192.0.2.1")
    gate.leave("192.0.2.1")
    assert gate.enter("192.0.2.1")
    assert gate.enter("10.1.2.3") and gate.enter("::ffff:10.1.2.3"), "the fourth of all"
    assert not gate.enter("10.1.2.3") and not gate.enter("192.0.2.9")


def test_strangers_keep_no_server_of_ours_out() -> None:
    gate = Gate(Limits(connections=8, trusted=(ip_network("10.0.0.0/8"),)), lambda: 0.0)
    assert [gate.enter(f"192.0.2.{number}") for number in range(8)] == [True] * 6 + [False] * 2
    assert gate.enter("10.1.2.3") and gate.enter("10.1.2.3") and not gate.enter("10.1.2.3")
    gate.leave("192.0.2.1")
    gate.leave("10.1.2.3")
    assert gate.enter("192.0.2.7") and not gate.enter("192.0.2.8") and gate.enter("10.1.2.3")


@pytest.mark.parametrize(
    ("peer", "vouches"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("::2", False),
        ("192.0.2.1", False),
        ("", False),
    ],
)
def test_whose_word_of_a_mail_counts(peer: str, vouches: bool) -> None:
    gate = Gate(Limits(trusted=(ip_network("10.0.0.0/8"),)), lambda: 0.0)
    assert gate.vouches(peer) is vouches


def test_mails_in_a_minute() -> None:
    now = 0.0
    gate = Gate(Limits(mails=2, trusted=(ip_network("10.0.0.0/8"),)), lambda: now)
    assert gate.may_bring("192.0.2.1") and gate.may_bring("192.0.2.1") and not gate.may_bring("192.0.2.1")
    assert gate.may_bring("192.0.2.2") and all(gate.may_bring("10.0.0.1") for _ in range(9))
    now = gates.MINUTE
    assert gate.may_bring("192.0.2.1")


def test_what_is_remembered_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "REMEMBERED", 3)
    gate = Gate(Limits(mails=1), lambda: 0.0)
    for number in range(9):
        assert gate.may_bring(f"192.0.2.{number}")
    assert not gate.may_bring("192.0.2.8") and gate.may_bring("192.0.2.1"), "the oldest is let go"


@pytest.mark.parametrize(
    ("peer", "who"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_who_counts_as_one(peer: str, who: str) -> None:
    assert key(peer) == who


def test_room_is_for_all_and_half_of_it_for_one() -> None:
    room = Room(100)
    assert room.take("192.0.2.1", 50) and not room.take("192.0.2.1", 1), "the rest is for others"
    assert not room.take("2001:db8::1", 51) and room.take("2001:db8::1", 30) and room.take("2001:db8::2", 20)
    assert room.held == 100 and not room.has(1) and room.has(0)
    assert not room.take("198.51.100.1", 1)
    room.give("192.0.2.1", 50)
    assert room.has(50) and room.take("10.0.0.1", 50, trusted=True)
    room.give("10.0.0.1", 50)
    room.give("2001:db8::1", 30)
    room.give("2001:db8::2", 20)
    assert room.held == 0 and room.take("2001:db8::9", 50)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 60), st.booleans()), max_size=60))
def test_whatever_comes_and_goes_no_more_is_held_than_may_be(moves: list[tuple[str, int, bool]]) -> None:
    room, taken = Room(100), list[tuple[str, int]]()
    for peer, size, goes in moves:
        if goes and taken:
            room.give(*taken.pop())
        elif room.take(peer, size):
            taken.append((peer, size))
        assert room.held == sum(size for _, size in taken) <= room.most
        for one in "abc":
            assert sum(size for who, size in taken if who == one) <= room.most // 2
