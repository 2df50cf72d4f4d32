"""Writes static/src/wire/: everything server and browser say to each other, as TypeScript types.

`python -m gateway.typescript` writes the folder, `--check` fails when it is not what would be written. The shapes come
from pydantic's JSON Schema of the wires (what the browser sends as validated, what it gets as serialised), the comments
from the docstrings. Imports both doors, so only the composition root and the command line may import it.
"""
