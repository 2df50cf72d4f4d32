"""views.*: modals and the home tab."""

from gateway.sandbox.slack.methods.views import MOST_VIEWS
from tests.sandbox.slack.hall import App, Hall, field_of, menu, modal, words

TEXT = {"type": "plain_text_input", "action_id": "text"}
HOME = {"type": "home", "blocks": [words("Nobody waits")]}


def trigger(hall: Hall) -> str:
    return hall.slack.tickets.trigger(hall.mina.id)


async def test_a_trigger_opens_one_view_and_only_at_once(hall: Hall) -> None:
    name = trigger(hall)
    told = (await hall.client.views_open(trigger_id=name, view=modal(field_of("reply", TEXT))))["view"]
    assert hall.slack.modal(hall.mina) is hall.slack.workspace.views[told["id"]]
    assert told["root_view_id"] == told["id"]
    late = trigger(hall)
    hall.clock.add(3.1)
    for error, used in (
        ("exchanged_trigger_id", name),
        ("expired_trigger_id", late),
        ("invalid_trigger_id", "guessed"),
    ):
        no = await hall.refused("views.open", trigger_id=used, view=modal(words("x")))
        assert no["error"] == error


async def test_what_is_no_view(hall: Hall) -> None:
    for view in (
        None,
        {"type": "modal", "title": {"type": "plain_text", "text": "x"}},
        {**modal(words("x")), "title": {"type": "plain_text", "text": "A title that is too long for it"}},
        {**modal(words("x")), "private_metadata": "x" * 3001},
        {**modal(field_of("reply", TEXT)), "submit": None},
        HOME,
    ):
        no = await hall.refused("views.open", trigger_id=trigger(hall), view=view)
        assert no["error"] == "invalid_arguments"
        assert no["response_metadata"]["messages"]
    many = [words("x" * 2999)] * 99
    no = await hall.refused("views.open", trigger_id=trigger(hall), view=modal(*many))
    assert no["error"] == "view_too_large"


async def test_views_on_top_of_each_other(hall: Hall) -> None:
    view = (await hall.client.views_open(trigger_id=trigger(hall), view=modal(words("1"))))["view"]
    for number in range(MOST_VIEWS - 1):
        from_it = hall.slack.tickets.trigger(hall.mina.id, view["id"])
        pushed = (await hall.client.views_push(trigger_id=from_it, view=modal(words(f"{number}"))))["view"]
        assert (pushed["root_view_id"], pushed["previous_view_id"]) == (view["root_view_id"], view["id"])
        view = pushed
    more = hall.slack.tickets.trigger(hall.mina.id, view["id"])
    no = await hall.refused("views.push", trigger_id=more, view=modal(words("x")))
    assert no["error"] == "push_limit_reached"
    no = await hall.refused("views.push", trigger_id=trigger(hall), view=modal(words("x")))
    assert no["error"] == "not_found"


async def test_an_update_says_what_it_knew(hall: Hall) -> None:
    body = modal(field_of("reply", TEXT), words("preview"), external_id="one")
    view = (await hall.client.views_open(trigger_id=trigger(hall), view=body))["view"]
    shown = hall.slack.modal(hall.mina)
    assert shown is not None
    hall.slack.deeds.fill(shown, "text", "half a sen")
    after = (await hall.client.views_update(view_id=view["id"], hash=view["hash"], view=body))["view"]
    assert after["state"]["values"]["reply"]["text"]["value"] == "half a sen"
    by_name = await hall.client.views_update(external_id="one", view=modal(words("x")))
    assert by_name["view"]["state"]["values"] == {}
    no = await hall.refused("views.update", view_id=view["id"], hash=view["hash"], view=modal(words("x")))
    assert no["error"] == "hash_conflict"
    no = await hall.refused("views.update", view_id="V404", view=modal(words("x")))
    assert no["error"] == "not_found"


