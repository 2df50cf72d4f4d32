"""Who serves from a place: one, by a lock that ends with its process."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from gateway.config import Config, Database
from gateway.errors import ConfigError
from gateway.seat import Taken, seat_of, seated, who_sits

HOLDER = """
import sys, time
from pathlib import Path
from gateway.seat import seated
with seated(Path(sys.argv[1]), "it"):
    print("sits", flush=True)
    time.sleep(60)
"""


def test_one_at_a_time_and_it_says_who(tmp_path: Path) -> None:
    file = tmp_path / "data" / "parley.db.seat"
    assert who_sits(file) is None
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(file)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"sits\n"
    assert who_sits(file) == holder.pid
    with (
        pytest.raises(Taken, match=f"this database is served by process {holder.pid} already"),
        seated(file, "this database"),
    ):
        pass
    holder.kill()
    holder.communicate()
    assert who_sits(file) is None, "it ends with its process, however that ends"
    with seated(file, "this database"):
        assert who_sits(file) is not None
    assert who_sits(file) is None


def test_a_database_file_has_one_and_a_server_database_each_data_directory(tmp_path: Path) -> None:
    config = Config(data=tmp_path)
    assert seat_of(config) == tmp_path / "parley.db.seat"
    elsewhere = Database(url=SecretStr("sqlite:////srv/other.db"))
    assert seat_of(config.model_copy(update={"database": elsewhere})) == Path("/srv/other.db.seat")
    server = Database(url=SecretStr("postgresql://parley@host/parley"))
    assert seat_of(config.model_copy(update={"database": server})).parent == tmp_path


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(ConfigError, match="data"), seated(tmp_path / "data" / "seat", "it"):
        pass
