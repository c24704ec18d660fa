"""A PostgreSQL of the tests' own: a private cluster on a loopback port, in a temporary folder, one per test process.

A ``conftest.py`` imports ``cluster`` and ``postgres_url`` from here. Each test that asks for ``postgres_url`` gets a
new, empty database of the cluster; one that stops the server asks for ``own_cluster``, which is its alone. Without
PostgreSQL on this machine (``initdb`` in the PATH or under ``/usr/lib/postgresql``) such tests are skipped, and say so.
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.leaks import planted
from tests.peers.place import free_ports

#: The password of the databases' owner: planted, so that no test's traces may hold it.
PASSWORD = "pg.k3yThatMustNeverShow"
OWNER = "postwright"
#: Seconds that the server gets to come up or to end, and between two looks.
_PATIENCE, _REST = 90.0, 0.05
_SETTINGS = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    "shared_buffers=64MB",
    "logging_collector=off",
)
# A killed server loses nothing without it: that takes a machine that goes down.
_QUICK = ("fsync=off", "full_page_writes=off")


class Cluster:
    """One server and its databases. It can be stopped, hard or gently, and started again on the same port."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self._data = folder / "data"
        self._log = folder / "server.log"
        (self._port,) = free_ports(1)
        self._settings = _SETTINGS if durable else _SETTINGS + _QUICK
        self._server: subprocess.Popen[bytes] | None = None
        secret = folder / "password"
        secret.write_text(PASSWORD, encoding="utf-8")
        user = _user()
        if user:
            for path in (folder, secret):
                os.chown(path, user.pw_uid, user.pw_gid)
        options = ("--username", OWNER, "--auth=scram-sha-256", "--no-sync", "--encoding=UTF8", "--locale=C")
        command = [_program("initdb"), "--pgdata", self._data, *options, f"--pwfile={secret}"]
        subprocess.run(
            command,
            check=True,
            capture_output=True,
            cwd=folder,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )
        secret.unlink()

    def start(self) -> None:
        """Start the server and wait until it takes connections.

        Raises:
            RuntimeError: it does not come up; with the end of its log.
        """
        options = [word for setting in (f"port={self._port}", *self._settings) for word in ("-c", setting)]
        user = _user()
        with self._log.open("ab") as log:
            self._server = subprocess.Popen(
                [_program("postgres"), "-D", self._data, *options],
                cwd=self._data,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=user.pw_uid if user else None,
                group=user.pw_gid if user else None,
                extra_groups=[] if user else None,
            )
        deadline = time.monotonic() + _PATIENCE
        while self._server.poll() is None and time.monotonic() < deadline:
            with suppress(psycopg.OperationalError), psycopg.connect(self.url(), connect_timeout=30):
                return
            time.sleep(_REST)
        self.stop()
        raise RuntimeError(f"PostgreSQL did not come up:\n{self._log.read_text(encoding='utf-8')[-4000:]}")

    def stop(self, *, hard: bool = False) -> None:
        """Stop the server: with its connections, at once, as ``pg_ctl -m fast``; ``hard``: as if it had crashed."""
        if self._server is None:
            return
        self._server.send_signal(signal.SIGQUIT if hard else signal.SIGINT)
        try:
            self._server.wait(_PATIENCE)
        finally:
            with suppress(ProcessLookupError):
                self._server.kill()
            self._server.wait()
            self._server = None

    def url(self, name: str = "postgres") -> str:
        """Tell the address of one of its databases, the owner's password in it."""
        return f"postgresql://{OWNER}:{PASSWORD}@127.0.0.1:{self._port}/{name}"

    def database(self) -> str:
        """Make a new, empty database and tell its address."""
        name = f"test_{secrets.token_hex(8)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)


def missing() -> str | None:
    """Say what is missing to run a PostgreSQL here."""
    if os.name == "nt" or not _found("initdb") or not _found("postgres"):
        return "no PostgreSQL on this machine: apt-get install postgresql"
    return None


@contextmanager
def running_cluster(*, durable: bool = False) -> Generator[Cluster]:
    """Run a server for as long as the block lasts; ``durable``: one that syncs, to measure with."""
    # Not pytest's own folder: that is its user's alone, and the server may have to run as another.
    with tempfile.TemporaryDirectory(prefix="postwright-pg-") as folder:
        cluster = Cluster(Path(folder), durable=durable)
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop(hard=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A running server, shared by all tests of a process: nobody stops it."""
    _skip_if(missing())
    planted.add(PASSWORD)
    with running_cluster() as running:
        yield running


@pytest.fixture
def postgres_url(cluster: Cluster) -> str:
    """A new, empty database of the test's own."""
    return cluster.database()


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    """A running server that one test may stop and start."""
    _skip_if(missing())
    planted.add(PASSWORD)
    with running_cluster() as running:
        yield running


def _skip_if(reason: str | None) -> None:
    if reason:
        pytest.skip(reason)


def _found(name: str) -> str | None:
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    return shutil.which(name) or (str(places[-1]) if places else None)


def _program(name: str) -> str:
    found = _found(name)
    if found is None:
        raise FileNotFoundError(missing())
    return str(Path(found).resolve())


def _user() -> pwd.struct_passwd | None:
    """Choose who the server runs as: it refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("PostgreSQL does not run as root, and there is no other user")
