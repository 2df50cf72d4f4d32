"""The bundle is found in a checkout, its names exist, and every text file has its compressed sibling."""

import gzip

from gateway import bundle


def test_every_name_is_a_file() -> None:
    made = bundle.bundle()
    names = [bundle.LOADER, made.inbox.script, made.inbox.style, made.widget.script, made.widget.style]
    for name in filter(None, names):
        whole = (bundle.folder() / name).read_bytes()
        assert gzip.decompress((bundle.folder() / f"{name}.gz").read_bytes()) == whole
    assert len(made.hash) == 16


def test_names_change_with_their_content_but_for_the_loader() -> None:
    made = bundle.bundle()
    assert made.inbox.script.startswith("inbox-")
    assert made.widget.script.startswith("widget-")


def test_texts_come_in_both_languages_and_fall_back_to_english() -> None:
    english, korean = bundle.texts("en"), bundle.texts("ko")
    assert english.keys() == korean.keys()
    assert english != korean
    assert bundle.texts("xx") == english
    assert bundle.texts("../../en") == english
