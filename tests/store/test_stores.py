"""What holds for every store: who sees what, what is undone, what is kept, and in which words it is spoken to."""

from enum import StrEnum

import anyio
import pytest

from providers.store import SKIP_LOCKED, Additive, Connection, Store
from tests.store.stores import Open

pytestmark = pytest.mark.anyio

TABLES = {
    "test": (
        """
        CREATE TABLE note (
            word TEXT PRIMARY KEY,
            number INTEGER,
            share REAL,
            told INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX note_by_number ON note (number) WHERE number IS NOT NULL
        """,
    )
}
ADD = "INSERT INTO note (word, number) VALUES (?, ?)"


class Word(StrEnum):
    HELLO = "hello"


def words(connection: Connection) -> list[str]:
    return [row["word"] for row in connection.execute("SELECT word FROM note ORDER BY word")]


async def add(store: Store, *found: str) -> None:
    await store.write(lambda connection: connection.executemany(ADD, [(word, 1) for word in found]))


async def test_what_one_writes_another_reads(connect: Open) -> None:
    one, other = connect(TABLES), connect(TABLES)
    await add(one, "here")
    assert await other.read(words) == ["here"]


async def test_what_raises_is_undone_and_raised_as_it_is(connect: Open) -> None:
    store = connect(TABLES)

    def spoil(connection: Connection) -> None:
        connection.execute(ADD, ("half", 1))
        raise ValueError("half way")

    await add(store, "whole")
    with pytest.raises(ValueError, match="half way"):
        await store.write(spoil)
    assert await store.read(words) == ["whole"]


async def test_of_pieces_that_are_written_at_one_time_only_those_that_raise_are_undone(connect: Open) -> None:
    store = connect(TABLES)
    failed: list[int] = []

    async def one(number: int) -> None:
        def work(connection: Connection) -> None:
            connection.execute(ADD, (f"{number:02}", number))
            if number % 3 == 0:
                raise ValueError(str(number))

        if number % 3:
            await store.write(work, (f"note:{number}",))
        else:
            with pytest.raises(ValueError, match=f"^{number}$"):
                await store.write(work, (f"note:{number}",))
            failed.append(number)

    async with anyio.create_task_group() as group:
        for number in range(30):
            group.start_soon(one, number)
    assert sorted(failed) == list(range(0, 30, 3))
    assert await store.read(words) == [f"{number:02}" for number in range(30) if number % 3]


async def test_counting_up_at_one_time_counts_every_time(connect: Open) -> None:
    stores = [connect(TABLES) for _ in range(3)]
    await add(stores[0], "counter")

    def count(connection: Connection) -> None:
        (number,) = connection.execute("SELECT number FROM note WHERE word = ?", ("counter",)).fetchone()
        connection.execute("UPDATE note SET number = ? WHERE word = ?", (number + 1, "counter"))

    async with anyio.create_task_group() as group:
        for number in range(60):
            group.start_soon(stores[number % 3].write, count, None if number % 2 else ("counter",))
    found = await stores[0].read(lambda connection: connection.execute("SELECT number FROM note").fetchone())
    assert found["number"] == 61


async def test_a_read_is_of_one_moment(connect: Open) -> None:
    reader, writer = connect(TABLES), connect(TABLES)
    await add(writer, "before")
    await reader.read(words)
    looked, written = anyio.Event(), anyio.Event()

    def look_twice(connection: Connection) -> tuple[list[str], list[str]]:
        first = words(connection)
        anyio.from_thread.run_sync(looked.set)
        anyio.from_thread.run(give_time)
        return first, words(connection)

    async def give_time() -> None:
        # On a rollback journal a writer waits for the reader, and so the reader does not wait for it long.
        with anyio.move_on_after(0.3):
            await written.wait()

    async def write() -> None:
        await looked.wait()
        await add(writer, "meanwhile")
        written.set()

    async with anyio.create_task_group() as group:
        group.start_soon(write)
        assert await reader.read(look_twice) == (["before"], ["before"])
    assert await reader.read(words) == ["before", "meanwhile"]


async def test_rows_are_told_by_name_and_by_place_and_values_come_back_as_they_were(connect: Open) -> None:
    store = connect(TABLES)
    sql = "INSERT INTO note (word, number, share, told) VALUES (?1, ?2, ?3, ?4)"
    await store.write(lambda connection: connection.execute(sql, (Word.HELLO, 2**62, 1764000000.123456, True)))
    row = await store.read(
        lambda connection: connection.execute("SELECT word, number, share, told FROM note").fetchone()
    )
    assert (row["word"], row[1], row["share"], row[3]) == ("hello", 2**62, 1764000000.123456, 1)
    assert list(row) == ["hello", 2**62, 1764000000.123456, 1]
    assert dict(row) == {"word": "hello", "number": 2**62, "share": 1764000000.123456, "told": 1}


