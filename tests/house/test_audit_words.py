"""Every kind of fact that the audit may hold has words in the filter of its page."""

from __future__ import annotations

import re

from gateway.events import Kind
from tests.house import sources
from tests.house.test_texts import all_keys

NEVER_AUDITED = {Kind.MESSAGE_CREATED, Kind.MESSAGE_HELD, Kind.MESSAGE_FILES, Kind.LEG_SEEN}
PAGE = "static/src/inbox/views/settings/audit-words.ts"


def test_every_kind_has_words() -> None:
    listed = set(re.findall(r'^  "([a-z]+\.[a-z]+)",$', sources.text(PAGE), re.MULTILINE))
    kinds = {kind.value for kind in Kind if kind not in NEVER_AUDITED}
    assert listed == kinds
    missing = {f"audit.kind.{kind}" for kind in kinds} - all_keys()
    assert not missing
