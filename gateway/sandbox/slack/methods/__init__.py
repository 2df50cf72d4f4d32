"""The methods of the Web API that we use, one module per family (reference/methods)."""

from gateway.sandbox.slack.calls import Method
from gateway.sandbox.slack.methods import chat, conversations, files, people, reactions, views

METHODS: dict[str, Method] = {
    **people.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **reactions.METHODS,
    **views.METHODS,
    **files.METHODS,
}
