"""Parley with the tests' own provider among its channels: `python -m tests.servers.with_provider serve ...`.

A file `mended` beside it stands for the next release, which reads what this one cannot.
"""

import sys
from pathlib import Path

import pytest

from gateway.__main__ import main
from tests import provider

MENDED = "mended"

if __name__ == "__main__":
    with pytest.MonkeyPatch.context() as patch:
        provider.register(patch)
        patch.setattr(provider.Pigeon, "mended", property(lambda self: Path(MENDED).exists()))
        sys.exit(main())