async def test_statements_tell_how_much_they_changed_and_what_they_return(connect: Open) -> None:
    store = connect(TABLES)
    await add(store, "a", "b", "c")

    def work(connection: Connection) -> tuple[int, int, list[str], dict[str, int]]:
        changed = connection.execute("UPDATE note SET number = 2 WHERE word != 'a'").rowcount
        none = connection.execute("DELETE FROM note WHERE word = '?' AND number = ?", (9,)).rowcount
        gone = connection.execute("DELETE FROM note WHERE number = ? RETURNING word", (2,)).fetchall()
        return (
            changed,
            none,
            sorted(row["word"] for row in gone),
            dict(connection.execute("SELECT word, number FROM note WHERE word LIKE '%a%'").fetchall()),
        )

    assert await store.write(work) == (2, 0, ["b", "c"], {"a": 1})


async def test_words_are_sorted_by_code_points(connect: Open) -> None:
    store = connect(TABLES)
    await add(store, "b", "A", "a", "B", "_", "ä")
    assert await store.read(words) == ["A", "B", "_", "a", "b", "ä"]


async def test_what_another_has_in_hand_is_skipped_or_waited_for(connect: Open) -> None:
    stores = [connect(TABLES) for _ in range(3)]
    await add(stores[0], *[f"{number:02}" for number in range(40)])
    taken: list[str] = []

    def take(connection: Connection) -> str | None:
        chosen = f"SELECT word FROM note WHERE told = 0 ORDER BY word LIMIT 1{SKIP_LOCKED}"
        sql = f"UPDATE note SET told = 1 WHERE word IN ({chosen}) AND told = 0 RETURNING word"
        row = connection.execute(sql).fetchone()
        return row["word"] if row else None

    async def all_of(store: Store) -> None:
        while word := await store.write(take, ()):
            taken.append(word)

    async with anyio.create_task_group() as group:
        for number in range(6):
            group.start_soon(all_of, stores[number % 3])
    assert sorted(taken) == [f"{number:02}" for number in range(40)]


async def test_several_that_open_an_empty_store_at_one_time_make_its_tables_once(connect: Open) -> None:
    stores = [connect(TABLES) for _ in range(6)]
    async with anyio.create_task_group() as group:
        for number, store in enumerate(stores):
            group.start_soon(add, store, f"{number}")
    assert len(await stores[0].read(words)) == 6


async def test_an_older_postwright_works_beside_tables_that_were_only_added_to(connect: Open) -> None:
    newer = connect({"test": (*TABLES["test"], Additive("ALTER TABLE note ADD COLUMN more TEXT"))})
    await newer.write(lambda connection: connection.execute(f"{ADD}", ("new", 1)))
    older = connect(TABLES)
    await add(older, "old")
    assert await newer.read(words) == ["new", "old"]


async def test_tables_that_were_changed_are_left_alone_by_an_older_postwright(connect: Open) -> None:
    change = "ALTER TABLE note RENAME COLUMN word TO name"
    newer = connect({"test": (*TABLES["test"], change, Additive("ALTER TABLE note ADD COLUMN more TEXT"))})
    await newer.read(lambda connection: connection.execute("SELECT name FROM note").fetchall())
    with pytest.raises(Exception, match="newer postwright"):
        await add(connect(TABLES), "old")


async def test_a_caller_that_is_cancelled_leaves_all_or_nothing_and_the_others_are_served(connect: Open) -> None:
    store = connect(TABLES)
    await store.read(words)

    async def twice(number: int) -> None:
        def work(connection: Connection) -> None:
            connection.executemany(ADD, [(f"{number:02} a", 1), (f"{number:02} b", 1)])

        with anyio.move_on_after(0.0 if number % 5 == 0 else 0.002 * (number % 7)):
            await store.write(work, (f"note:{number}",))

    async with anyio.create_task_group() as group:
        for number in range(40):
            group.start_soon(twice, number)
    await add(store, "last")
    found = await store.read(words)
    halves = [word[:2] for word in found if word != "last"]
    assert all(halves.count(half) == 2 for half in halves)
    assert "last" in found
