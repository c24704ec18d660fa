"""A whole postwright on PostgreSQL: posts go in and out, repeats are harmless, and its password shows nowhere."""

from pathlib import Path

import anyio
import pytest

from providers.postgres import Postgres
from providers.store import Connection, StoreError
from tests.desk import agent
from tests.operations.commands import run
from tests.postgres import PASSWORD, Cluster

pytestmark = pytest.mark.anyio

TABLES = {"test": ("CREATE TABLE note (word TEXT PRIMARY KEY)",)}


async def test_a_post_goes_in_is_delivered_and_is_the_same_when_it_is_repeated(
    tmp_path: Path, postgres_url: str
) -> None:
    async with agent(tmp_path, DATABASE_URL=postgres_url) as found:
        made = await found.call("create_post", caption="Hello", accounts=["local:outbox"])
        again = await found.call("create_post", caption="Hello", accounts=["local:outbox"])
        assert (made["ok"], again["data"]["replayed"], again["data"]["id"]) == (True, True, made["data"]["id"])
        told = await found.call("check_status", post_id=made["data"]["id"], wait_seconds=50)
        assert told["data"]["status"] == "published"
    assert not (tmp_path / "postwright.db").exists()


async def test_a_database_that_is_away_is_told_without_its_password_and_nothing_was_sent(
    tmp_path: Path, own_cluster: Cluster
) -> None:
    url = own_cluster.database()
    own_cluster.stop()
    async with agent(tmp_path, DATABASE_URL=url) as found:
        told = await found.call("create_post", caption="Hello", accounts=["local:outbox"])
        assert (told["error_code"], told["outcome"]) == ("storage_failed", "nothing_sent")
        assert PASSWORD not in str(told)


async def test_a_server_that_crashes_and_returns_is_written_to_again(own_cluster: Cluster) -> None:
    store = Postgres(own_cluster.database(), TABLES)

    async def add(word: str) -> None:
        await store.write(lambda connection: connection.execute("INSERT INTO note (word) VALUES (?)", (word,)))

    await add("before")
    await anyio.to_thread.run_sync(lambda: own_cluster.stop(hard=True))
    with pytest.raises(StoreError) as caught:
        await add("meanwhile")
    assert PASSWORD not in str(caught.value)
    await anyio.to_thread.run_sync(own_cluster.start)
    await add("after")

    def words(connection: Connection) -> list[str]:
        return [row["word"] for row in connection.execute("SELECT word FROM note ORDER BY word")]

    assert await store.read(words) == ["after", "before"]
    await store.aclose()


def test_accounts_that_a_person_adds_are_in_the_database_that_is_shared(tmp_path: Path, postgres_url: str) -> None:
    one, other, folder = tmp_path / "one", tmp_path / "other", str(tmp_path / "blog")
    added = run(one, "accounts", "add", "outbox", "--name", "blog", "--folder", folder, DATABASE_URL=postgres_url)
    assert added.returncode == 0, added.stderr
    assert "local:outbox-blog" in run(other, "accounts", "list", DATABASE_URL=postgres_url).stdout
    removed = run(other, "accounts", "remove", "local:outbox-blog", "--yes", DATABASE_URL=postgres_url)
    assert removed.returncode == 0, removed.stderr
    assert "local:outbox-blog" not in run(one, "accounts", "list", DATABASE_URL=postgres_url).stdout
    assert not (one / "postwright.db").exists()


def test_a_shared_database_that_is_away_is_told_to_whoever_lists_accounts(tmp_path: Path) -> None:
    shown = run(tmp_path, "accounts", "list", DATABASE_URL=f"postgresql://postwright:{PASSWORD}@127.0.0.1:9/away")
    assert (shown.returncode, PASSWORD in shown.stdout + shown.stderr) == (1, False)
    assert "cannot be reached" in shown.stderr
