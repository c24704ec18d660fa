"""The connected accounts: a default set, one from a file, and how a platform's login ends and comes back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox.jsonvalue import JsonObject, is_array, is_object
from sandbox.seedfile import read_json
from sandbox.socialapi.envelope import Refusal, invalid

PREFIX = "acc_"

#: The two brands that the default accounts belong to.
BRANDS = {
    "3d6f0a52-9b1c-4c7e-8a4d-5e2f7b9c1d06": "Lumen Labs",
    "b84e2c19-7d35-4f60-92ab-c1d0e9f8a7b3": "Lumen Daily",
}
FIRST, SECOND = BRANDS

#: The platforms whose accounts post to a page of theirs.
PAGED = frozenset({"facebook", "linkedin_page"})

ACTIVE, DEAD = "active", "reconnect_required"


class AccountsError(ValueError):
    """The accounts to start with are unusable; the text says which and why."""


@dataclass(slots=True)
class Account:
    """One connected profile, with the fields of GET /accounts (reference socialapi 7); None is left out there.

    Attributes:
        token_expires_at: when the platform stops taking the stored login; shown to nobody.
        own_app: whether the customer's own app keys are configured; only X asks for them.
        inactive_pages: the pages that are switched off.
    """

    id: str
    platform: str
    username: str = ""
    name: str = ""
    brand_id: str = FIRST
    status: str = ACTIVE
    profile_picture_url: str | None = None
    bio: str | None = None
    reconnect_reason: str | None = None
    login_id: str | None = None
    page_name: str | None = None
    metadata: JsonObject | None = None
    token_expires_at: datetime | None = field(default=None, metadata={"hidden": True})
    own_app: bool = field(default=True, metadata={"hidden": True})
    inactive_pages: set[str] = field(default_factory=set[str], metadata={"hidden": True})

    def view(self) -> JsonObject:
        """Show it as GET /accounts does."""
        found = {name: getattr(self, name) for name in FIELDS}
        return {name: value for name, value in found.items() if value is not None}

    def alive(self, now: datetime) -> bool:
        """Tell whether the platform takes the stored login; the service learns it by asking, and remembers."""
        if self.token_expires_at is not None and now >= self.token_expires_at:
            self.lose("token_expired")
        return self.status == ACTIVE

    def lose(self, reason: str) -> None:
        """Note that the login is dead, until a person connects the account again."""
        self.status, self.reconnect_reason = DEAD, reason

    def reconnect(self) -> None:
        """Take a new login in the place of the old one."""
        self.status, self.reconnect_reason, self.token_expires_at = ACTIVE, None, None

    def pages(self) -> list[JsonObject]:
        """List the pages, as GET /accounts/{id}/pages does; the reference shows their fields, we make up two."""
        if self.platform not in PAGED:
            return []
        ids = (f"sapi_page_{self.id.removeprefix(PREFIX)}_{number}" for number in (1, 2))
        return [
            {
                "id": page_id,
                "name": f"{self.name} {number}",
                "platform_page_id": f"10{number}",
                "is_active": page_id not in self.inactive_pages,
                "is_default": number == 1,
            }
            for number, page_id in enumerate(ids, 1)
        ]

    def has_page(self, page_id: str | None) -> bool:
        """Tell whether a post finds the page that it names, or any page where it names none and one is needed."""
        active = {page["id"] for page in self.pages() if page["is_active"]}
        return page_id in active if page_id is not None else bool(active) or self.platform not in PAGED

    def boards(self) -> list[JsonObject]:
        """List the boards, as GET /accounts/{id}/boards does."""
        names = ("Launches", "Workshop") if self.platform == "pinterest" else ()
        key = self.id.removeprefix(PREFIX)
        return [
            {"id": f"board_{key}_{number}", "board_id": f"9000000{number}", "name": name, "privacy": "PUBLIC"}
            for number, name in enumerate(names, 1)
        ]


FIELDS = tuple(one.name for one in fields(Account) if not one.metadata)

DEFAULT: tuple[JsonObject, ...] = (
    {"id": "acc_01AAA", "platform": "instagram", "username": "lumenlabs", "name": "Lumen Labs"},
    {"id": "acc_01BBB", "platform": "facebook", "username": "lumenlabs", "name": "Lumen Labs Page"},
    {"id": "acc_01CCC", "platform": "tiktok", "username": "lumenlabs", "name": "Lumen Labs"},
    {"id": "acc_01DDD", "platform": "youtube", "username": "lumenlabs", "name": "Lumen Labs TV"},
    {"id": "acc_01EEE", "platform": "linkedin", "username": "ada-lumen", "name": "Ada Lumen"},
    {"id": "acc_01FFF", "platform": "linkedin_page", "username": "lumen-labs", "name": "Lumen Labs GmbH"},
    {"id": "acc_01GGG", "platform": "threads", "username": "lumenlabs", "name": "Lumen Labs"},
    {"id": "acc_01HHH", "platform": "twitter", "username": "lumenlabs", "name": "Lumen Labs"},
    {"id": "acc_01III", "platform": "pinterest", "username": "lumenlabs", "name": "Lumen Labs Boards"},
    {"id": "acc_01JJJ", "platform": "google", "username": "lumen-shop", "name": "Lumen Shop"},
    {"id": "acc_01KKK", "platform": "bluesky", "username": "lumen.example", "name": "Lumen Labs"},
    {"id": "acc_01LLL", "platform": "zalo", "username": "lumenlabs", "name": "Lumen Labs OA"},
    {"id": "acc_01MMM", "platform": "whatsapp", "username": "+49 30 1234", "name": "Lumen Labs"},
    {"id": "acc_01NNN", "platform": "telegram", "username": "lumen_bot", "name": "Lumen Bot"},
    {"id": "acc_01OOO", "platform": "instagram", "username": "lumen.daily", "name": "Daily", "brand_id": SECOND},
    {"id": "acc_01PPP", "platform": "threads", "username": "lumen.daily", "name": "Daily", "brand_id": SECOND}
    | {"status": DEAD, "reconnect_reason": "token_expired"},
)


class Accounts:
    """The accounts of the workspace, and its brands: id -> name."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._by_id = {account.id: account for account in accounts}
        self.brands = {account.brand_id: BRANDS.get(account.brand_id, account.brand_id) for account in self}

    def __iter__(self) -> Iterator[Account]:
        """Walk through them."""
        return iter(self._by_id.values())

    def __contains__(self, account_id: object) -> bool:
        """Tell whether an account is connected."""
        return account_id in self._by_id

    def get(self, account_id: str, path: str = "account_id") -> Account:
        """Find one.

        Raises:
            Refusal: ``validation.field_invalid`` for an id that is none (reference socialapi 3), else
                ``account.not_found``.
        """
        if not account_id.startswith(PREFIX):
            raise invalid(path, f"{path} must start with {PREFIX}")
        if account_id not in self._by_id:
            raise Refusal("account.not_found")
        return self._by_id[account_id]

    def add(self, account: Account) -> None:
        """Connect one more, of a new brand perhaps."""
        self.brands.setdefault(account.brand_id, account.brand_id)
        self._by_id[account.id] = account

    def remove(self, account: Account) -> None:
        """Disconnect one."""
        del self._by_id[account.id]


