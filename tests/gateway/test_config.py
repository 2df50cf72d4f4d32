"""Settings: file, environment, secrets, errors that help, and a sample that says everything."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from gateway.config import Config, Server, load
from gateway.errors import ConfigError
from gateway.limits import Limits
from gateway.rates import Rate

SAMPLE = Path(__file__).parents[2] / "config.toml"


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_sample_is_the_default() -> None:
    sample = load(SAMPLE, environ={})
    assert sample.model_dump(exclude={"channels"}) == Config().model_dump(exclude={"channels"})
    assert list(sample.channels) == ["web"]


def test_the_sample_names_every_key_and_default() -> None:
    opened = re.sub(r"^# (?=\w+ = |\[slack\.)", "", SAMPLE.read_text("utf-8"), flags=re.MULTILINE)
    opened = re.sub(
        r"^(public_url|media_url|trusted_proxies|url = \"redis).*$", "", opened, flags=re.MULTILINE
    )
    said = tomllib.loads(opened)
    limits = Limits().model_dump()
    assert said["limits"] == limits
    text = SAMPLE.read_text("utf-8")
    for section in ("server", "database", "redis", "media", "sandbox"):
        body = text.partition(f"\n[{section}]\n")[2].partition("\n[")[0]
        for key in Config.model_fields[section].annotation.model_fields:  # type: ignore[union-attr]
            assert re.search(rf"^(# )?{key} = ", body, re.MULTILINE), (
                f"[{section}] {key} is not in config.toml"
            )


def test_every_limit_has_a_unit_and_words() -> None:
    for name, field in Limits.model_fields.items():
        assert field.description, name
        assert isinstance(field.json_schema_extra, dict), name
        assert field.json_schema_extra["unit"], name


def test_without_a_file_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = load(environ={})
    assert config.database_url == "sqlite:///data/parley.db"
    assert config.public_url == "http://localhost:8080"
    assert config.channels == {}


def test_the_environment_goes_above_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, '[server]\nport = 9000\n[channels.web]\ntype = "x"\nlabel = "File"\n')
    config = load(
        file,
        environ={
            "PARLEY_SERVER__HOST": "::",
            "PARLEY_SERVER__TRUSTED_PROXIES": "10.0.0.0/8, ::1",
            "PARLEY_CHANNELS__WEB__LABEL": "Environment",
            "PARLEY_CHANNELS__WEB__ORIGINS": '["https://a.example"]',
            "PARLEY_CHANNELS__MORE__TYPE": "y",
            "PARLEY_LIMITS__SIGN_IN": "3/hour",
            "PARLEY_CHROMIUM": "/not/ours",
            "OTHER__KEY": "not ours",
        },
    )
    assert (config.server.port, config.server.host) == (9000, "::")
    assert config.server.trusted_proxies == ("10.0.0.0/8", "::1/128")
    assert config.channels["web"] == {"type": "x", "label": "Environment", "origins": ["https://a.example"]}
    assert config.channels["more"] == {"type": "y"}
    assert config.limits.sign_in == Rate(3, 3600)
    assert config.public_url == "http://localhost:9000"


def test_secrets_come_from_files_and_never_print(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("postgresql://u:hushhush@h/db\n", encoding="utf-8")
    config = load(
        written(tmp_path, '[channels.sms]\nauth_token = "hushhush"\n'),
        environ={
            "PARLEY_DATABASE__URL_FILE": str(secret),
            "PARLEY_REDIS__URL": "redis://:hushhush@h",
            "PARLEY_MEDIA__STORE": "s3://key:hushhush@bucket",
        },
    )
    assert config.database_url == "postgresql://u:hushhush@h/db"
    assert "hushhush" not in f"{config!r} {config} {config.model_dump_json(exclude={'channels'})}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[sever]\nport = 1\n", "sever: unknown key; did you mean 'server'?"),
        ("[server]\nprot = 1\n", "server.prot: unknown key; did you mean 'port'?"),
        ("[limits]\nuploads_bytes = 1\n", "did you mean 'upload_bytes'?"),
        ("[limits]\nzzz = 1\n", "known are text_length"),
        ('[server]\nport = "hushhush"\n', "server.port"),
        ("server = 5\n", "server: "),
        ("channels = []\n", "channels: "),
        ("[channels]\nweb = 5\n", "channels.web: "),
        ('["서버"]\nport = 1\n', "서버: unknown key; known are"),
        ('[server]\nhost = "a..b"\n', "server.host: it is no name and no address"),
        ('[server]\npublic_url = "https://고객 상담"\n', "server.public_url"),
        ('[server]\npublic_url = "chat.example.com"\n', "https://chat.example.com"),
        ('[database]\nurl = "mysql://u:hushhush@h"\n', "database.url: it begins with"),
        ('[database]\nurl = "postgresql://me:hush/hushhush@db/x"\n', "special characters as %40"),
        ('[database]\nurl = "postgresql://me:hush@hushhush@db/x"\n', "special characters as %40"),
        ('[database]\nurl = "postgresql://me:hush?hushhush@db/x"\n', "special characters as %40"),
        ('[database]\nurl = "postgresql://me:x@db:hushhush/x"\n', "special characters as %40"),
        ("[limits]\ntyping_expires = 2000\n", "typing_expires must be longer"),
        ('[limits]\nsign_in = "often"\n', "30/minute"),
        ("[limits]\ntext_length = -1\n", "limits.text_length"),
        ('[channels."Web Site"]\ntype = "x"\n', "an account's name"),
        ("[server\n", "config.toml"),
    ],
)
def test_faults_say_what_to_write(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, text), environ={})
    assert says in str(caught.value)
    assert "hushhush" not in str(caught.value)


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"PARLEY_SEVER__PORT": "1"}, "did you mean 'server'?"),
        ({"PARLEY_SERVER__PROT": "1"}, "did you mean 'port'?"),
        ({"PARLEY_REDIS__URL": "hushhush"}, "redis.url"),
        ({"PARLEY_SERVER__TRUSTED_PROXIES": "[hushhush"}, "as JSON"),
        ({"PARLEY_REDIS__URL": "hushhush", "PARLEY_REDIS__URL_FILE": "x"}, "both set"),
        ({"PARLEY_REDIS__URL_FILE": "/nowhere/at/all"}, "PARLEY_REDIS__URL_FILE"),
    ],
)
def test_faults_of_the_environment(environ: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(SAMPLE, environ=environ)
    assert says in str(caught.value)
    assert "hushhush" not in str(caught.value)


@pytest.mark.parametrize("label", ["고객 상담", "웹 채팅 🙂"])
def test_a_file_may_be_saved_as_windows_does(tmp_path: Path, label: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(f'[channels.web]\r\nlabel = "{label}"\r\n'.encode("utf-8-sig"))
    assert load(path, environ={}).channels == {"web": {"label": label}}
    path.write_bytes("[server]\nport = 1\n# 고객\n".encode("cp949"))
    with pytest.raises(ConfigError, match=r"config\.toml: line 3 is not UTF-8: save the file as UTF-8$"):
        load(path, environ={})


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://Chat.example.com:443/", "https://chat.example.com"),
        ("http://chat.example.com:80", "http://chat.example.com"),
        ("https://chat.example.com:8443", "https://chat.example.com:8443"),
        ("https://상담.한국", "https://xn--jk1bs5x.xn--3e0b707e"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_the_public_address_is_what_browsers_say_of_it(written: str, origin: str) -> None:
    """Or every sign-in would be taken for another page's doing."""
    assert Server(public_url=written).public_url == origin