async def test_a_name_of_a_view_is_there_once(hall: Hall) -> None:
    tom = hall.slack.tickets.trigger(hall.tom.id)
    await hall.client.views_open(trigger_id=tom, view=modal(words("x"), external_id="one"))
    no = await hall.refused("views.open", trigger_id=trigger(hall), view=modal(words("x"), external_id="one"))
    assert no["error"] == "duplicate_external_id"


async def test_the_home_tab(hall: Hall, app: App) -> None:
    hall.slack.open_home(hall.mina)
    (request,) = await app.hears(1)
    event = request.payload["event"]
    assert (event["type"], event["tab"], event["user"]) == ("app_home_opened", "home", hall.mina.id)
    assert "view" not in event
    first = (await hall.client.views_publish(user_id=hall.mina.id, view=HOME))["view"]
    again = await hall.client.views_publish(user_id=hall.mina.id, view=HOME, hash=first["hash"])
    assert again["view"]["id"] == first["id"]
    assert hall.slack.home(hall.mina) is not None
    no = await hall.refused("views.publish", user_id=hall.mina.id, view=HOME, hash=first["hash"])
    assert no["error"] == "hash_conflict"
    no = await hall.refused("views.publish", user_id="U404", view=HOME)
    assert no["error"] == "user_not_found"


async def test_what_stands_in_a_modal_is_submitted_with_it(hall: Hall, app: App) -> None:
    leg = menu("leg", "sms", "mail")
    leg["initial_option"] = leg["options"][0]
    body = modal(
        field_of("reply", TEXT),
        field_of("over", leg),
        field_of("who", {"type": "users_select", "action_id": "who"}, optional=True),
        field_of("when", {"type": "datepicker", "action_id": "when"}, optional=True),
        private_metadata="c1/41",
        callback_id="reply",
    )
    await hall.client.views_open(trigger_id=trigger(hall), view=body)
    view = hall.slack.modal(hall.mina)
    assert view is not None
    empty = await hall.slack.submit(view)
    assert (empty.heard, list(view.errors)) == (False, ["reply"])
    app.answer = lambda _: {"response_action": "errors", "errors": {"reply": "Too long"}}
    assert (await hall.slack.submit(view, text="We are on it", when="2026-11-24")).heard
    told = app.heard[-1].payload
    assert (told["type"], told["user"]["id"]) == ("view_submission", hall.mina.id)
    assert (told["view"]["private_metadata"], told["view"]["callback_id"]) == ("c1/41", "reply")
    assert told["view"]["state"]["values"] == {
        "reply": {"text": {"type": "plain_text_input", "value": "We are on it"}},
        "over": {"leg": {"type": "static_select", "selected_option": leg["options"][0]}},
        "who": {"who": {"type": "users_select", "selected_user": None}},
        "when": {"when": {"type": "datepicker", "selected_date": "2026-11-24"}},
    }
    assert view.errors == {"reply": "Too long"}
    app.answer = lambda _: {"response_action": "update", "view": modal(words("Sure?"))}
    await hall.slack.submit(view)
    assert view.body["blocks"][0]["text"]["text"] == "Sure?"
    app.answer = lambda _: {"response_action": "push", "view": modal(words("Really?"))}
    await hall.slack.submit(view)
    top = hall.slack.modal(hall.mina)
    assert top is not None and top.previous == view.id
    app.answer = lambda _: {"response_action": "clear"}
    await hall.slack.submit(top)
    assert hall.slack.modal(hall.mina) is None


async def test_a_modal_that_is_left(hall: Hall, app: App) -> None:
    body = modal(words("x"), notify_on_close=True)
    await hall.client.views_open(trigger_id=trigger(hall), view=body)
    view = hall.slack.modal(hall.mina)
    assert view is not None
    await hall.slack.close_view(view)
    assert app.heard[-1].payload["type"] == "view_closed"
    assert hall.slack.modal(hall.mina) is None
