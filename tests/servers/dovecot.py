"""A real Dovecot: IMAP with TLS, IDLE and XOAUTH2, and LMTP for what is brought to it. From Debian's packages."""

import grp
import os
import pwd
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from imapclient import IMAPClient

from tests.channels.mail_certificates import files
from tests.servers.process import (
    NOBODY,
    Server,
    free_port,
    is_root,
    listens,
    private_folder,
    unprivileged,
)

PROGRAM = Path("/usr/sbin/dovecot")
NEEDED = (PROGRAM, Path("/usr/lib/dovecot/imap"), Path("/usr/lib/dovecot/lmtp"))
PASSWORD = "right"
SETTINGS = """
base_dir = {run}
state_dir = {run}
log_path = /dev/stderr
ssl = yes
ssl_cert = <{chain}
ssl_key = <{key}
protocols = imap lmtp
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
first_valid_gid = 1
stats_writer_socket_path =
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
passdb {{
  driver = passwd-file
  mechanisms = plain login none
  args = scheme=PLAIN username_format=%u {folder}/users
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {folder}/users
}}
mail_location = maildir:~/Maildir
mail_fsync = never
recipient_delimiter = +
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
"""
ASKS_FOR_TOKENS = """
introspection_mode = get
introspection_url = {url}?token=
username_attribute = user
active_attribute = active
active_value = true
"""


class Dovecot(Server):
    """`imap` and `imaps` are its ports, `lmtp` the one at which mail is brought to it."""

    imap: int
    imaps: int
    lmtp: int

    @staticmethod
    def missing() -> str:
        """What it would take; empty: it is there."""
        gone = [str(one) for one in NEEDED if not one.exists()]
        return f"no {', '.join(gone)}: apt-get install dovecot-imapd dovecot-lmtpd" if gone else ""

    @classmethod
    def start(cls, *users: str, tokens_url: str = "http://127.0.0.1:1/") -> "Dovecot":
        """With mailboxes of these addresses, whose password is PASSWORD; `tokens_url` is asked whose an access token
        is. Raises `Unavailable` with its log."""
        folder = private_folder("dovecot")
        chain, key = files(folder)
        ports = {name: free_port() for name in ("imap", "imaps", "lmtp")}
        uid, gid = (NOBODY, NOBODY) if is_root() else (os.getuid(), os.getgid())
        who = {"user": pwd.getpwuid(uid).pw_name, "group": grp.getgrgid(gid).gr_name}
        told = {
            "users": "".join(
                f"{one}:{{PLAIN}}{PASSWORD}:{uid}:{gid}::{folder}/mail/{one}::\n" for one in users
            ),
            "oauth2": ASKS_FOR_TOKENS.format(url=tokens_url),
            "dovecot.conf": SETTINGS.format(
                run=folder / "run", folder=folder, chain=chain, key=key, **who, **ports
            ),
        }
        for name, words in told.items():
            (folder / name).write_text(words)
        for each in (folder, *folder.iterdir()):
            if is_root():
                os.chown(each, uid, gid)
        server = cls(
            "Dovecot",
            folder,
            [PROGRAM, "-F", "-c", folder / "dovecot.conf"],
            **unprivileged(),
        )
        server.imap, server.imaps, server.lmtp = ports["imap"], ports["imaps"], ports["lmtp"]
        server.wait_until(lambda: all(listens(port) for port in ports.values()))
        return server

    @contextmanager
    def mailbox(self, user: str) -> Iterator[Any]:
        """Its owner's own program."""
        client = IMAPClient("127.0.0.1", self.imap, ssl=False, timeout=30)
        try:
            client.login(user, PASSWORD)
            yield client
        finally:
            client.logout()

    def bring(self, raw: bytes, user: str, sender: str = "hana@naver.com") -> None:
        """By LMTP, as a mail server does."""
        with smtplib.LMTP("127.0.0.1", self.lmtp) as line:
            line.sendmail(sender, [user], raw)

    def mails(self, user: str, folder: str = "INBOX") -> list[tuple[bytes, tuple[bytes, ...]]]:
        """What lies in a folder, oldest first, each with its flags; nothing is changed by it."""
        with self.mailbox(user) as client:
            client.select_folder(folder, readonly=True)
            told = client.fetch(client.search(), ["BODY.PEEK[]", "FLAGS"])
        return [
            (one[b"BODY[]"], tuple(flag for flag in one[b"FLAGS"] if flag != b"\\Recent"))
            for _, one in sorted(told.items())
        ]

    def restart(self) -> None:
        super().restart()
        self.wait_until(lambda: listens(self.imap))

    def stop(self) -> None:
        self.kill_all()
        super().stop()
