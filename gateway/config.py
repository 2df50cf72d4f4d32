"""Typed settings: config.toml, overridden by the environment, checked at start and never again.

Every key also answers to `PARLEY_SECTION__KEY`; with `_FILE` behind it the value is read from that file (secrets).
Unknown keys are errors that name the nearest known one; secrets never print, not even in errors.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
import types
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self, Union, get_args, get_origin
from urllib.parse import urlsplit

import orjson
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from gateway import postgres_url, redis_url
from gateway.errors import ConfigError
from gateway.limits import Limits
from gateway.seals import NAME, Seals
from gateway.slack_rules import SlackDigest, SlackRule, name_of_rule

PREFIX = "PARLEY_"
DATA = Path("data")
PORTS = {"http": 80, "https": 443}
BASE_HINT = "write it like https://chat.example.com, without a path"
HERE = ("0.0.0.0", "::", "127.0.0.1")  # noqa: S104 - compared, not listened on
"""Hosts to listen on that a browser of this machine calls localhost: one name for it everywhere."""
"""The data directory unless `--data` or `PARLEY_DATA` names another; `data/` in the URLs below means this one."""


def _network(text: str) -> str:
    return str(ip_network(text, strict=False))


def _listed(value: object) -> object:
    """A list written as one text, for the environment: `10.0.0.0/8, ::1`."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _base_url(text: str) -> str:
    """As browsers say it (`Origin`): without the scheme's own port, a name in other letters in its ASCII form."""
    if not text:
        return text
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        raise ValueError(BASE_HINT) from None
    more = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in PORTS or more or not re.fullmatch(r"[a-z0-9._:-]+", host):
        raise ValueError(BASE_HINT)
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}{f':{port}' if port not in (None, PORTS[parts.scheme]) else ''}"


