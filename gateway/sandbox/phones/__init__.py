"""A phone network with Twilio's door: phones with numbers, and the provider that stands between them and Parley.

`network` is the model and does nothing by itself; `api` answers as Twilio's REST API does, `callbacks` knocks at our
own doors as Twilio does. Field names, statuses and codes are those of Twilio's published reference; docstrings name the
page, below https://www.twilio.com/docs/.
"""
