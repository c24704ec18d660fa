"""Where the secrets of accounts lie: the file, its permissions and its writers; the keyring."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import PasswordDeleteError, PasswordSetError

from providers.local.vault import FILE, Place, Vault, VaultError
from server.hidden import Hidden

ALICE, BOB = "local:bluesky-alice.example", "local:bluesky-bob.example"
SECRETS = {"password": "abcd-efgh-ijkl-mnop", "renewed_at": "2026-11-26T17:00:00Z", "chat": "-1001000000001"}


class Ring(KeyringBackend):
    """A keyring of this process; ``largest`` is how long an entry may be."""

    priority = 5  # pyright: ignore[reportAssignmentType]  (keyring's own way to say it)

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[str, str], str] = {}
        self.largest = 10_000
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise OSError("the collection is locked")
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if len(password) > self.largest:
            raise PasswordSetError("too long")
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.entries.pop((service, username), None) is None:
            raise PasswordDeleteError("there is none")


@pytest.fixture
def ring() -> Iterator[Ring]:
    """A usable keyring, until the test is over."""
    before, found = keyring.get_keyring(), Ring()
    keyring.set_keyring(found)
    yield found
    keyring.set_keyring(before)


@pytest.fixture
def no_ring() -> Iterator[None]:
    """A system without a keyring."""
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    yield
    keyring.set_keyring(before)


def vault(home: Path, place: Place = Place.FILE, hidden: Hidden | None = None) -> Vault:
    return Vault(home, place, (Hidden() if hidden is None else hidden).hide)


def test_what_is_kept_is_read_again_by_another_process(tmp_path: Path) -> None:
    where = vault(tmp_path).keep(ALICE, SECRETS)
    assert str(tmp_path / FILE) in where
    assert vault(tmp_path).read(ALICE) == SECRETS
    assert vault(tmp_path).read(BOB) is None


def test_the_file_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _KEEP, str(tmp_path), ALICE], umask=0, check=True, capture_output=True, timeout=60
    )
    assert done.stdout == b""
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    vault(tmp_path).keep(BOB, SECRETS)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE, "secrets.lock"]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_that_others_may_read_is_refused_with_the_fix(tmp_path: Path, mode: int) -> None:
    vault(tmp_path).keep(ALICE, SECRETS)
    (tmp_path / FILE).chmod(mode)
    for work in (lambda: vault(tmp_path).read(ALICE), lambda: vault(tmp_path).keep(BOB, SECRETS)):
        with pytest.raises(VaultError, match="chmod 600") as refused:
            work()
        assert SECRETS["password"] not in str(refused.value)
    (tmp_path / FILE).chmod(0o600)
    assert vault(tmp_path).read(ALICE) == SECRETS


def test_a_damaged_file_is_told_and_not_written_over(tmp_path: Path) -> None:
    vault(tmp_path).keep(ALICE, SECRETS)
    damaged = (tmp_path / FILE).read_text()[:-20]
    (tmp_path / FILE).write_text(damaged)
    with pytest.raises(VaultError, match="damaged"):
        vault(tmp_path).keep(BOB, SECRETS)
    assert (tmp_path / FILE).read_text() == damaged


def test_a_link_in_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("{}")
    elsewhere.chmod(0o600)
    (tmp_path / FILE).symlink_to(elsewhere)
    with pytest.raises(VaultError, match="cannot be read"):
        vault(tmp_path).read(ALICE)


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    accounts = [f"local:bluesky-{number}.example" for number in range(12)]
    writers = [
        subprocess.Popen([sys.executable, "-c", _KEEP, str(tmp_path), *accounts[start::3]]) for start in range(3)
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert all(vault(tmp_path).read(account) == {"password": f"p-of-{account}"} for account in accounts)


def test_a_renewal_in_another_process_is_read(tmp_path: Path) -> None:
    mine, theirs = vault(tmp_path), vault(tmp_path)
    mine.keep(ALICE, SECRETS)
    assert theirs.read(ALICE) == SECRETS
    mine.keep(ALICE, {"password": "a-renewed-password"})
    assert theirs.read(ALICE) == {"password": "a-renewed-password"}


def test_a_usable_keyring_takes_the_secrets_and_the_file_has_none(tmp_path: Path, ring: Ring) -> None:
    vault(tmp_path).keep(ALICE, SECRETS)
    assert "keyring" in vault(tmp_path, Place.AUTO).keep(ALICE, {"password": "another-password"})
    assert json.loads((tmp_path / FILE).read_text()) == {}
    assert vault(tmp_path, Place.AUTO).read(ALICE) == {"password": "another-password"}
    assert [account for _, account in ring.entries] == [ALICE]
    vault(tmp_path, Place.AUTO).forget(ALICE)
    assert ring.entries == {}


def test_homes_of_one_machine_do_not_share_a_login(tmp_path: Path, ring: Ring) -> None:
    vault(tmp_path / "one", Place.KEYRING).keep(ALICE, SECRETS)
    assert vault(tmp_path / "two", Place.KEYRING).read(ALICE) is None
    assert len(ring.entries) == 1


def test_what_is_too_long_for_the_keyring_goes_to_the_file(tmp_path: Path, ring: Ring) -> None:
    vault(tmp_path, Place.AUTO).keep(ALICE, {"password": "short-enough"})
    ring.largest = 40
    long = {"password": "x" * 100}
    assert FILE in vault(tmp_path, Place.AUTO).keep(ALICE, long)
    assert vault(tmp_path, Place.AUTO).read(ALICE) == long
    with pytest.raises(VaultError, match="keyring"):
        vault(tmp_path, Place.KEYRING).keep(ALICE, long)


@pytest.mark.usefixtures("no_ring")
def test_without_a_keyring_the_file_takes_them_unless_a_keyring_is_demanded(tmp_path: Path) -> None:
    assert FILE in vault(tmp_path, Place.AUTO).keep(ALICE, SECRETS)
    with pytest.raises(VaultError, match="POSTWRIGHT_SECRETS=file"):
        vault(tmp_path, Place.KEYRING).keep(ALICE, SECRETS)


def test_a_locked_keyring_is_told_with_what_to_do(tmp_path: Path, ring: Ring) -> None:
    ring.locked = True
    with pytest.raises(VaultError, match="Unlock it, or set POSTWRIGHT_SECRETS=file"):
        vault(tmp_path, Place.AUTO).read(ALICE)


def test_what_is_read_is_hidden_from_then_on_but_for_times_and_numbers(tmp_path: Path) -> None:
    vault(tmp_path).keep(ALICE, {**SECRETS, "note": 'quoted "secret" of €'})
    hidden = Hidden()
    vault(tmp_path, hidden=hidden).read(ALICE)
    assert SECRETS["password"] in hidden
    assert {'quoted "secret" of €', 'quoted \\"secret\\" of €', 'quoted \\"secret\\" of \\u20ac'} <= set(hidden)
    assert SECRETS["renewed_at"] not in hidden
    assert SECRETS["chat"] not in hidden


def test_the_secrets_of_sessions_that_are_renewed_do_not_pile_up() -> None:
    hidden = Hidden(["the-first-secret"])
    for number in range(100):
        hidden.hide(ALICE, (f"token-number-{number:03}", "the-password"))
    assert len(hidden) < 20
    assert {"the-first-secret", "the-password", "token-number-099"} <= set(hidden)


_KEEP = """
import sys
from pathlib import Path
from providers.local.vault import Place, Vault
vault = Vault(Path(sys.argv[1]), Place.FILE, lambda account, secrets: None)
for account in sys.argv[2:]:
    vault.keep(account, {"password": f"p-of-{account}"})
"""
