"""Folders for what is nobody else's business: made for this user alone, whatever the umask says; and on the disk."""

from __future__ import annotations

import os
import stat
from pathlib import Path

FOLDER, FILE = 0o700, 0o600
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_private(folder: Path) -> None:
    """Make a folder, and those above it that are missing; what is there already is left as it is. Raises OSError."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=FOLDER, exist_ok=True)
    folder.mkdir(mode=FOLDER, exist_ok=True)  # says what is wrong where a file stands in its place


def make_private_file(path: Path) -> None:
    """An empty file where there is none; one that is there is closed to others. Raises OSError."""
    path.touch(mode=FILE, exist_ok=True)
    if path.stat().st_mode & OTHERS:
        path.chmod(FILE)


def open_to_others(path: Path) -> bool:
    """May anybody but the owner (and root) look into it?"""
    return bool(path.stat().st_mode & OTHERS)


def read_only(folder: Path) -> bool:
    """May nobody write to its file system any more? Linux makes it so by itself when a disk fails."""
    try:
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def owner_beside_root(folder: Path) -> str | None:
    """Who owns it, where we are root and it is somebody else's: what root makes in it, that one cannot read."""
    if getattr(os, "geteuid", lambda: None)() != 0 or not folder.exists() or folder.stat().st_uid == 0:
        return None
    try:
        return folder.owner()
    except KeyError:  # a number without a name, as in containers
        return f"#{folder.stat().st_uid}"


def sync_names(folder: Path) -> None:
    """Make the names in a folder durable: fsync of a file does not cover its name (fsync(2), Notes). Raises OSError."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
