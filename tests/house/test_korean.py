"""The Korean texts by the rules and the glossary of docs/korean.md: polite, one word for each thing, particles."""

import json
import re
from collections.abc import Iterator

import pytest

from tests.house import sources

GLOSSARY = "docs/korean.md"
ROW = re.compile(r"^\| (?P<english>[^|]+?) \| (?P<korean>[^|]+?) \| (?P<shunned>[^|]+?) \|$", re.MULTILINE)
RULES = {
    "a particle that does not follow the word before it: write {name}{을/를}": re.compile(
        r"\}[’”)]?(?:을|를|이|가|은|는|와|과|으로|로|이나|나|이라고|라고|이에요|예요)(?=[\s,.!?]|$)"
    ),
    "no 해요체": re.compile(r"(?:니다|니까|십시오|하라|해라|한다|된다|하시오)(?=[\s.!?]|$)"),
    "a space before an ellipsis": re.compile(r"\s…"),
    "quotation marks of another language": re.compile(r"[“”\"「」]"),
    "no space before 님": re.compile(r"\}님"),
    "되었어요 for 됐어요": re.compile(r"되었어요|되었습니다"),
    "a count of things without 개": re.compile(r"대화 \{n\}건"),
}
WIDGET_RULE = re.compile(r"\{[가-힣]+/[가-힣]+\}")
NO_WORDS = {"name@example.com"}


def korean() -> Iterator[tuple[str, str, str]]:
    """(catalogue, key, text)"""
    for path in sorted(sources.CATALOGUES.glob("*.ko.json")):
        for key, text in json.loads(path.read_text(encoding="utf-8")).items():
            yield path.stem.removesuffix(".ko"), key, text


def shunned() -> dict[str, str]:
    """Words that are not used -> the one that is."""
    rows = [row for row in ROW.finditer(sources.text(GLOSSARY)) if set(row["english"]) != {"-"}]
    return {
        word.strip(): row["korean"]
        for row in rows
        if row["shunned"] != "not"
        for word in row["shunned"].split(",")
    }


def test_the_glossary_is_read() -> None:
    words = shunned()
    assert len(words) > 30
    assert words["낱말"] == "검색어"


@pytest.mark.parametrize("rule", RULES)
def test_every_text_keeps_the_rule(rule: str) -> None:
    faults = [f"{where} {key}: {text}" for where, key, text in korean() if RULES[rule].search(text)]
    assert not faults, f"{rule}:\n" + "\n".join(faults)


def test_one_word_for_each_thing() -> None:
    words = shunned()
    faults = [
        f"{where} {key}: {text} ({word}: say {words[word]})"
        for where, key, text in korean()
        for word in words
        if re.search(rf"(?<![가-힣]){re.escape(word)}", text)
    ]
    assert not faults, "\n".join(faults)


def test_every_text_is_korean() -> None:
    """What has English words has Korean ones: somebody wrote it. Places, names and signs alone are the same in both."""
    faults = [
        f"{where} {key}: {text}"
        for where, key, text in korean()
        if re.search(r"[A-Za-z]{4}", re.sub(r"\{[^}]*\}", "", text)) and not re.search(r"[가-힣]", text)
        if text not in NO_WORDS | {"Parley"}
    ]
    assert not faults, "\n".join(faults)


def test_the_chat_does_without_pairs() -> None:
    """Its bundle has no rules for particles."""
    faults = [
        f"{key}: {text}" for where, key, text in korean() if where == "widget" and WIDGET_RULE.search(text)
    ]
    assert not faults, "\n".join(faults)
