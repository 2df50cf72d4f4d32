"""`python -m gateway.typescript [--check]`"""

from __future__ import annotations

import sys

from gateway.typescript.folder import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
