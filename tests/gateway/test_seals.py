"""What seals secrets: nobody opens them without the key, in another place, or changed by a bit."""

import base64
import logging
import re
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ConfigError
from gateway.seals import SEALED, Seals

OLD, NEW = "o" * 32, "n" * 40


@given(st.text(max_size=40), st.text(max_size=20))
def test_what_was_sealed_opens_in_its_place_and_shows_nothing(plain: str, place: str) -> None:
    seals = Seals(OLD)
    kept = seals.seal(plain, place)
    assert SEALED.fullmatch(kept) and seals.open(kept, place) == plain
    assert len(plain) < 6 or plain not in kept
    assert seals.seal(plain, place) != kept
    with pytest.raises(ConfigError, match="for another place"):
        seals.open(kept, place + "x")


def test_a_changed_bit_anywhere_is_noticed() -> None:
    seals = Seals(OLD)
    head, _, text = seals.seal("JBSWY3DPEHPK3PXP", "here").rpartition(":")
    sealed = base64.urlsafe_b64decode(text)
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises(ConfigError):
            seals.open(f"{head}:{base64.urlsafe_b64encode(changed).decode()}", "here")


def test_the_first_key_seals_and_all_open() -> None:
    kept = Seals(OLD).seal("x", "here")
    both = Seals(f"{NEW}\n{OLD}\n")
    assert both.open(kept, "here") == "x"
    again = both.seal("x", "here")
    assert Seals(NEW).open(again, "here") == "x"
    with pytest.raises(ConfigError, match=r"\[secrets\] key"):
        Seals(OLD).open(again, "here")


def test_a_key_that_is_not_here_is_named_with_what_to_do() -> None:
    kept, other = Seals(OLD).seal("x", "here"), Seals(NEW)
    with pytest.raises(ConfigError) as said:
        other.open(kept, "here")
    assert Seals(OLD).ids[0] in str(said.value) and other.ids[0] in str(said.value)
    assert "[secrets] key" in str(said.value) and "parley secrets forget" in str(said.value)
    assert OLD not in str(said.value) and NEW not in str(said.value)


def test_what_stands_open_is_refused_where_there_is_a_key(tmp_path: Path) -> None:
    for seals in (Seals(OLD), Seals(file=tmp_path / "parley.key")):
        with pytest.raises(ConfigError, match="not sealed"):
            seals.open("JBSWY3DPEHPK3PXP", "here")
    assert Seals().open(Seals().seal("open", "here"), "here") == "open"


def test_a_short_key_is_refused_without_repeating_it() -> None:
    with pytest.raises(ConfigError, match="at least 32") as said:
        Seals("letmein")
    assert "letmein" not in str(said.value)


def test_the_file_is_made_once_for_its_owner_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "data" / "parley.key"
    seals = Seals(file=file)
    assert not file.exists()
    with caplog.at_level(logging.WARNING):
        kept = seals.seal("x", "here")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert str(file) in caplog.text and file.read_text().strip() not in caplog.text
    assert Seals(file=file).open(kept, "here") == "x"
    assert [each.name for each in file.parent.iterdir()] == ["parley.key"]


def test_two_processes_that_make_the_first_key_agree_on_one(tmp_path: Path) -> None:
    file = tmp_path / "parley.key"
    first, second = Seals(file=file), Seals(file=file)
    kept = first.seal("x", "here")
    second._put(["s" * 40], fresh=True)  # it had looked before the first one wrote
    assert second.open(kept, "here") == "x"


def test_a_newer_key_of_the_file_is_found_while_running(tmp_path: Path) -> None:
    file = tmp_path / "parley.key"
    running, command = Seals(file=file), Seals(file=file)
    former = running.seal("x", "here")
    command.knows("former")
    command.renew()
    kept = command.seal("y", "here")
    assert running.open(kept, "here") == "y" and running.open(former, "here") == "x"
    assert running.ids == command.ids and len(running.ids) == 2
    assert re.match(f"sealed:1:{running.ids[0]}:", running.seal("z", "here"))


def test_what_is_sealed_after_a_rotation_is_sealed_with_the_newer_key(tmp_path: Path) -> None:
    """Also by a process that has opened nothing since: the former key may be taken away afterwards."""
    file = tmp_path / "parley.key"
    running, command = Seals(file=file), Seals(file=file)
    running.seal("x", "here")
    command.knows("former")
    command.renew()
    kept = running.seal("y", "here")
    file.write_text(file.read_text().split()[0] + "\n")
    assert Seals(file=file).open(kept, "here") == "y"
    file.unlink()
    assert running.seal("z", "here"), "a file that is gone for a moment stops nobody"


def test_a_key_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "parley.key").mkdir()
    with pytest.raises(ConfigError, match=r"parley\.key"):
        Seals(file=tmp_path / "parley.key")
