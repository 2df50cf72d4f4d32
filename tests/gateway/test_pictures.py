"""Where an agent's picture is: named by its bytes, so a new picture has a new address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.egress.pictures import NAME, TYPES, picture_name, picture_path

DIGEST = "0123456789abcdef" * 4


@pytest.mark.parametrize(("ending", "mime"), TYPES.items())
def test_each_kind_of_picture_has_its_ending(ending: str, mime: str) -> None:
    name = picture_name(DIGEST, mime)
    assert name == f"{DIGEST}.{ending}"
    assert NAME.fullmatch(name)
    assert picture_path(name) == f"/pictures/{DIGEST}.{ending}"


@given(
    st.sampled_from(["image/svg+xml", "text/html", "image/gif", "application/pdf", ""]) | st.text(max_size=20)
)
def test_what_might_be_a_page_is_no_picture(mime: str) -> None:
    assert mime in TYPES.values() or picture_name(DIGEST, mime) is None


@given(st.text(max_size=80))
def test_only_such_names_are_names(text: str) -> None:
    assert not NAME.fullmatch(f"../{text}") and not NAME.fullmatch(f"{DIGEST}/{text}")


def test_who_has_none_has_no_address() -> None:
    assert picture_path(None) is None
    assert picture_path("") is None
