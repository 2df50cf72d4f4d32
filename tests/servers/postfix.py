"""A real Postfix of the test's own, beside whatever the machine has: its own settings, queue and port. Only root may
start one. From Debian's package."""

import grp
import json
import os
import pwd
import shutil
import smtplib
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.servers.process import Server, free_port, is_root, listens

COMMANDS = Path("/usr/sbin")
DAEMONS = Path("/usr/lib/postfix/sbin")
NEEDED = (COMMANDS / "postfix", COMMANDS / "postqueue", DAEMONS / "master")
MAIN = """
compatibility_level = 3.6
command_directory = {commands}
daemon_directory = {daemons}
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.post.example
mydestination =
mynetworks = 127.0.0.0/8
relay_domains = {domains}
transport_maps = inline:{{ {transports} }}
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
smtp_tls_security_level = may
alias_maps =
alias_database =
append_dot_mydomain = no
biff = no
recipient_delimiter = +
"""
SERVICES = (
    ("pickup", "pickup"),
    ("cleanup", "cleanup"),
    ("qmgr", "qmgr"),
    ("tlsmgr", "tlsmgr"),
    ("rewrite", "trivial-rewrite"),
    ("bounce", "bounce"),
    ("defer", "bounce"),
    ("trace", "bounce"),
    ("verify", "verify"),
    ("flush", "flush"),
    ("proxymap", "proxymap"),
    ("smtp", "smtp"),
    ("relay", "smtp"),
    ("lmtp", "lmtp"),
    ("showq", "showq"),
    ("error", "error"),
    ("retry", "error"),
    ("anvil", "anvil"),
    ("scache", "scache"),
)
PUBLIC = {"pickup", "cleanup", "qmgr", "flush", "showq"}
MOST = {
    **dict.fromkeys(("pickup", "qmgr", "tlsmgr", "verify", "anvil", "scache"), "1"),
    **dict.fromkeys(("cleanup", "bounce", "defer", "trace", "flush"), "0"),
}
"""Processes of each: Postfix insists on these."""


def _master(port: int) -> str:
    lines = [f"127.0.0.1:{port} inet n - n - - smtpd", "postlog unix-dgram n - n - 1 postlogd"]
    for name, program in SERVICES:
        private, wake = "n" if name in PUBLIC else "-", {"qmgr": "300", "pickup": "60"}.get(name, "-")
        lines.append(f"{name} unix {private} - n {wake} {MOST.get(name, '-')} {program}")
    return "\n".join(lines) + "\n"


class Postfix(Server):
    """Takes mail at `port` for the domains that it knows a way for."""

    port: int

    @staticmethod
    def missing() -> str:
        """What it would take; empty: it is there."""
        gone = [str(one) for one in NEEDED if not one.exists()]
        if gone:
            return f"no {', '.join(gone)}: apt-get install postfix"
        return "" if is_root() else "Postfix starts for root only"

    @classmethod
    def start(cls, ways: Mapping[str, str]) -> "Postfix":
        """`ways`: the domain, and where its mail goes: `smtp:[127.0.0.1]:PORT`, `lmtp:inet:127.0.0.1:PORT`. Raises
        `Unavailable` with its log."""
        folder = Path(tempfile.mkdtemp(prefix="parley-postfix-"))
        folder.chmod(0o755)
        port, settings = free_port(), folder / "settings"
        for name in ("settings", "queue", "data"):
            (folder / name).mkdir()
        os.chown(folder / "data", pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postfix").gr_gid)
        (settings / "main.cf").write_text(
            MAIN.format(
                commands=COMMANDS,
                daemons=DAEMONS,
                folder=folder,
                domains=" ".join(ways),
                transports=", ".join(f"{{{domain} = {way}}}" for domain, way in ways.items()),
            )
        )
        (settings / "master.cf").write_text(_master(port))
        # Makes the folders of the queue.
        made: list[str | Path] = [COMMANDS / "postfix", "-c", settings, "check"]
        subprocess.run(made, check=True, capture_output=True, timeout=60)
        # It leads a group of its own, which is what it ends when it ends.
        server = cls("Postfix", folder, [DAEMONS / "master", "-c", settings, "-s"], start_new_session=True)
        server.port = port
        server.wait_until(lambda: listens(port))
        return server

    def deliver(self, raw: bytes, sender: str, *recipients: str) -> None:
        """As one who sends mail by it. Raises what smtplib does."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as line:
            line.sendmail(sender, list(recipients), raw)

    def waiting(self) -> list[dict[str, Any]]:
        """What lies in its queue: `queue_name`, `sender`, `recipients` with their `delay_reason`."""
        told = self._run("postqueue", "-j")
        return [json.loads(line) for line in told.splitlines()]

    def again(self) -> None:
        """Tries now what it would try later."""
        self._run("postqueue", "-f")

    def said(self) -> str:
        """Its log so far."""
        log = self.folder / "mail.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def _run(self, command: str, *more: str) -> str:
        called: list[str | Path] = [COMMANDS / command, "-c", self.folder / "settings", *more]
        done = subprocess.run(called, check=True, capture_output=True, text=True, timeout=60)
        return done.stdout

    def stop(self) -> None:
        super().stop()
        shutil.rmtree(self.folder, ignore_errors=True)
