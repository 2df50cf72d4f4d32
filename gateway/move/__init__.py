"""`parley move`: a serving SQLite installation carried over to PostgreSQL, files included.

Copied while it is served, then what changed meanwhile, again and again, until little is left; then the file is closed
for some seconds, the last changes follow, both sides are proven equal, and the file is retired. docs/move.md argues why
nothing is lost and nothing is written on both sides, whoever dies when.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

import orjson

from gateway.backup.sqlite import path_of
from gateway.config import Config, Media
from gateway.errors import ConfigError, Unavailable
from gateway.events import new_id
from gateway.folders import make_private_file
from gateway.media import MediaStore, open_media
from gateway.media.spool import FLOOR
from gateway.move import files
from gateway.move.carry import Course
from gateway.move.source import Source
from gateway.move.target import Target, described
from gateway.store.moving import RENEW, State, Word

__all__ = ["move", "undo"]

LITTLE = 300
"""Rows that may still have changed when the file is closed."""
ROUNDS = 12
"""How often what changed is carried over before the file is closed however much it is."""
CLOSED = 60.0
"""Seconds for which the file may be closed; then it opens again, and the move says so."""
ATTEMPTS = 5
"""How often the file is closed anew when a lease ran out under us."""
REPORT = "move-report.json"

Told = Callable[[str], None]


async def move(config: Config, to: str, media: str | None, say: Told) -> str:
    """Carry everything over to the database `to` and, when it is given, the file store `media`; goes on where a former
    call was interrupted. Returns what to change now, in words.

    Raises ConfigError with the reason when it cannot be; then the installation is served as before. Unavailable when
    one of the parts does not answer: run it again.
    """
    path = _path(config)
    here, there = config.media_store, _media_url(config, media)
    with _alone(path):
        source = Source(path)
        try:
            async with Target.open(to) as target, _stores(config, here, there) as stores:
                if source.word is not None and source.word.state is State.MOVED:
                    await _finish(source, target, say)
                else:
                    await _check_room(config, stores, there)
                    await _move(config, source, target, stores, say)
        finally:
            source.close()
    return _instructions(to, there if there != here else None)


def undo(config: Config, *, force: bool) -> str:
    """Give up a move that is not final; with `force` take a retired file back. Raises ConfigError."""
    path = _path(config)
    with _alone(path):
        source = Source(path)
        try:
            if source.word is not None and source.word.state is State.MOVED:
                if not force:
                    raise ConfigError(
                        f"{path} was moved to {source.word.to}: if that has never been served, --force takes this file"
                        " back; otherwise what was said there since would be missing here"
                    )
                source.take_back()
            gone = source.undo()
        finally:
            source.close()
    return f"{path} is not moved any more" if gone else f"{path} is not being moved"


async def _move(
    config: Config, source: Source, target: Target, stores: tuple[MediaStore, MediaStore | None], say: Told
) -> None:
    await _begin(source, target, say)
    assert source.word
    course = Course(source, target, *stores, say)
    try:
        await course.copy_tables()
        await files.carry_all(*stores, target, say)
        await course.follow()
        await course.compare()
        await target.analyze()
        for _ in range(ROUNDS):
            await course.follow()
            if course.left() <= LITTLE:
                break
        await files.carry_all(*stores, target, say)
        _report(config, course, await target.files())
        for _ in range(ATTEMPTS):
            if await _close_and_finish(config, source, target, course, say):
                return
        raise Unavailable("the file could not be kept closed long enough; it is served as before: try again")
    finally:
        course.close()


async def _check_room(config: Config, stores: tuple[MediaStore, MediaStore | None], there: str) -> None:
    """The log beside the file grows while it is read; and the files, where they go to another folder. Raises
    ConfigError."""
    here, new = stores
    _has_room(_path(config).parent, 0)
    if new is not None and there.startswith("disk:"):
        known = {held.hash async for held in new.list()}
        _has_room(
            Path(there.removeprefix("disk:")),
            sum([one.size async for one in here.list() if one.hash not in known]),
        )


def _has_room(folder: Path, size: int) -> None:
    if (free := shutil.disk_usage(folder).free) < size + FLOOR:
        raise ConfigError(
            f"{folder}: {free >> 20} MiB are free, the move needs {(size + FLOOR) >> 20}; nothing was done"
        )


async def _begin(source: Source, target: Target, say: Told) -> None:
    await target.check_unused()
    mark = await target.mark()
    source.open_file()  # whoever closed it is dead
    word = source.word
    if mark is not None and (word is None or word.id != mark["id"]):
        raise ConfigError(
            f"{target.name} holds an unfinished move of another installation, or one that was given up"
        )
    await target.prepare()
    if mark is not None and word is not None:
        if word.epoch != source.epoch:
            raise ConfigError(
                f"{source.path} was restored since this move began: `parley move --undo`, and an empty database"
            )
        source.check_notes(target.tables)
        await target.resume(word.id)
        say(f"going on with the move to {target.name}")
        return
    await target.check_empty()
    if word is not None and word.to != target.name:
        raise ConfigError(f"{source.path} is being moved to {word.to}: go on there, or `parley move --undo`")
    source.check()
    word = Word(new_id(), source.epoch, target.name)
    # What changes is noted before the first row is read.
    source.begin(word, target.tables)
    await target.begin(word.id)
    say(f"moving {source.path} to {target.name}")


async def _close_and_finish(
    config: Config, source: Source, target: Target, course: Course, say: Told
) -> bool:
    """The last seconds. False when the file did not stay closed: then somebody may have written, and nothing is final.
    Raises what hinders it; the file is open again then."""
    assert source.word
    began = time.monotonic()
    try:
        await asyncio.to_thread(source.close_file)
        say("closed: nothing is written any more")
        async with asyncio.timeout(CLOSED), _renewing(source):
            await course.follow()
            await course.prove()
            source.check_notes(target.tables)
            _report(config, course, await target.files())
            await target.make_ready(source.word.id, course.sequences())
            rows = sum(tally.rows for tally in course.sides.there.values())
            say(
                f"proven equal: {rows} rows at position {course.position}; {config.data / REPORT} has the checksums"
            )
        if await asyncio.to_thread(source.retire, target.epoch):
            await _open(source, target, say, f"{time.monotonic() - began:.1f} s")
            return True
    except TimeoutError as why:
        raise Unavailable(
            f"the last step took longer than {CLOSED:.0f} s; the file is served as before"
        ) from why
    finally:
        # Does nothing once it is retired.
        source.open_file()
    await target.resume(source.word.id)
    return False


async def _finish(source: Source, target: Target, say: Told) -> None:
    """The file is retired; whoever did it may have died before the last word."""
    word = source.word
    assert word
    mark = await target.mark()
    if target.epoch != word.became or (mark is not None and mark["id"] != word.id):
        raise ConfigError(f"{source.path} was moved to {word.to}, and this is not it")
    await _open(source, target, say, "")


async def _open(source: Source, target: Target, say: Told, closed: str) -> None:
    await target.open_doors()
    say(f"moved{f', closed for {closed}' if closed else ''}: from now on {target.name} is the house")
    await target.finish()


@contextlib.asynccontextmanager
async def _renewing(source: Source) -> AsyncIterator[None]:
    async def renew() -> None:
        held = True
        while held:
            await asyncio.sleep(RENEW)
            held = await asyncio.to_thread(source.renew)

    task = asyncio.create_task(renew(), name="move.renew")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One mover for a file; the lock goes with its process, however that ends."""
    if not path.exists():
        raise ConfigError(f"[database] url: there is no database at {path}")
    lock = path.with_name(path.name + ".move")
    make_private_file(lock)
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as why:
            raise ConfigError(f"{path} is being moved by another process") from why
        yield


