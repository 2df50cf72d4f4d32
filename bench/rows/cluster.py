"""Two processes on PostgreSQL and Valkey beside one on PostgreSQL: how much they take in, how soon agents see it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from bench import phones
from bench.cluster import EVERYWHERE, House, Servers, bare, load, spent_on
from bench.harness import Bench, Figure, Goal, Posts, cluster_row
from bench.rows.durable import AGENTS
from bench.rows.latency import measured

TWO = 2
CONNECTIONS = 200
BURST = 50_000


@cluster_row
def second_process(bench: Bench) -> Iterator[Figure]:
    """Messages taken in for good by two processes beside one, nobody looks on. Goal 1.5 ×, target 1.8 ×.

    Both cores hold the database and the load as well, so the goal is one for more cores; what a bare program gains by
    its second process in the same run says how much there is to gain here.
    """
    servers = Servers(bench)
    one, two = (servers.house(count, customers=bench.few(2000, 100), said=True) for count in (1, TWO))
    ours, alone = two.posts(), one.posts()
    both = bench.beside(_rate(bench, ours), _rate(bench, alone))
    _, each = spent_on(two, ours, partial(ours.run, bench.seconds, connections=CONNECTIONS))
    _, each_alone = spent_on(one, alone, partial(alone.run, bench.seconds, connections=CONNECTIONS))
    what = "durable inbound on PostgreSQL, two processes on two cores"
    raw = f"{both.ours:,.0f}/s beside {both.bare:,.0f}/s; µs of CPU a message: {each}; with one process: {each_alone}"
    yield Figure(what, both.ratio, "× one process", Goal(1.5, 1.8), raw)

    doors = [_bare_posts(bench, servers, two, count) for count in (TWO, 1)]
    gained = bench.beside(*(_rate(bench, door) for door in doors))
    raw = f"{gained.ours:,.0f}/s beside {gained.bare:,.0f}/s: a row each in PostgreSQL, group-committed"
    yield Figure("a bare program, two processes on two cores", gained.ratio, "× one process", None, raw)
    yield Figure(what, both.ours / gained.ours, "× two bare programs", None, f"{both.ours:,.0f}/s")


@cluster_row
def cluster_latency(bench: Bench) -> Iterator[Figure]:
    """A customer's POST until 50 agents' sockets have it, 500 a second, agents spread over two processes.

    Goal p50 ≤ 10 and p99 ≤ 30 ms, target 6 and 15; beside one process on PostgreSQL.
    """
    servers = Servers(bench)
    one, two = (servers.house(count, customers=bench.few(2000, 100), said=True) for count in (1, TWO))
    rate = bench.few(500, 50)
    told, alone = (
        measured(bench, house.sockets(house.data.hellos(AGENTS)), house.posts(), rate) for house in (two, one)
    )
    where = f"POST -> agent's socket, 50 agents on two processes, {rate}/s"
    for part, goal in (("p50", Goal(10, 6, at_most=True)), ("p99", Goal(30, 15, at_most=True))):
        raw = f"one process {alone[part]:.1f} ms; worst {told['worst']:.0f} and {alone['worst']:.0f} ms"
        yield Figure(f"{where}: {part}", told[part], "ms", goal, raw)


@cluster_row
def burst(bench: Bench) -> Iterator[Figure]:
    """50,000 signed webhooks as fast as they are taken, 50 agents look on; beside two bare programs that read the form
    and check the signature. Every one is stored once, and told to every agent."""
    servers, many = Servers(bench), bench.few(BURST, 300)
    people = bench.few(2000, 20)
    house = servers.house(
        TWO, prepare=partial(phones.write_first, people=people), config=phones.config(9), customers=1
    )
    sockets = house.sockets(house.data.hellos(AGENTS), in_words=True)
    posts = load(bench, "webhooks", house.port, "messages", people)
    first = house.asks("select count(*) from messages")
    sockets.forget()
    told, each = spent_on(house, posts, lambda: bench.quietly(partial(posts.all_of, many, CONNECTIONS)))
    heard = sockets.wait_for(int(told["taken"]))
    stored = house.asks("select count(*) from messages") - first
    assert stored == told["taken"], f"{stored} messages of {told['taken']} webhooks are stored"

    port = bare(bench, "webhook", phones.PUBLIC, phones.TOKEN, "digest", count=TWO)
    door = load(bench, "webhooks", port, "messages", people)
    rate = told["taken"] / told["seconds"]
    ratio = rate / door.rate(bench.seconds, CONNECTIONS)
    raw = (
        f"{rate:,.0f}/s, all after {told['seconds']:.0f} s; answered p50 {told['p50']:.0f} p99 {told['p99']:.0f} ms, "
        f"none refused; µs of CPU each: {each}"
    )
    yield Figure(f"burst of {many:,} signed webhooks", ratio, "× two bare form + signature", None, raw)
    raw = f"p50 {heard['p50']:.0f}, worst {heard['worst']:.0f} ms; each told once to each of {AGENTS} agents"
    what = f"burst of {many:,}: from the call to the agent's socket, p99"
    yield Figure(what, heard["p99"], "ms", None, raw)


def _rate(bench: Bench, posts: Posts) -> partial[float]:
    return partial(posts.rate, bench.seconds, CONNECTIONS)


def _bare_posts(bench: Bench, servers: Servers, house: House, count: int) -> Posts:
    port = bare(bench, "commit", servers.postgres.database(), count=count)
    return bench.posts(port, house.data, core=EVERYWHERE)
