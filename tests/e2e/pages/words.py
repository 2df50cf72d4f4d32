"""The catalogues, so that a test finds a button by its name in the language the page speaks."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["en", "ko"]
LANGUAGES: tuple[Language, ...] = ("en", "ko")
LOCALES: dict[Language, str] = {"en": "en-US", "ko": "ko-KR"}
FOLDER = Path(__file__).parents[3] / "static/src/i18n"
HOLE = re.compile(r"\{(\w+)\}(?:\{[^}]*\})?")


@cache
def catalogue(which: str, language: Language) -> dict[str, str]:
    found: dict[str, str] = json.loads((FOLDER / f"{which}.{language}.json").read_text())
    return found


class Words:
    """The words of one catalogue in one language."""

    def __init__(self, which: Literal["inbox", "widget", "errors"], language: Language) -> None:
        self.language = language
        self._texts = catalogue(which, language)
        if which == "inbox":
            self._texts = {
                **self._texts,
                **catalogue("beside", language),
                **catalogue("settings", language),
                **catalogue("notices", language),
            }

    def __call__(self, key: str, **params: object) -> str:
        """As the page says it (without Korean particles after a place)."""
        return HOLE.sub(lambda hole: str(params[hole[1]]), self._texts[key])

    def like(self, key: str) -> re.Pattern[str]:
        """The whole text, with anything in its places."""
        parts = (re.escape(part) for part in HOLE.split(self._texts[key])[::2])
        return re.compile(f"^{'.+'.join(parts)}$")
