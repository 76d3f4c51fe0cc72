"""A PostgreSQL server of one's own, thrown away at the end: for tests, proofs and benchmarks.

It is a real one with `fsync` on, on a socket in a temporary folder, with a password. It can be stopped,
killed and frozen under whoever uses it.
"""

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from answerable.values.errors import AnswerableError

_DEBIAN = Path("/usr/lib/postgresql")
_TEMPORARY = Path("/tmp")  # noqa: S108 – a short one: the path of a socket has 107 bytes at most
_PASSWORD = "correct-horse"  # noqa: S105 – of a server that nobody else can reach
_PORT = 5432  # names the socket's file; the server listens on no network
_START_SECONDS = 60
_STOP_SECONDS = 60
_CONFIGURATION = """
listen_addresses = ''
max_connections = 80
shared_buffers = 64MB
fsync = on
synchronous_commit = on
full_page_writes = on
log_checkpoints = off
"""


def binaries() -> Path:
    """The folder of the server's programs. Raises AnswerableError where there is none, with what to install."""
    found = [folder for folder in _DEBIAN.glob("*/bin") if (folder / "initdb").exists()]
    if found:
        return max(found, key=lambda folder: float(folder.parent.name))
    if program := shutil.which("initdb"):
        return Path(program).resolve().parent
    raise AnswerableError(
        "there is no PostgreSQL server on this machine; install one: 'apt-get install postgresql', or run "
        "'scripts/setup dev'"
    )


class PostgresServer:
    """A server and the folder that it keeps everything in."""

    def __init__(self, parent: Path = _TEMPORARY) -> None:
        """Make an empty server in a new folder in `parent`; it is not started. Raises AnswerableError."""
        self._programs = binaries()
        self._user = _unprivileged()
        self._as_user: dict[str, Any] = {} if self._user is None else {"user": self._user, "extra_groups": []}
        self.folder = Path(tempfile.mkdtemp(prefix="answerable-pg-", dir=parent))
        self.data = self.folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        secret = self.folder / "password"
        secret.write_text(_PASSWORD)
        if self._user is not None:
            shutil.chown(secret, self._user)
        self.run(
            "initdb", "--username=answerable", f"--pwfile={secret}", "--auth=scram-sha-256", "--encoding=UTF8",
            "--locale=C", "--no-sync", "-D", str(self.data),
        )  # fmt: skip
        secret.unlink()
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(f"{_CONFIGURATION}\nunix_socket_directories = '{self.folder}'\n")

    def dsn(self, database: str = "postgres", *, user: str = "answerable", password: str = _PASSWORD) -> str:
        """Where a client finds it."""
        return f"postgresql://{user}:{password}@/{database}?host={self.folder}&port={_PORT}"

    def new_database(self) -> str:
        """The DSN of an empty database."""
        self._databases += 1
        name = f"d{self._databases}"
        self.sql(f"CREATE DATABASE {name}")
        return self.dsn(name)

    def sql(self, *statements: str, database: str = "postgres") -> str:
        """Do something as the server's owner, each statement in a transaction of its own; what `psql` prints.

        Raises AnswerableError where one fails.
        """
        commands = [part for statement in statements for part in ("--command", statement)]
        return self.run(
            "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1",
            *commands, self.dsn(database),
        )  # fmt: skip

    def run(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's programs as the server's owner; what it prints. Raises AnswerableError."""
        done: subprocess.CompletedProcess[str] = subprocess.run(  # noqa: S603
            [self._programs / program, *arguments],
            capture_output=True, text=True, check=False, cwd="/", **self._as_user,
        )  # fmt: skip
        if done.returncode:
            raise AnswerableError(f"'{program}' failed: {re.sub(_PASSWORD, '…', done.stderr.strip())}")
        return done.stdout.strip()

    # -- its life ------------------------------------------------------------------

    def start(self) -> None:
        """Start it, where it does not run, and wait until it answers. Raises AnswerableError where it does not."""
        if self._process is not None:
            return
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [self._programs / "postgres", "-D", self.data],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **self._as_user,
            )  # fmt: skip
        give_up = time.monotonic() + _START_SECONDS
        while subprocess.run(  # noqa: S603
            [self._programs / "pg_isready", "--quiet", f"--host={self.folder}", f"--port={_PORT}"],
            check=False,
        ).returncode:
            if self._process.poll() is not None or time.monotonic() > give_up:
                said = (self.folder / "log").read_text(errors="replace")[-2000:]
                raise AnswerableError(f"the PostgreSQL server did not start:\n{said}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it in good order: open sessions are ended, what they had not committed is undone."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Kill every process of it at once, as a crash would."""
        if self._process is None:
            return
        self._signal(signal.SIGSTOP)  # so that none of them starts another meanwhile
        self._signal(signal.SIGKILL)
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Let every process of it stand still: connections stay open, and nothing answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on."""
        self._signal(signal.SIGCONT)

    def copy(self) -> Path:
        """A copy of all that it holds, while it is stopped."""
        copy = Path(tempfile.mkdtemp(prefix="copy-", dir=self.folder)) / "data"
        shutil.copytree(self.data, copy)
        return copy

    def restore(self, copy: Path) -> None:
        """Put a copy in the place of what it holds, while it is stopped."""
        shutil.rmtree(self.data)
        copy.rename(self.data)
        if self._user is not None:
            for path in (self.data, *self.data.rglob("*")):
                shutil.chown(path, self._user)

    def close(self) -> None:
        """Throw everything away."""
        self.thaw()
        self._end(signal.SIGQUIT)  # at once, but for the memory that it shares with its children
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _signal(self, what: signal.Signals) -> None:
        """To every process of it."""
        if self._process is None:
            return
        if what is signal.SIGSTOP:
            self._process.send_signal(what)  # first: it starts no other one meanwhile
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        self._process.send_signal(what)
        for child in children:
            with suppress(ProcessLookupError):  # it ended by itself
                os.kill(int(child), what)


def _unprivileged() -> str | None:
    """Whom to run as where we are root: PostgreSQL refuses to run as root. None where we are not."""
    if os.geteuid() != 0:
        return None
    names = {user.pw_name for user in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in names:
            return name
    raise AnswerableError(
        "a PostgreSQL server can't run as root, and there is no user 'postgres' or 'nobody'"
    )
