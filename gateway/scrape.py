"""`/metrics`: what Prometheus reads. Each process tells what it counts and what it sees at this moment; whoever is
asked gathers the others of its host and asks the database, once, for what concerns the whole deployment.

With several processes on one listening socket a scrape meets any of them. Each has a socket file of its own in
`PARLEY_METRICS_DIR` (a private folder that their parent makes) that begins with the number in `PARLEY_WORKER`; every
series of a process bears that number as `worker`, so none is counted twice and each may begin anew by itself. While one
replaces another both have their file, so whichever of the two stays is heard.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import logging
import os
import shutil
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.samples import Sample

from gateway.bundle import bundle
from gateway.config import Config
from gateway.errors import ConfigError, NotFound, Unauthenticated, Unavailable
from gateway.metrics import REGISTRY
from gateway.store import Reader, Store

log = logging.getLogger(__name__)

FOLDER, WORKER = "PARLEY_METRICS_DIR", "PARLEY_WORKER"
PATIENCE = 2.0
"""Seconds that another process or the database may take to tell."""
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")
"""What a proxy adds: then the caller is somebody else than who connects."""
VERSION = "select max(version) from schema_version"
LANES = """select account_id, min(due_at) as due_at, count(*) as n from lanes where due_at is not null
    group by account_id"""
ACCOUNTS = """select a.id, a.state, o.paused_at from accounts a left join outlets o on o.account_id = a.id
    where a.state <> 'retired'"""
ROADS = """select r.account_id, r.way, r.problem, r.since from roads r join accounts a on a.id = r.account_id
    where a.state <> 'retired'"""
PARKED = """select account_id, count(*) as n, min(at) as at from parked where discarded_at is null
    group by account_id"""
DYING = "select count(*) as n, min(since) as since from dying_files"
HOOKS = "select id, state, position, fails, failing_since from hooks where removed_at is null"
HOOK_QUEUE = """select hook_id, count(*) as n, min(event_at) as at from hook_deliveries
    where state in ('waiting', 'sending') group by hook_id"""
CONVERSATIONS = "select status, sum(n) as n from counts where tag_id = '' group by status"


@dataclass
class Scrape:
    """What one process knows. `sockets` are the sets of live sessions by door."""

    config: Config
    store: Store
    clock: Callable[[], int]
    sockets: Mapping[str, Collection[object]]
    worker: str = field(default_factory=lambda: os.environ.get(WORKER, "0"))
    folder: Path | None = field(default_factory=lambda: _folder())

    # --- the door ---------------------------------------------------------------------------------------------------

    async def answer(self, request: web.Request) -> web.Response:
        """GET /metrics. Raises NotFound, Unauthenticated."""
        self._check_may(request)
        mine = [self.worker, list(self._here())]
        others = await self._others()
        told = [(str(worker), families) for worker, families in (mine, *others)]
        everything = [*_merged(told), *await self._deployment()]
        body = await asyncio.to_thread(_written, everything)
        headers = {"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
        return web.Response(body=body, headers=headers)

    def _check_may(self, request: web.Request) -> None:
        """Fails closed: where a public address is set there is a proxy, and behind one nobody can tell who is local."""
        token = self.config.metrics.token.get_secret_value()
        if token:
            said = request.headers.get("Authorization", "")
            if not hmac.compare_digest(said.encode("utf-8", "replace"), f"Bearer {token}".encode()):
                raise Unauthenticated("errors.not_found", "a scrape without the token")
            return
        if self.config.server.public_url or not _is_here(request):
            raise NotFound(
                "errors.not_found", "[metrics] token is not set: only this machine may read /metrics"
            )

    # --- what this process knows ------------------------------------------------------------------------------------

    def _here(self) -> Iterator[Metric]:
        yield from REGISTRY.collect()
        about = GaugeMetricFamily(
            "parley_build_info",
            "1; its labels say what runs here: the version and the browser bundle.",
            labels=["version", "bundle"],
        )
        about.add_metric([_version(), _bundle()], 1)
        yield about
        open_ = GaugeMetricFamily("parley_sockets", "Sockets that are open, by door.", labels=["door"])
        for door, sessions in self.sockets.items():
            open_.add_metric([door], len(sessions))
        yield open_
        yield _gauge("parley_store_waiting_units", "Units that wait for the writer.", self.store.waiting)
        yield _gauge(
            "parley_store_oldest_seconds", "How long the oldest of them has waited.", self.store.oldest
        )
        yield _gauge(
            "parley_log_published_position",
            "The position up to which this process has told everybody everything.",
            self.store.published,
        )
        yield _gauge("parley_tasks", "Tasks of the event loop.", len(asyncio.all_tasks()))
        with contextlib.suppress(OSError):
            free = shutil.disk_usage(self.config.data).free
            yield _gauge("parley_disk_free_bytes", "Free space where the data directory is.", free)

    # --- what the others of this host know --------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def answering(self) -> AsyncIterator[None]:
        """Tell the others of this host what we know, whenever one of them is asked."""
        if self.folder is None:
            yield
            return
        place = self.folder / f"{self.worker}.{os.getpid()}.sock"
        begun = place.with_suffix(".begun")
        server = await asyncio.start_unix_server(self._tell, begun)
        begun.rename(place)  # whoever is seen listens: where nobody does, somebody has died
        try:
            yield
        finally:
            server.close()
            place.unlink(missing_ok=True)

    async def _tell(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            writer.write(orjson.dumps([self.worker, [_as_json(family) for family in self._here()]]))
            async with asyncio.timeout(PATIENCE):
                await writer.drain()
            writer.close()

    async def _others(self) -> list[Any]:
        if self.folder is None:
            return []
        places: dict[str, list[tuple[float, Path]]] = {}
        for place in self.folder.glob("*.sock"):
            with contextlib.suppress(FileNotFoundError):
                places.setdefault(place.name.partition(".")[0], []).append((place.stat().st_mtime, place))
        places.pop(self.worker, None)
        told = await asyncio.gather(*(_ask_newest(places[worker]) for worker in sorted(places)))
        return [one for one in told if one is not None]

    # --- what the database knows ------------------------------------------------------------------------------------

    async def _deployment(self) -> list[Metric]:
        """The same whoever is asked: with several hosts take the maximum, never the sum."""
        try:
            async with asyncio.timeout(PATIENCE):
                found = await self.store.scan(self._look)
        except (Unavailable, TimeoutError) as why:
            log.warning("the database does not tell its figures: %r", why)
            found = []
        return [_gauge("parley_database_up", "1 while the database answers.", bool(found)), *found]

    async def _look(self, look: Reader) -> list[Metric]:
        now = self.clock()
        schema = await look.value(VERSION)
        return [
            _gauge("parley_schema_version", "The newest migration in the database.", schema),
            _gauge("parley_log_head_position", "The newest position of the log.", look.position),
            *_per_account(now, await look.all(ACCOUNTS), await look.all(LANES), await look.all(PARKED)),
            _roads(now, await look.all(ROADS)),
            *_dying(now, await look.one(DYING)),
            *_hooks(now, look.position, await look.all(HOOKS), await look.all(HOOK_QUEUE)),
            _family(
                "parley_conversations",
                "Conversations by status.",
                "status",
                {row["status"]: row["n"] for row in await look.all(CONVERSATIONS)},
            ),
        ]


def _per_account(now: int, accounts: Any, lanes: Any, parked: Any) -> Iterator[Metric]:
    names = [row["id"] for row in accounts]
    due = {row["account_id"]: row for row in lanes}
    kept = {row["account_id"]: row for row in parked}
    yield _family(
        "parley_account_paused",
        "1 while the provider does not accept our credentials, and nothing is sent.",
        "account",
        {row["id"]: row["paused_at"] is not None for row in accounts},
    )
    yield _family(
        "parley_outbox_lanes",
        "Persons to whom something waits to be sent.",
        "account",
        {name: due[name]["n"] if name in due else 0 for name in names},
    )
    yield _family(
        "parley_outbox_overdue_seconds",
        "How long what is due longest has been waiting to be sent.",
        "account",
        {name: _age(now, due[name]["due_at"]) if name in due else 0 for name in names},
    )
    yield _family(
        "parley_parked_calls",
        "Calls of providers that could not be taken in and wait for somebody.",
        "account",
        {name: kept[name]["n"] if name in kept else 0 for name in names},
    )


def _roads(now: int, rows: Any) -> Metric:
    family = GaugeMetricFamily(
        "parley_account_failing_seconds",
        "How long nothing comes in (in, door) or goes out (out) by an account; 0: it does.",
        labels=["account", "way"],
    )
    for row in rows:
        age = 0 if row["problem"] is None else max(1.0, _age(now, row["since"] or now))
        family.add_metric([row["account_id"], row["way"]], age)
    return family


def _dying(now: int, row: Any) -> Iterator[Metric]:
    yield _gauge("parley_dying_files", "Files of erasures that the file store has not deleted yet.", row["n"])
    age = 0 if row["since"] is None else _age(now, row["since"])
    yield _gauge("parley_dying_files_oldest_seconds", "How long the oldest of them has waited.", age)


def _hooks(now: int, head: int, hooks: Any, queues: Any) -> Iterator[Metric]:
    queued = {row["hook_id"]: row for row in queues}
    states = GaugeMetricFamily(
        "parley_hook_state", "1 for the state a webhook is in.", labels=["hook", "state"]
    )
    for row in hooks:
        for state in ("active", "paused", "disabled"):
            states.add_metric([row["id"], state], row["state"] == state)
    yield states
    active = [row for row in hooks if row["state"] == "active"]
    yield _family(
        "parley_hook_lag_events",
        "Facts of the log that have not been looked at for a webhook.",
        "hook",
        {row["id"]: head - row["position"] for row in active},
    )
    yield _family(
        "parley_hook_waiting_deliveries",
        "Deliveries in a webhook's queue.",
        "hook",
        {row["id"]: queued[row["id"]]["n"] if row["id"] in queued else 0 for row in active},
    )
    yield _family(
        "parley_hook_failing_seconds",
        "How long a webhook has taken nothing; 0: it takes.",
        "hook",
        {row["id"]: _age(now, row["failing_since"]) if row["failing_since"] else 0 for row in active},
    )


def _age(now: int, then: int) -> float:
    """Seconds; what is to come has no age."""
    return max(0, now - then) / 1000


# --- families -------------------------------------------------------------------------------------------------------


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)


def _family(name: str, words: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _as_json(family: Metric) -> list[Any]:
    samples = [[sample.name, sample.labels, sample.value] for sample in family.samples]
    return [family.name, family.documentation, family.type, samples]


def _from_json(told: list[Any]) -> Metric:
    name, words, kind, samples = told
    family = Metric(name, words, kind)
    family.samples = [Sample(*sample) for sample in samples]
    return family


def _merged(told: Iterable[tuple[str, Iterable[Metric]]]) -> Iterable[Metric]:
    """One family of each name, as the format asks for, with everybody's series."""
    together: dict[str, Metric] = {}
    for worker, families in told:
        for family in families:
            whole = together.setdefault(family.name, Metric(family.name, family.documentation, family.type))
            whole.samples += [
                Sample(sample.name, {**sample.labels, "worker": worker}, sample.value)
                for sample in family.samples
            ]
    return together.values()


