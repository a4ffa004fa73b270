"""Real mail servers for tests: Dovecot with mailboxes of its own, and what may go wrong between it and us."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from imapclient import IMAPClient

from tests.processes import free_port

PASSWORD = "rahasia-sekali"
MAIL_USER = "nobody" if os.geteuid() == 0 else getpass.getuser()
SERVER_USER = "dovenull" if os.geteuid() == 0 else getpass.getuser()
INSIDE_USER = "dovecot" if os.geteuid() == 0 else getpass.getuser()
CONFIG = """
base_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
{certificate}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
auth_cache_size = 0
default_internal_user = {inside_user}
default_login_user = {server_user}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{folder}/mail/%u
mail_max_userip_connections = 200
service imap-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap {{
  process_min_avail = 1
}}
passdb {{
  driver = passwd-file
  args = scheme=plain {folder}/users
}}
userdb {{
  driver = static
  args = uid={mail_user} gid={mail_group} home={folder}/home/%u
}}
"""


def program() -> str | None:
    return shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


class Dovecot:
    """A real IMAP server with its own folder and port; every user has the same password."""

    def __init__(self, *users: str, certificate: tuple[Path, Path] | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tanggap-dovecot-"))
        self.folder.chmod(0o755)
        self.port, self.tls_port = free_port(), free_port() if certificate else 0
        self.process: subprocess.Popen[bytes] | None = None
        for name in ("mail", "home", "run"):
            (self.folder / name).mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.folder / "mail", MAIL_USER)
            shutil.chown(self.folder / "home", MAIL_USER)
        (self.folder / "users").write_text("".join(f"{user}:{PASSWORD}\n" for user in users))
        group = subprocess.run(["id", "-gn", MAIL_USER], capture_output=True, text=True, check=True).stdout.strip()
        keys = certificate and f"ssl_cert = <{certificate[0]}\nssl_key = <{certificate[1]}"
        config = CONFIG.format(
            folder=self.folder,
            ssl="yes" if certificate else "no",
            certificate=keys or "",
            port=self.port,
            tls_port=self.tls_port,
            mail_user=MAIL_USER,
            mail_group=group,
            server_user=SERVER_USER,
            inside_user=INSIDE_USER,
        )
        (self.folder / "dovecot.conf").write_text(config)

    def start(self) -> None:
        line = [program() or "dovecot", "-F", "-c", str(self.folder / "dovecot.conf")]
        self.process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            if self.answers():
                return
            time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text())

    def answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as probe:
            return probe.recv(4) == b"* OK"
        return False

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)
            self.process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def logged_in(self, user: str, folder: str = "INBOX") -> Iterator[IMAPClient]:
        """As the person whose mailbox it is."""
        with IMAPClient("127.0.0.1", self.port, ssl=False, timeout=10) as client:
            client.login(user, PASSWORD)
            client.select_folder(folder)
            yield client

    def append(self, user: str, *mails: bytes, flags=()) -> None:
        with self.logged_in(user) as client:
            for mail in mails:
                client.append("INBOX", mail, flags)

    def flags(self, user: str, folder: str = "INBOX") -> list[tuple[bytes, ...]]:
        """The flags of every mail in the folder, in the order they came."""
        with self.logged_in(user, folder) as client:
            found = client.get_flags(client.search())
            return [tuple(flag for flag in found[uid] if flag != b"\\Recent") for uid in sorted(found)]

    def count_anew(self, user: str) -> None:
        """Lose the index, as a restored backup does: the same mails get a new UIDVALIDITY."""
        for pattern in ("dovecot.index*", "dovecot-uidlist"):
            for path in (self.folder / "mail" / user).glob(pattern):
                path.unlink()


class Wire:
    """A TCP proxy before a server that cuts the line after so many bytes from it, lets them hang, or changes them."""

    def __init__(self, port: int) -> None:
        self.target, self.left, self.silent = port, 10**12, False
        self.changed: Callable[[bytes], bytes] = bytes
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, size: int) -> None:
        self.left = size

    def mend(self) -> None:
        self.left, self.silent = 10**12, False

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                ours, _ = self._listening.accept()
                theirs = socket.create_connection(("127.0.0.1", self.target))
                threading.Thread(target=self._pass_on, args=(ours, theirs, False), daemon=True).start()
                threading.Thread(target=self._pass_on, args=(theirs, ours, True), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        with suppress(OSError), source, target:
            while piece := source.recv(4096):
                while self.silent:
                    time.sleep(0.05)
                if counted:
                    self.left -= len(piece)
                    if self.left < 0:
                        source.shutdown(socket.SHUT_RDWR)
                        target.shutdown(socket.SHUT_RDWR)
                        return
                target.sendall(self.changed(piece) if counted else piece)
