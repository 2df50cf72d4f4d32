"""An S3-compatible store: moto's server in a thread of this process, spoken to over HTTP like any other."""

import logging
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class S3:
    """What a client needs; `url` is what `[media] store` takes."""

    endpoint: str
    bucket: str
    access_key: str = "test-access"
    secret_key: str = "test-secret"
    region: str = "us-east-1"

    @property
    def url(self) -> str:
        return f"s3://{self.bucket}"


def start() -> tuple[str, Any]:
    """Its address and the server, to be ended by `stop()`."""
    from moto.server import ThreadedMotoServer  # slow to import, and few tests need it

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    return f"http://{host}:{port}", server
