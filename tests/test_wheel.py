"""The wheel is whole: installed into an empty environment it serves from an empty folder, with no checkout in sight."""

import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.parley import Parley

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built with the hatchling of this environment, so that nothing is fetched for it."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True
    )
    (made,) = folder.glob("parley-*.whl")
    return made


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment whose only installed package is the wheel; its dependencies are looked up in ours."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin/python"
    site = Path(
        subprocess.check_output(
            [python, "-c", "import site; print(site.getsitepackages()[0])"], text=True
        ).strip()
    )
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            python,
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            wheel,
        ],
        check=True,
    )
    ours = subprocess.check_output(
        [sys.executable, "-c", "import site; print(site.getsitepackages()[0])"], text=True
    )
    # A plain path line, so that our own .pth files, the checkout's editable install among them, are not read.
    (site / "dependencies.pth").write_text(ours)
    return folder


def test_the_wheel_carries_all_that_is_not_python(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "gateway/_static/manifest.json",
        "gateway/_static/widget.js",
        "gateway/_static/i18n/inbox.ko.json",
        "gateway/_static/i18n/widget.ko.json",
        "gateway/sandbox/stories/ko.toml",
        "gateway/sandbox/stories/guests.toml",
        "gateway/sandbox/shop/shop.html",
    } <= names
    assert any(name.startswith("gateway/store/migrations/") and name.endswith(".sql") for name in names)
    assert not any(name.startswith(("tests/", "static/", "bench/")) for name in names)


@pytest.fixture
def served(environment: Path) -> Iterator[str]:
    server = Parley.start(program=[environment / "bin/parley"])
    yield server.url
    server.stop()


def test_the_wheel_serves_from_an_empty_folder(served: str) -> None:
    for path, expected in [("/", "text/html"), ("/widget.js", "javascript"), ("/readyz", "")]:
        with urllib.request.urlopen(served + path, timeout=5) as answer:
            assert answer.status == 200
            assert expected in answer.headers["Content-Type"]
            assert answer.read()
