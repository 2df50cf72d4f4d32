"""What a template lets its reader press, and what her phone says then."""

import pytest

from gateway.sandbox.phones.choices import choices, chosen, opener
from gateway.sandbox.phones.records import Saying, Template


def template(kind: str, **what: object) -> Template:
    return Template("HX1", "AC1", "name", "en", {kind: {"body": "Words", **what}})


BUTTONS = template("twilio/quick-reply", actions=[{"type": "QUICK_REPLY", "title": "Yes", "id": "y"}])
LIST = template(
    "twilio/list-picker",
    button="Choose",
    items=[{"id": "am", "item": "Morning", "description": "9 to 12"}, {"id": "pm", "item": "Evening"}],
)
LINKS = template(
    "twilio/call-to-action",
    actions=[
        {"type": "URL", "title": "Follow it", "url": "https://shop.example/1"},
        {"type": "PHONE_NUMBER", "title": "Call us", "phone": "+14155550100"},
    ],
)


def test_each_form_has_its_choices() -> None:
    told = [
        [(one.kind, one.id, one.title, one.about) for one in choices(form)] for form in (BUTTONS, LIST, LINKS)
    ]
    assert told == [
        [("button", "y", "Yes", "")],
        [("row", "am", "Morning", "9 to 12"), ("row", "pm", "Evening", "")],
        [("link", "https://shop.example/1", "Follow it", "")],
    ]
    assert choices(template("twilio/text")) == ()
    assert (opener(LIST), opener(BUTTONS)) == ("Choose", "")


@pytest.mark.parametrize(
    ("form", "choice", "extra"),
    [
        (BUTTONS, "y", {"ButtonText": "Yes", "ButtonPayload": "y"}),
        (LIST, "pm", {"ListTitle": "Evening", "ListId": "pm"}),
    ],
)
def test_pressing_says_the_choice(form: Template, choice: str, extra: dict[str, str]) -> None:
    assert chosen(form, "SM1", choice) == Saying(next(iter(extra.values())), quotes="SM1", extra=extra)


@pytest.mark.parametrize(("form", "choice"), [(BUTTONS, "n"), (LINKS, "https://shop.example/1")])
def test_what_is_no_choice_says_nothing(form: Template, choice: str) -> None:
    assert chosen(form, "SM1", choice) is None