def _known(*schemes: str) -> Any:
    def check(value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not value.get_secret_value().startswith(schemes):
            raise ValueError(f"it begins with {' or '.join(schemes)}")
        return value

    return AfterValidator(check)


def _long_enough(value: SecretStr) -> SecretStr:
    if 0 < len(value.get_secret_value()) < 24:
        raise ValueError("a token has at least 24 characters: openssl rand -hex 24 makes one")
    return value


BaseUrl = Annotated[str, AfterValidator(_base_url)]
Network = Annotated[str, AfterValidator(_network)]
"""An address or network in CIDR form."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _host(text: str) -> str:
    try:
        text.encode("idna")
    except UnicodeError:
        raise ValueError("it is no name and no address of a machine") from None
    return text


class Server(Section):
    host: Annotated[str, AfterValidator(_host)] = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: BaseUrl = ""
    """What people and providers call us by; empty: http://HOST:PORT, for trying out on one machine."""
    trusted_proxies: Annotated[tuple[Network, ...], BeforeValidator(_listed)] = ()
    """Whose `X-Forwarded-For` and `X-Forwarded-Proto` we believe."""
    media_url: BaseUrl = ""
    """Another origin for files, if one is set up; empty: the public one."""
    workers: int = Field(default=1, ge=1, le=64)
    """Processes that answer; several need PostgreSQL and Redis."""
    drain: float = Field(default=0.0, ge=0.0, le=60.0)
    """Seconds between `/readyz` saying that we go and the last new connection: so that a load balancer notices."""


def _database(value: SecretStr) -> SecretStr:
    if (url := value.get_secret_value()).startswith("postgres"):
        postgres_url.check(url)
    return value


class Database(Section):
    url: Annotated[
        SecretStr, _known("sqlite:///", "postgresql://", "postgres://"), AfterValidator(_database)
    ] = SecretStr("sqlite:///data/parley.db")


def _redis(value: SecretStr) -> SecretStr:
    if url := value.get_secret_value():
        redis_url.check(url)
    return value


class Redis(Section):
    url: Annotated[SecretStr, AfterValidator(_redis)] = SecretStr("")
    """By which the processes of one deployment hear of each other (`gateway.redis_url`); empty: by the database."""


class Secrets(Section):
    key: SecretStr = SecretStr("")
    """What seals the secrets in the database, one key a line, the newest first; empty: a file in the data directory."""


class Media(Section):
    store: Annotated[SecretStr, _known("disk:", "s3://")] = SecretStr("disk:data/media")


def _service(text: str) -> str:
    parts = urlsplit(text)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise ValueError("write it like https://push.example.com, or https://*.example.com")
    if not parts.hostname or parts.path or parts.query or "@" in parts.netloc:
        raise ValueError("write it like https://push.example.com, without a path")
    return text.lower()


class Push(Section):
    """Telling agents through their browsers' push services while no tab of theirs is open."""

    services: Annotated[tuple[Annotated[str, AfterValidator(_service)], ...], BeforeValidator(_listed)] = (
        "https://fcm.googleapis.com",
        "https://*.push.services.mozilla.com",
        "https://*.push.apple.com",
        "https://*.notify.windows.com",
    )
    """Where pushes may be sent to; a browser names its own, and any other it might name is refused."""


class Webhooks(Section):
    """Telling other programs what happens. Where to, admins say in the inbox."""

    trusted: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    """Hosts that may stand in a private network and be called without TLS; all others must be public and use https."""


def _api(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query:
        raise ValueError("write it like https://slack.com/api/")
    return text.rstrip("/") + "/"


class Slack(Section):
    """Slack as a second surface for agents (docs/slack.md): off until it has a token."""

    bot_token: Annotated[SecretStr, _known("xoxb-")] = SecretStr("")
    app_token: Annotated[SecretStr, _known("xapp-")] = SecretStr("")
    """By it Slack is listened to over a socket of ours (Socket Mode): no public address is needed."""
    signing_secret: SecretStr = SecretStr("")
    """In its place: Slack calls us under `public_url`, and signs with this."""
    api_base: Annotated[str, AfterValidator(_api)] = "https://slack.com/api/"
    channels: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    """Where conversations may be pulled to, by id or name; empty: wherever the app was invited."""
    prefix: str = Field(default="", max_length=10)
    """What a message in a thread begins with that goes to the customer; empty: none does, the button alone sends."""
    language: Literal["en", "ko"] = "en"
    """Of what everybody in a channel reads; what one person is told is in that person's own."""
    rules: Annotated[dict[str, SlackRule], AfterValidator(name_of_rule)] = Field(default_factory=dict)
    """What pulls by itself, and what is said in a channel while it lasts, by name."""
    digest: SlackDigest = SlackDigest()

    @model_validator(mode="after")
    def _listens_one_way(self) -> Self:
        app, signed = self.app_token.get_secret_value(), self.signing_secret.get_secret_value()
        if self.enabled and len([one for one in (app, signed) if one]) != 1:
            raise ValueError(
                "bot_token wants app_token (Socket Mode) or signing_secret (HTTP) beside it: one of them"
            )
        if not self.enabled and (app or signed):
            raise ValueError("bot_token is missing")
        return self

    @property
    def enabled(self) -> bool:
        return bool(self.bot_token.get_secret_value())


class Inbox(Section):
    assign_on_reply: bool = False
    """Does whoever answers a conversation of nobody's have it from then on? Each agent may say otherwise."""


class Log(Section):
    """What standard error is told."""

    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "info"
    steps: bool = False
    """A line for each step of each request and message; the id in it leads from the door to the socket."""


class Otel(Section):
    """Telling OpenTelemetry how long things take."""

    enabled: bool = False
    """Where to and how much of it, `OTEL_*` variables say; asks for the extra `[otel]`."""


class Metrics(Section):
    """Who may read `/metrics`."""

    token: Annotated[SecretStr, AfterValidator(_long_enough)] = SecretStr("")
    """To be said as `Authorization: Bearer`; empty: only this machine, and only while no public_url is set."""


class Sandbox(Section):
    enabled: bool = False
    """Provider simulators in place of the real ones, for trying everything offline."""
    history: int = Field(default=2_400, ge=12, le=50_000)
    """Conversations that the invented shop of `parley demo` begins with."""
    customers: bool = True
    """Do customers come to `parley demo` by themselves, until they are switched off on the sandbox page?"""


def _account_names(channels: dict[str, Any]) -> dict[str, Any]:
    for name in channels:
        if not re.fullmatch(r"[a-z0-9]+(?:[_-][a-z0-9]+)*", name) or len(name) > 40:
            raise ValueError(f"{name!r}: an account's name is up to 40 letters a-z, digits, single - and _")
    return channels


class Config(Section):
    """The whole configuration. Made by `load`; frozen."""

    data: Path = DATA
    server: Server = Server()
    database: Database = Database()
    redis: Redis = Redis()
    secrets: Secrets = Secrets()
    media: Media = Media()
    channels: Annotated[dict[str, dict[str, Any]], AfterValidator(_account_names)] = Field(
        default_factory=dict, repr=False
    )
    """Raw, by account name; `gateway.channels.registry` validates each by its type. Holds secrets."""
    limits: Limits = Limits()
    inbox: Inbox = Inbox()
    push: Push = Push()
    webhooks: Webhooks = Webhooks()
    slack: Slack = Slack()
    log: Log = Log()
    metrics: Metrics = Metrics()
    otel: Otel = Otel()
    sandbox: Sandbox = Sandbox()

    @property
    def public_url(self) -> str:
        """Our own origin, as people and providers see it."""
        return self.public_url_at(self.server.port)

    def public_url_at(self, port: int) -> str:
        """The same where another port than the configured one is listened on."""
        host = "localhost" if self.server.host in HERE else self.server.host
        return self.server.public_url or f"http://{f'[{host}]' if ':' in host else host}:{port}"

    @property
    def database_url(self) -> str:
        """With the data directory in its place. Holds a password: never log it."""
        return _placed(self.database.url.get_secret_value(), "sqlite:///", self.data)

    def seals(self) -> Seals:
        """What seals secrets at rest. Raises ConfigError for a key that is too short, or a file that cannot be read."""
        key = self.secrets.key.get_secret_value()
        return Seals(key) if key.strip() else Seals(file=self.data / NAME)

    @property
    def media_store(self) -> str:
        """With the data directory in its place, a folder written out whole. May hold a key: never log it."""
        placed = _placed(self.media.store.get_secret_value(), "disk:", self.data)
        return (
            f"disk:{Path(placed.removeprefix('disk:')).absolute()}" if placed.startswith("disk:") else placed
        )


def _placed(url: str, scheme: str, data: Path) -> str:
    """`SCHEMEdata/x` -> the same under the data directory."""
    inside = f"{scheme}{DATA}/"
    return f"{scheme}{data / url.removeprefix(inside)}" if url.startswith(inside) else url


def load(
    path: Path | None = None,
    *,
    data: Path | None = None,
    host: str | None = None,
    port: int | None = None,
    workers: int | None = None,
    environ: Mapping[str, str] | None = None,
) -> Config:
    """Read the configuration: `path`, else ./config.toml where there is one, else the defaults.

    `data`, `host`, `port` and `workers` are the command line's and go above all.
    Raises `ConfigError` with what to write instead.
    """
    source = path or Path("config.toml")
    # What stands there and is no file (a folder that a container made, a link that leads nowhere) is a mistake.
    values = _read(source) if path is not None or os.path.lexists(source) else {}
    values = _merged(values, _from_environment(os.environ if environ is None else environ))
    said = {"data": data, "server": {"host": host, "port": port, "workers": workers}}
    values = _merged(values, _without_none(said))
    try:
        return Config(**values)
    except ValidationError as error:
        raise explained(error, Config, str(source)) from None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}: line {line} is not UTF-8: save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from None


def _merged(below: dict[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` laid over `below`, table by table."""
    merged = dict(below)
    for key, value in above.items():
        held = merged.get(key)
        if isinstance(held, dict) and isinstance(value, Mapping):
            merged[key] = _merged(held, value)
        elif held is None or not isinstance(value, Mapping):
            merged[key] = value  # what is no table where one belongs stays, so that it is said
    return merged


def _without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    """What was really said."""
    kept = {key: _without_none(value) if isinstance(value, dict) else value for key, value in values.items()}
    return {key: value for key, value in kept.items() if value not in (None, {})}


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """What `PARLEY_SECTION__KEY` and `PARLEY_SECTION__KEY_FILE` say."""
    named = {key.lower(): value for key, value in environ.items() if key.startswith(PREFIX)}
    for key in [key for key in named if "__" in key and key.endswith("_file")]:
        plain = key.removesuffix("_file")
        if plain in named:
            raise ConfigError(f"{plain.upper()} and {key.upper()} are both set: remove one")
        named[plain] = _secret_file(key.upper(), named.pop(key))
    values: dict[str, Any] = {}
    for key, text in named.items():
        section, *parts = key.removeprefix(PREFIX.lower()).split("__")
        if section not in Config.model_fields:
            if parts:
                raise ConfigError(f"{key.upper()}: {_unknown(section, Config.model_fields)}")
            continue  # PARLEY_CHROMIUM and the like are not configuration
        values = _merged(values, _nested([section, *parts], _plain(key, text)))
    return values


def _nested(path: list[str], value: object) -> dict[str, Any]:
    first, *rest = path
    return {first: _nested(rest, value) if rest else value}


def _plain(key: str, text: str) -> object:
    """A variable's value: lists and tables are written as JSON, everything else is text that the field reads."""
    if not text.startswith(("[", "{")):
        return text
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise ConfigError(f"{key.upper()}: write a list or table as JSON") from None


def _secret_file(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{variable}: {path}: {getattr(error, 'strerror', None) or 'not UTF-8'}") from None


def explained(error: ValidationError, model: type[BaseModel], where: str) -> ConfigError:
    """pydantic's complaints in words: the key, what is wrong, for an unknown key the nearest known one.

    Also for sections validated elsewhere (`[channels.NAME]` by the registry); never shows a value.
    """
    lines = []
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        *parents, last = fault["loc"] or ("",)
        key = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "extra_forbidden":
            lines.append(f"{where}: {key}: {_unknown(str(last), _fields(model, parents))}")
        else:
            lines.append(f"{where}: {key}: {fault['msg'].removeprefix('Value error, ')}")
    return ConfigError("\n".join(lines))


def _unknown(key: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(key.lower(), known, n=1, cutoff=0.5)
    return f"unknown key; did you mean {near[0]!r}?" if near else f"unknown key; known are {', '.join(known)}"


def _fields(model: type[BaseModel], parents: list[int | str]) -> Mapping[str, Any]:
    """The known keys of the section that `parents` lead to."""
    named = False
    for part in parents:
        if named:  # a section's own name, in a table of sections
            named = False
            continue
        field = model.model_fields.get(str(part))
        inner = _model(field.annotation) if field else None
        if field is None or inner is None:
            return {}
        model, named = inner, get_origin(field.annotation) is dict
    return model.model_fields


def _model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Union, types.UnionType, dict):
        return next((found for inner in get_args(annotation) if (found := _model(inner))), None)
    return None


def check_workers(config: Config) -> None:
    """Raises ConfigError, with the way forward, for what only one process can serve."""
    many = f"[server] workers = {config.server.workers}"
    if config.database_url.startswith("sqlite"):
        raise ConfigError(
            f"{many}: several processes need PostgreSQL, SQLite is one process's. Leave workers at 1, or carry what "
            "is there over with: parley move --to postgresql://..."
        )
    if not config.redis.url.get_secret_value():
        raise ConfigError(
            f"{many}: [redis] url is empty. Without it processes do not hear of each other who is there, looks or "
            "types, and each counts rates for itself. Name a Redis or Valkey, or leave workers at 1"
        )