def _path(config: Config) -> Path:
    if not config.database_url.startswith("sqlite:///"):
        raise ConfigError(
            "[database] url: only an installation on SQLite is moved; this one is on PostgreSQL already"
        )
    return path_of(config.database_url)


def _media_url(config: Config, media: str | None) -> str:
    if media is None:
        return config.media_store
    return config.model_copy(update={"media": Media.model_validate({"store": media})}).media_store


@contextlib.asynccontextmanager
async def _stores(
    config: Config, here: str, there: str
) -> AsyncIterator[tuple[MediaStore, MediaStore | None]]:
    async with contextlib.AsyncExitStack() as stack:
        old = open_media(here, config.data)
        stack.push_async_callback(old.close)
        new = None
        if there != here:
            new = open_media(there, config.data)
            stack.push_async_callback(new.close)
        yield old, new


def _report(config: Config, course: Course, held: dict[str, int]) -> None:
    sides = course.sides
    told = {
        "at": int(time.time() * 1000),
        "to": course.target.name,
        "position": course.position,
        "differences": sides.differences(),
        "tables": {
            name: {
                "rows": [sides.here[name].rows, sides.there[name].rows],
                "checksum": [sides.here[name].checksum, sides.there[name].checksum],
            }
            for name in sorted(sides.here)
        },
        "files": dict(sorted(held.items())),
    }
    file = config.data / REPORT
    make_private_file(file)
    file.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2))


def _instructions(to: str, media: str | None) -> str:
    lines: Sequence[str] = (
        f'[database]\nurl = "{described(to)}"      # with the user and password that --to had',
        *([f'\n[media]\nstore = "{media}"'] if media else []),
    )
    return "In config.toml now:\n\n" + "\n".join(lines) + "\n\nThen restart parley serve."
