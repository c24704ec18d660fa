"""Alarms as messages of pgmq, which sets far more of them a second (reference engine 1.4)."""

from typing import TYPE_CHECKING

import anyio

from providers.alarms.alarm import Ring

if TYPE_CHECKING:
    import psycopg

QUEUE = "postwright_wake"
#: Seconds for which a message that was read stays unseen by others: whoever read it may have died.
UNSEEN_SECONDS = 60
#: How late an alarm may be (seconds), and how many are read at one time.
POLL_SECONDS, AT_ONCE = 0.1, 50


class Pgmq:
    """pgmq's functions on the database at ``url``, made by SQL alone: no extension has to be installed."""

    def __init__(self, url: str) -> None:
        self._url = url

    def install(self, connection: "psycopg.Connection") -> None:
        """Make pgmq's schema and our queue, and arm by sending a message that is seen when it is time."""
        from pgmq.install import get_embedded_install_sql  # noqa: PLC0415  (the extra brings it)

        there = connection.execute("SELECT to_regclass('pgmq.meta')").fetchone()
        if there is None or there[0] is None:
            connection.execute("CREATE SCHEMA IF NOT EXISTS pgmq")
            connection.execute(get_embedded_install_sql().encode())
        connection.execute("SELECT pgmq.create(%s)", (QUEUE,))
        connection.execute(_ARM)

    async def run(self, ring: Ring) -> None:
        """Ring for each message as it comes due, until cancelled.

        Raises:
            psycopg.Error: the database is away.
        """
        import psycopg  # noqa: PLC0415  (only those with PostgreSQL have it)

        async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
            await _listen(connection, ring)

    async def tidy(self) -> None:
        """Leave all to pgmq: what nobody deleted is seen again by itself."""


async def _listen(connection: "psycopg.AsyncConnection", ring: Ring) -> None:
    while True:
        cursor = await connection.execute(_READ, (QUEUE, UNSEEN_SECONDS, AT_ONCE))
        heard = await cursor.fetchall()
        async with anyio.create_task_group() as group:
            for account in {account for _, account in heard}:
                group.start_soon(ring, account)
        if heard:
            await connection.execute("SELECT pgmq.delete(%s, %s)", (QUEUE, [number for number, _ in heard]))
        else:
            await anyio.sleep(POLL_SECONDS)


_READ = "SELECT msg_id, message ->> 'account' FROM pgmq.read(%s, %s, %s)"
_ARM = f"""
CREATE OR REPLACE FUNCTION postwright_arm(account text, at bigint) RETURNS void LANGUAGE sql AS $$
    SELECT pgmq.send('{QUEUE}', jsonb_build_object('account', account), to_timestamp(at / 1000000.0))
$$
"""
