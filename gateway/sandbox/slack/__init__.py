"""A Slack workspace with the doors that an app sees: people who write, press and choose, and what Slack makes of it.

`workspace` is the model; `api` answers as the Web API does, `sockets` and `knocking` bring to the app what happened,
through Socket Mode or signed HTTP; `town` holds it all together for tests and the demo. Names, errors and limits are
those of Slack's published reference; docstrings name the page, below https://docs.slack.dev/.
"""