def _written(families: list[Metric]) -> bytes:
    class Collected:
        def collect(self) -> Iterable[Metric]:
            return families

    return generate_latest(Collected())


async def _ask_newest(places: list[tuple[float, Path]]) -> Any:
    """What a worker tells: of two, one of which replaces the other, the one that began last and still is there."""
    for _, place in sorted(places, reverse=True):
        if (told := await _ask(place)) is not None:
            return told
    return None


async def _ask(place: Path) -> Any:
    """None for one that is gone or stuck: `parley_build_info` says who answered."""
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_unix_connection(place)
            try:
                worker, families = orjson.loads(await reader.read())
            finally:
                writer.close()
    except ConnectionRefusedError:  # left behind by one that was killed
        place.unlink(missing_ok=True)
        return None
    except (OSError, TimeoutError, ValueError) as why:
        log.warning("worker %s does not tell its figures: %r", place.stem, why)
        return None
    return [worker, [_from_json(family) for family in families]]


# --- about us -------------------------------------------------------------------------------------------------------


def _folder() -> Path | None:
    told = os.environ.get(FOLDER)
    return Path(told) if told else None


def _is_here(request: web.Request) -> bool:
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address((request.remote or "").removeprefix("::ffff:")).is_loopback
    except ValueError:
        return False


def _version() -> str:
    try:
        return version("parley")
    except PackageNotFoundError:  # a checkout that was never installed
        return "unknown"


def _bundle() -> str:
    try:
        return bundle().hash
    except ConfigError:
        return "none"
