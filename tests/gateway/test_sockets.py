"""Every socket of a process is told to come back when it goes, whatever it was doing."""

from gateway.sockets import Sockets


class Session:
    def __init__(self) -> None:
        self.codes: list[int] = []

    def cut(self, code: int) -> None:
        self.codes.append(code)


def test_what_is_open_is_told_and_what_is_opened_later_too() -> None:
    sockets, one, gone, late = Sockets(), Session(), Session(), Session()
    with sockets.holding(gone):
        assert sockets.open == {gone}
    with sockets.holding(one):
        sockets.end()
        with sockets.holding(late):
            assert sockets.open == {one, late}
    assert (one.codes, gone.codes, late.codes) == ([1012], [], [1012])
    assert sockets.open == set()
