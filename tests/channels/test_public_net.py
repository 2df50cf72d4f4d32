"""Nobody has us call into our own network."""

import asyncio
import socket

import pytest
from aiohttp import ClientConnectorError, ClientError, ClientSession
from aiohttp.abc import AbstractResolver

from gateway.channels._public_net import NotPublic, PublicResolver, check_host, is_public, public_connector


class Names(AbstractResolver):
    """A name service of the test's own."""

    def __init__(self, **names):
        self.names, self.closed = names, False

    async def resolve(self, host, port=0, family=socket.AF_INET):
        found = self.names[host.partition(".")[0]]
        return [
            {"hostname": host, "host": one, "port": port, "family": family, "proto": 0, "flags": 0}
            for one in found
        ]

    async def close(self):
        self.closed = True


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::1",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b:1::a00:1",
        "fec0::1",
        "192.88.99.1",
    ],
)
def test_an_inner_address_is_not_public(address):
    assert not is_public(address)
    with pytest.raises(NotPublic):
        check_host(address)
    check_host(address, trusted={address})


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_an_outer_address_is_public(address):
    assert is_public(address)
    check_host(address)


def test_names_wait_for_their_addresses():
    check_host("localhost")
    check_host("2130706433")


async def test_only_public_addresses_of_a_name_are_left():
    within = Names(both=["10.0.0.1", "8.8.8.8"], inner=["127.0.0.1", "::1"])
    resolver = PublicResolver({"inner.trusted"}, within)
    assert [one["host"] for one in await resolver.resolve("both.example")] == ["8.8.8.8"]
    with pytest.raises(NotPublic):
        await resolver.resolve("inner.example")
    assert [one["host"] for one in await resolver.resolve("inner.trusted")] == ["127.0.0.1", "::1"]
    await resolver.close()
    assert within.closed


async def test_a_call_to_an_inner_name_is_never_made():
    async with ClientSession(connector=public_connector(within=Names(inner=["127.0.0.1"]))) as session:
        with pytest.raises(ClientConnectorError) as caught:
            await session.get("http://inner.example/")
    assert isinstance(caught.value.os_error, NotPublic)


class Rebinding(AbstractResolver):
    """A name service that says something else each time."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), 0

    async def resolve(self, host, port=0, family=socket.AF_INET):
        self.asked += 1
        one = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        found = socket.AF_INET6 if ":" in one else socket.AF_INET
        return [{"hostname": host, "host": one, "port": port, "family": found, "proto": 0, "flags": 0}]

    async def close(self):
        pass


@pytest.fixture
async def inner():
    """A service of ours that trusts whoever reaches it; its callers are counted."""
    called = []

    async def answer(reader, writer):
        called.append(writer.get_extra_info("peername"))
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], called


async def test_a_name_that_answers_twice_differently_gains_nothing(inner):
    """DNS rebinding: what was checked is what is called, and each new connection is checked anew."""
    port, called = inner
    # 192.0.2.0/24 and its kind are not public either: this one is, and nobody answers there in a test.
    names = Rebinding("8.8.8.8", "127.0.0.1")
    async with ClientSession(connector=public_connector(within=names)) as session:
        first = await PublicResolver(within=names).resolve("evil.example")
        assert [one["host"] for one in first] == ["8.8.8.8"]
        for _ in range(2):
            with pytest.raises(ClientConnectorError) as caught:
                await session.get(f"http://evil.example:{port}/")
            assert isinstance(caught.value.os_error, NotPublic)
    assert names.asked == 3 and called == []


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "0", "localhost", "localhost."],
)
async def test_an_inner_address_written_otherwise_is_not_called(inner, host):
    """By the real name service, which takes all of these."""
    port, called = inner
    async with ClientSession(connector=public_connector()) as session:
        with pytest.raises((ClientError, NotPublic, ValueError)):
            await session.get(f"http://{host}:{port}/")
    assert called == []


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "fd00:ec2::254",
        "169.254.170.2",
        "fe80::a9fe:a9fe",
        "::ffff:0:0",
    ],
)
async def test_a_name_for_the_clouds_own_address_is_not_called(address):
    async with ClientSession(connector=public_connector(within=Rebinding(address))) as session:
        with pytest.raises(ClientConnectorError) as caught:
            await session.get("http://evil.example/latest/meta-data/")
    assert isinstance(caught.value.os_error, NotPublic)
