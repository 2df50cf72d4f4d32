"""What a socket took is free when it ends, not only when the garbage is collected: that is seldom, of a process that
serves for weeks."""

import gc
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSCloseCode, web

from gateway.app import Parley, listening, open_parley
from gateway.config import Config
from gateway.events import SYSTEM
from gateway.live import LiveSession
from gateway.stream.agents import add_agent
from inbox.auth.tokens import make_token
from tests.world import until

End = Callable[[ClientWebSocketResponse, Parley], Awaitable[None]]


@pytest.fixture(autouse=True)
def _nothing_collected() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def of_sockets() -> list[str]:
    kinds = (LiveSession, web.WebSocketResponse)
    return [type(one).__qualname__ for one in gc.get_objects() if isinstance(one, kinds)]


async def drop(ws: ClientWebSocketResponse, parley: Parley) -> None:
    """A phone that has lost its network says no goodbye."""
    transport = ws._response.connection.transport  # type: ignore[union-attr]
    assert transport is not None
    transport.abort()


async def close(ws: ClientWebSocketResponse, parley: Parley) -> None:
    await ws.close()


async def cut(ws: ClientWebSocketResponse, parley: Parley) -> None:
    """The process goes."""
    parley.hang_up()
    while not ws.closed:
        await ws.receive()
    assert ws.close_code == WSCloseCode.SERVICE_RESTART


async def overdo(ws: ClientWebSocketResponse, parley: Parley) -> None:
    await ws.send_str("x" * (1 << 20))
    while not ws.closed:
        await ws.receive()


@pytest.mark.parametrize("end", [drop, close, cut, overdo])
async def test_a_socket_that_has_ended_is_gone(tmp_path: Path, end: End) -> None:
    config = Config(data=tmp_path, channels={"web": {"type": "webchat"}})
    async with (
        open_parley(config) as parley,
        listening(parley, "127.0.0.1", 0) as port,
        ClientSession(f"http://127.0.0.1:{port}") as http,
    ):
        admin = await parley.store.write(lambda tx: add_agent(tx, "a@example.com", "Ada", "admin", SYSTEM))
        token = (await parley.store.write(lambda tx: make_token(tx, admin, "bench"))).secret
        async with http.post("/visitor/web/session", json={}) as answer:
            visitor = (await answer.json())["token"]
        agent = await http.ws_connect("/ws/agent", headers={"Authorization": f"Bearer {token}"})
        guest = await http.ws_connect("/ws/visitor/web")
        await agent.send_json({"kind": "hello", "protocol": 1})
        await guest.send_json({"kind": "hello", "protocol": 1, "token": visitor})
        for ws in (agent, guest):
            while (await ws.receive_json())["kind"] != "snapshot":
                pass
        assert sorted(of_sockets()) == ["AgentSession", "VisitorSession", "_Socket", "_Socket"]
        for ws in (agent, guest):
            await end(ws, parley)
        await until(lambda: of_sockets() == [])
