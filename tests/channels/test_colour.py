"""Any brand colour: text on it reads, it reads itself, and it can be seen."""

from itertools import product

import pytest

from gateway.channels._colour import ON_DARK, ON_LIGHT, colours, contrast, outline, text_in, text_on
from gateway.channels.webchat import Webchat, WebchatConfig
from gateway.events import AccountId

STEPS = [round(step * 255 / 7) for step in range(8)]
BRANDS = [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in product(STEPS, repeat=3)]


def test_the_measure_is_wcags():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_text_on_any_brand_colour_reads_and_is_black_or_white():
    for brand in BRANDS:
        assert text_on(brand) in ("#ffffff", "#000000")
        assert contrast(text_on(brand), brand) >= 4.5, brand


@pytest.mark.parametrize("ground", [ON_LIGHT, ON_DARK, "#ffffff", "#1a1b1a"])
def test_any_brand_colour_is_made_to_read_on_light_and_dark(ground):
    for brand in BRANDS:
        assert contrast(text_in(brand, ground), ground) >= 4.5, brand


def test_a_colour_too_pale_for_a_white_page_gets_a_line_around_it_and_no_other_does():
    for brand in BRANDS:
        line = outline(brand)
        assert contrast(brand if line == "transparent" else line, "#ffffff") >= 3, brand
        assert (line == "transparent") == (contrast(brand, "#ffffff") >= 3), brand


def test_white_is_preferred_where_it_reads_and_a_colour_that_reads_stays_itself():
    assert text_on("#3b5bdb") == "#ffffff" and text_on("#ffe066") == "#000000"
    assert text_in("#0b6b5d", "#ffffff") == "#0b6b5d"


def test_customers_browsers_are_told_all_of_it():
    config = WebchatConfig.model_validate({"type": "webchat", "colour": "#FFE066"})
    assert Webchat(AccountId("web"), config).settings()["colours"] == colours("#ffe066")
