"""The connected accounts: a default set, one from a file, and which of them a request means."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from sandbox.genviral.envelope import Refusal
from sandbox.genviral.shape import Record, array, choice, mapping, nullable, number, text, uuid
from sandbox.jsonvalue import JsonObject, is_array
from sandbox.seedfile import read_json

WORKSPACE = "4cb5a3a0-7c52-4d4e-9a53-0d7f1d4c9e21"
OWNER = "7be8b6f4-3d0e-4f0c-8a8b-52f6c1a2d903"


class AccountsError(ValueError):
    """The accounts to start with are unusable; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Account:
    """One connected profile, with the fields of GET /accounts (reference genviral 4).

    Only the newer generation gives it ``capabilities``: what it says itself that it takes.
    """

    id: str
    platform: str
    type: str
    username: str
    display_name: str
    status: str = "active"
    workspace_id: str | None = WORKSPACE
    capabilities: JsonObject | None = None

    @property
    def kind(self) -> tuple[str, str]:
        """Platform and type, which is what the rules go by."""
        return self.platform, self.type

    def takes(self, content_kind: str) -> bool:
        """Tell whether it takes such content; unless it says so itself, it takes all media and no text alone."""
        if self.capabilities is None:
            return content_kind != "text_only"
        return content_kind in self.capabilities["supported_content_kinds"]

    def limit(self, name: str) -> float | None:
        """Tell a limit that it names: ``caption_limit`` or one of ``media_limits``; None where it names none."""
        own = self.capabilities or {}
        return own.get(name, own.get("media_limits", {}).get(name))

    def view(self) -> JsonObject:
        """Show it as GET /accounts does."""
        return {name: value for name, value in asdict(self).items() if name != "capabilities" or value is not None}


DEFAULT = (
    Account("0f4f54d4-8cce-4fb7-8c7b-befbcb8af812", "tiktok", "byo", "lumenlabs", "Lumen Labs"),
    Account("2d1b9a3e-51c7-4e0a-9c64-7f2f0a6d8b15", "tiktok", "byo", "lumen.daily", "Lumen Daily"),
    Account("a7c3f1d2-6b84-4b19-8f3d-1c9e5a702b46", "tiktok", "hosted", "lumen.shorts", "Lumen Shorts (hosted)"),
    Account("6b0c8c9c-55ac-4fcb-85ec-70b5a8b0d089", "instagram", "byo", "lumenlabs", "Lumen Labs on Instagram"),
    Account("c81e4f7a-0d3b-4a92-b6f1-93d2c7e8504f", "youtube", "byo", "lumenlabs", "Lumen Labs TV"),
    Account("5e9d2c60-b7a1-4c38-9e0f-48a6f3b1d7c2", "pinterest", "byo", "lumenlabs", "Lumen Labs Boards"),
    Account("91f6b8d3-2e5c-4d07-8a4b-e0c7d5126f9a", "linkedin", "byo", "lumen-labs", "Lumen Labs GmbH"),
    Account("e34a7d15-9c80-4f62-a1d8-6b5f20c9e873", "facebook", "byo", "lumenlabs", "Lumen Labs Page"),
)

_CAPABILITIES = Record(
    {
        "supported_content_kinds": array(text(1, 40), 1),
        "caption_limit": number(1),
        "media_limits": Record({"max_images": number(1), "max_video_seconds": number(1)}),
        "settings_schema": mapping,
    },
    frozenset({"supported_content_kinds"}),
)
_SEED = Record(
    {
        "id": uuid,
        "platform": text(1, 40),
        "type": choice("byo", "hosted"),
        "username": text(1, 200),
        "display_name": text(1, 200),
        "status": text(1, 40),
        "workspace_id": nullable(text(1, 200)),
        "capabilities": nullable(_CAPABILITIES),
    },
    frozenset({"id", "platform", "type", "username", "display_name"}),
)


class Accounts:
    """The accounts in the scope of every key."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._by_id = {account.id: account for account in accounts}

    def __contains__(self, account_id: str) -> bool:
        """Tell whether an account is in scope."""
        return account_id.lower() in self._by_id

    def view(self) -> JsonObject:
        """Show what GET /accounts shows: the active ones."""
        listed = [account.view() for account in self._by_id.values() if account.status == "active"]
        return {"scope": "workspace", "owner_user_id": OWNER, "workspace_id": WORKSPACE, "accounts": listed}

    def resolve(self, named: Iterable[Mapping[str, str]]) -> list[Account]:
        """Find the accounts that a request names, each once.

        Raises:
            Refusal: ``unknown_accounts`` when one is out of scope or inactive among active ones;
                ``missing_accounts`` when all are in scope and none is active (seed 001, reference genviral 13).
        """
        wanted = dict.fromkeys(one["id"].lower() for one in named)
        found = [self._by_id[account_id] for account_id in wanted if account_id in self._by_id]
        active = [account for account in found if account.status == "active"]
        if len(found) == len(wanted) and not active:
            raise Refusal("missing_accounts")
        if len(active) < len(wanted):
            raise Refusal("unknown_accounts")
        return active


def read_accounts(seeds: object, origin: str = "accounts") -> Accounts:
    """Take accounts in the shape of GET /accounts' ``accounts``.

    status, workspace_id and capabilities may be left out.

    Raises:
        AccountsError: they are something else, or two share an id; ``origin`` says in the text where they are from.
    """
    if not is_array(seeds):
        raise AccountsError(f"{origin}: a list of accounts is needed, in the shape of GET /accounts' accounts.")
    accounts: dict[str, Account] = {}
    for index, seed in enumerate(seeds):
        wrong = [f"{field}: {message}" if field else message for field, message in _SEED.issues(seed)]
        if wrong:
            raise AccountsError(f"{origin}[{index}]: {'; '.join(wrong)}")
        account = Account(**seed | {"id": seed["id"].lower()})
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