def test_what_stands_in_the_files_place_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Docker makes a folder where a file to be mounted is missing: the defaults would be a fresh, empty house."""
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "config.toml"
    place.mkdir()
    with pytest.raises(ConfigError, match=r"config\.toml: Is a directory"):
        load(environ={})
    place.rmdir()
    place.symlink_to("nowhere.toml")
    with pytest.raises(ConfigError, match=r"config\.toml: No such file"):
        load(environ={})


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        load(tmp_path / "missing.toml", environ={})


def test_the_data_directory(tmp_path: Path) -> None:
    config = load(SAMPLE, data=tmp_path, environ={})
    assert config.database_url == f"sqlite:///{tmp_path}/parley.db"
    assert config.media_store == f"disk:{tmp_path}/media"
    assert load(SAMPLE, environ={"PARLEY_DATA": "/srv/parley"}).media_store == "disk:/srv/parley/media"
    elsewhere = load(SAMPLE, data=tmp_path, environ={"PARLEY_DATABASE__URL": "sqlite:///other/x.db"})
    assert elsewhere.database_url == "sqlite:///other/x.db"


def test_the_command_line_goes_above_all(tmp_path: Path) -> None:
    file = written(tmp_path, "[server]\nport = 9000\n")
    config = load(file, host="0.0.0.0", port=0, environ={"PARLEY_SERVER__PORT": "9001"})
    assert (config.server.host, config.server.port) == ("0.0.0.0", 0)
    assert load(file, environ={"PARLEY_SERVER__PORT": "9001"}).server.port == 9001


def test_what_is_no_table_is_said_though_the_command_line_goes_above_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="server"):
        load(written(tmp_path, "server = 5\n"), environ={"PARLEY_SERVER__HOST": "::1"}, port=9000)


def test_the_command_line_goes_above_everything(tmp_path: Path) -> None:
    file = written(tmp_path, '[server]\nport = 9000\nhost = "10.0.0.1"\n')
    environ = {"PARLEY_SERVER__PORT": "9001"}
    assert load(file, environ=environ, port=9002).server.port == 9002
    assert load(file, environ=environ, host="::1").server.model_dump() == {
        **load(file, environ=environ).server.model_dump(),
        "host": "::1",
    }
    with pytest.raises(ConfigError, match=r"server\.port"):
        load(file, environ={}, port=99_999)


def test_a_folder_of_files_is_written_out_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that whoever opens it does not look for it inside the data directory a second time."""
    monkeypatch.chdir(tmp_path)
    assert load(environ={}).media_store == f"disk:{tmp_path}/data/media"
    assert load(environ={"PARLEY_MEDIA__STORE": "disk:kept"}).media_store == f"disk:{tmp_path}/kept"


def test_every_limit_bounds_something() -> None:
    root = SAMPLE.parent
    said = "\n".join(
        file.read_text("utf-8") for room in ("gateway", "inbox") for file in (root / room).rglob("*.py")
    )
    idle = [name for name in Limits.model_fields if not re.search(rf"limits\.{name}\b", said)]
    assert not idle, f"nobody keeps to {idle}"
