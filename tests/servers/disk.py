"""A disk of its own for a server, which a test fills: ENOSPC in earnest, not a limit that resembles it."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

PLENTY = 4 << 30
"""Bytes, of which only what is written is held."""


class Disk:
    """A file system in memory over `folder`, for as long as the process that made it keeps it (`close`)."""

    def __init__(self, folder: Path, owner: int) -> None:
        self.folder = folder
        _mount("-t", "tmpfs", "-o", f"size={PLENTY},uid={owner},gid={owner},mode=0700", "tmpfs", folder)

    def ends(self, room: int) -> None:
        """From now on it takes `room` bytes more."""
        while True:
            used = shutil.disk_usage(self.folder).used
            try:
                return self._resize(used + room)
            except subprocess.CalledProcessError:  # something was written between the two
                if shutil.disk_usage(self.folder).used == used:
                    raise

    def has_room(self) -> None:
        self._resize(PLENTY)

    def close(self) -> None:
        """Whatever still has a file open there keeps it until it ends."""
        subprocess.run(["umount", "--lazy", self.folder], check=True, capture_output=True)

    def _resize(self, size: int) -> None:
        _mount("-o", f"remount,size={size}", self.folder)


@functools.cache
def mountable() -> bool:
    """Whether this user may mount, which a container seldom allows."""
    with tempfile.TemporaryDirectory(prefix="parley-disk-") as folder:
        try:
            Disk(Path(folder), os.geteuid()).close()
        except (OSError, subprocess.CalledProcessError):
            return False
    return True


def _mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)