def read_accounts(seeds: object, origin: str = "accounts") -> Accounts:
    """Take accounts in the shape of GET /accounts' ``data``; only id and platform have to be there.

    Raises:
        AccountsError: they are something else, or two share an id; ``origin`` says in the text where they are from.
    """
    if not is_array(seeds):
        raise AccountsError(f"{origin}: a list of accounts is needed, in the shape of GET /accounts' data.")
    accounts: dict[str, Account] = {}
    for index, seed in enumerate(seeds):
        wrong = list(_objections(seed))
        if wrong:
            raise AccountsError(f"{origin}[{index}]: {'; '.join(wrong)}")
        account = Account(**seed)
        if account.id in accounts:
            raise AccountsError(f"{origin}[{index}]: the id {account.id} occurs twice.")
        accounts[account.id] = account
    return Accounts(accounts.values())


def load_accounts(file: Path) -> list[JsonObject]:
    """Read a JSON file of accounts, checked, for `create_app`.

    Raises:
        AccountsError: the file cannot be read, is not JSON, or does not hold accounts.
    """
    seeds = read_json(file, AccountsError)
    read_accounts(seeds, str(file))
    return seeds


def _objections(seed: Any) -> Iterator[str]:
    """Say what is wrong with the description of one account."""
    if not is_object(seed):
        yield "an object is needed"
        return
    for name in ("id", "platform"):
        if not seed.get(name):
            yield f"{name} is missing"
    for name, value in seed.items():
        fits = isinstance(value, str) if name != "metadata" else is_object(value)
        if name not in FIELDS:
            yield f"{name} is unknown"
        elif not fits:
            yield f"{name} must be {'an object' if name == 'metadata' else 'a text'}"
    if isinstance(seed.get("id"), str) and not seed["id"].startswith(PREFIX):
        yield f"id must start with {PREFIX}"
    if seed.get("status", ACTIVE) not in (ACTIVE, DEAD):
        yield f"status must be {ACTIVE} or {DEAD}"
