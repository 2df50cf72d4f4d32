"""What one person sees, and another does not."""

from gateway.sandbox.slack.residents import settle
from gateway.sandbox.slack.screens import Screens
from gateway.sandbox.slack.town import Slack


def test_each_sees_her_own_channels_and_whispers() -> None:
    slack = Slack()
    sora, daniel, _, gwen = settle(slack)
    screens = Screens(slack, "/files")
    support = next(one for one in slack.workspace.channels.values() if one.name == "support")
    slack.workspace.whisper(support, sora.id, "for her", [])
    names = [one["name"] for one in screens.shown(gwen.id, "", "")["channels"]]
    assert names == ["partners"]
    hers = [one["text"] for one in screens.shown(sora.id, support.id, "")["entries"]]
    his = [one["text"] for one in screens.shown(daniel.id, support.id, "")["entries"]]
    assert hers == [*his, "for her"]


def test_a_thread_begins_with_its_first_message_however_long_it_is() -> None:
    slack = Slack()
    sora, *_ = settle(slack)
    screens = Screens(slack, "/files")
    support = next(one for one in slack.workspace.channels.values() if one.name == "support")
    first = slack.say(sora, support, "first")
    for number in range(150):
        slack.say(sora, support, f"{number}", first)
    shown = screens.shown(sora.id, support.id, first)
    texts = [one["text"] for one in shown["replies"]]
    assert (texts[0], texts[1], texts[-1], len(texts)) == ("first", "50", "149", 101)
    assert shown["entries"][-1]["answers"] == 150
