"""What Block Kit takes and what it says no to."""

import pytest

from gateway.sandbox.slack.kit import check_message, check_view, interactive
from gateway.sandbox.slack.records import Json
from gateway.sandbox.slack.refusal import Refusal
from tests.sandbox.slack.hall import actions, button, field_of, menu, modal, words

PLAIN = {"type": "plain_text", "text": "x"}
OPTION = {"text": PLAIN, "value": "x"}


def test_what_we_use_is_taken() -> None:
    blocks = [
        {"type": "header", "text": PLAIN},
        {
            "type": "section",
            "fields": [PLAIN] * 10,
            "accessory": menu("more", "a", kind="overflow"),
        },
        {"type": "context", "elements": [PLAIN, {"type": "image", "image_url": "u", "alt_text": "a"}]},
        actions(button(style="danger", confirm={"title": PLAIN, "text": PLAIN}), menu("s", "a", "b")),
        {"type": "divider"},
        {"type": "image", "image_url": "https://x.example/x.png", "alt_text": "x"},
    ]
    taken = check_message(blocks)
    assert [one["block_id"] for one in taken] == ["b0", "b1", "b2", "deeds", "b4", "b5"]
    assert [element["action_id"] for _, element in interactive(taken)] == ["more", "take", "s"]
    assert check_message(None) == []


def test_every_action_has_a_name() -> None:
    (block,) = check_message([actions({"type": "button", "text": PLAIN}, {"type": "button", "text": PLAIN})])
    assert [one["action_id"] for one in block["elements"]] == ["a0", "a1"]


@pytest.mark.parametrize(
    "block",
    [
        {"type": "song"},
        {"type": "section"},
        {"type": "section", "fields": [PLAIN] * 11},
        {"type": "section", "text": {"type": "html", "text": "x"}},
        words("x" * 3001),
        {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
        {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}},
        {"type": "context", "elements": []},
        {"type": "context", "elements": [PLAIN] * 11},
        actions(),
        actions(*(button(f"b{number}") for number in range(26))),
        actions(button("same"), button("same")),
        actions(button(words="x" * 76)),
        actions(button(value="x" * 2001)),
        actions(button(style="green")),
        actions(button("x" * 256)),
        actions({"type": "dial", "action_id": "x"}),
        actions({"type": "static_select", "action_id": "x", "options": []}),
        actions({"type": "static_select", "action_id": "x", "options": [OPTION] * 101}),
        actions({"type": "static_select", "action_id": "x", "options": [{**OPTION, "value": "x" * 151}]}),
        actions({**menu("x", "a"), "initial_option": OPTION}),
        actions({"type": "overflow", "action_id": "x", "options": [OPTION] * 6}),
        actions({**menu("x", "a"), "placeholder": {"type": "plain_text", "text": "x" * 151}}),
        actions(button(confirm={"title": {"type": "plain_text", "text": "x" * 101}})),
        {"type": "image", "image_url": "https://x.example/x.png"},
        {"type": "image", "alt_text": "x"},
        field_of("reply", {"type": "plain_text_input"}),
        {"type": "divider", "block_id": "x" * 256},
    ],
)
def test_what_is_wrong_with_a_block(block: Json) -> None:
    with pytest.raises(Refusal, match="invalid_blocks") as no:
        check_message([block])
    assert no.value.more["response_metadata"]["messages"][0].startswith("[ERROR]")


def test_what_is_wrong_with_all_of_them() -> None:
    for blocks in ([{"type": "divider"}] * 51, [{"type": "divider", "block_id": "x"}] * 2):
        with pytest.raises(Refusal, match="invalid_blocks"):
            check_message(blocks)
    with pytest.raises(Refusal, match="invalid_blocks_format"):
        check_message({"type": "divider"})
    with pytest.raises(Refusal, match="msg_blocks_too_long"):
        check_message([words("x" * 2999)] * 5)


@pytest.mark.parametrize(
    "element",
    [
        button(),
        {"type": "plain_text_input", "max_length": 3001},
        {"type": "radio_buttons", "options": [OPTION] * 11},
    ],
)
def test_what_cannot_be_filled_in(element: Json) -> None:
    with pytest.raises(Refusal, match="invalid_arguments"):
        check_view(modal(field_of("x", element)), "modal")


def test_a_hint_and_a_label_have_their_lengths() -> None:
    block = field_of("x", {"type": "plain_text_input"})
    check_view(modal({**block, "hint": PLAIN}), "modal")
    for name in ("label", "hint"):
        with pytest.raises(Refusal):
            check_view(modal({**block, name: {"type": "plain_text", "text": "x" * 2001}}), "modal")
