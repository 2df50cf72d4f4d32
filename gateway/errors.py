"""The error tree: each class says what happens next.

Two texts: `text` is a key of the catalogues in static/src/i18n (with `params`), for people; `str(error)` is for the
log. An error is logged once, where it is handled.
"""

from __future__ import annotations

from typing import Any


class ParleyError(Exception):
    """Anything this house raises on purpose."""


class Refused(ParleyError):
    """The caller asked for something that cannot be done; nothing was changed and asking again will not help.

    `status` is the HTTP status of the refusal, `code` its stable machine name (the problem's `type`),
    `text` the key of its words for people, `params` what those words mention.
    """

    status = 422
    code = "refused"

    def __init__(self, text: str, log: str | None = None, *, code: str | None = None, **params: Any) -> None:
        super().__init__(log or text)
        self.text = text
        self.params = params
        if code is not None:
            self.code = code


class Malformed(Refused):
    """The bytes are not what the door takes: a broken frame, bad UTF-8, a body that does not fit the model."""

    status = 400
    code = "malformed"


class Unauthenticated(Refused):
    """Nobody we know: sign in, or bring a valid token."""

    status = 401
    code = "unauthenticated"


class Forbidden(Refused):
    """Known, but not allowed, where the existence of the thing is no secret (a role's action)."""

    status = 403
    code = "forbidden"


class NotFound(Refused):
    """Not there, or not for this caller: the two look the same."""

    status = 404
    code = "not_found"


class Gone(Refused):
    """Was there and will not be again: who calls should stop calling."""

    status = 410
    code = "gone"


class Conflict(Refused):
    """True a moment ago, not any more: the caller looks at the newer state and decides again."""

    status = 409
    code = "conflict"


class TooLarge(Refused):
    """Over a limit that was told beforehand."""

    status = 413
    code = "too_large"


class UnsupportedMediaType(Refused):
    """The body is of another type or encoding than is taken here."""

    status = 415
    code = "unsupported_media_type"


class TooMany(Refused):
    """Over a rate: try again after `retry_after` seconds."""

    status = 429
    code = "too_many"

    def __init__(self, text: str, log: str | None = None, *, retry_after: float, **params: Any) -> None:
        super().__init__(text, log, retry_after=round(retry_after, 1), **params)
        self.retry_after = retry_after


class Unavailable(ParleyError):
    """The database or another part we need is gone for now: 503, nothing was done, asking again is right."""

    status = 503
    code = "unavailable"
    text = "errors.unavailable"
    retry_after = 2.0


class Moving(Unavailable):
    """The database is being carried over to another one, or was: 503 until whoever runs this has switched."""

    code = "moving"
    text = "errors.moving"


class UnknownFact(Unavailable):
    """The log has a fact of a newer version that may not be passed over here: a process of that version can go on.
    `at` in UTC ms."""

    def __init__(self, log: str, position: int, at: int) -> None:
        super().__init__(log)
        self.position, self.at = position, at


class UnknownWord(Unavailable):
    """A row stands in a state of a newer version: a process of that version can go on."""


class Repeat(ParleyError):
    """Already done under this very id: the unit is undone, the caller returns what stands."""


class Astray(ParleyError):
    """It belonged somewhere that is gone, and is nothing anywhere else: the unit is undone, nothing is kept."""


class ConfigError(ParleyError):
    """The configuration cannot be used; the text says which key and what to write instead."""


class SignatureError(ParleyError):
    """A payload is not from whom it claims: refused with 403, the reason only in the log."""


class TemporaryError(ParleyError):
    """A provider could not take it now: the outbox tries again, not before `retry_after` seconds."""

    def __init__(self, log: str, *, retry_after: float | None = None) -> None:
        super().__init__(log)
        self.retry_after = retry_after


class Away(TemporaryError):
    """The server of a provider, or our own door, does not serve us at all, whatever we bring: shown in the account's
    health until it does. `why` is a word for it, `away.WHY` of the catalogues says it to people."""

    def __init__(self, log: str, *, why: str, retry_after: float | None = None) -> None:
        super().__init__(log, retry_after=retry_after)
        self.why = why


class PermanentError(ParleyError):
    """A provider will never take this: the delivery has failed, `for_agent` (a text key) says why, `then` (one of
    `events.NextStep`) what that means for what comes after."""

    then = "never"

    def __init__(self, code: str, *, for_agent: str, log: str | None = None, then: str | None = None) -> None:
        super().__init__(log or code)
        self.code = code
        self.for_agent = for_agent
        if then is not None:
            self.then = then


class AuthFailed(ParleyError):
    """Our credentials are not accepted: the account is paused with a banner until mended. `why`: as `Away.why`."""

    def __init__(self, log: str, *, why: str = "password") -> None:
        super().__init__(log)
        self.why = why


class WindowClosed(PermanentError):
    """The provider's reply window has ended; only a template may be sent."""

    then = "window"


class OptedOut(PermanentError):
    """The person wants no more messages on this account, and the provider knew before us."""

    then = "opted_out"


class UncertainError(ParleyError):
    """We cannot know whether the provider took it: never sent again in silence; settled or shown as unknown."""
