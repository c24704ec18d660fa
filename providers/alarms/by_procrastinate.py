"""Alarms as jobs of procrastinate: one for each time at which something is due (reference engine 0 and 1.5)."""

import logging
from typing import TYPE_CHECKING

from anyio import CancelScope

from providers.alarms.alarm import Ring

if TYPE_CHECKING:
    import psycopg
    from procrastinate import App

QUEUE, TASK = "postwright", "postwright.wake"
#: How late an alarm may be that was set ahead (seconds); those for now are notified.
POLL_SECONDS = 0.5
#: After so many seconds without a heartbeat a worker counts as dead.
DEAD_SECONDS = 30
#: Accounts that one process is woken for at one time.
AT_ONCE = 50


class Procrastinate:
    """procrastinate on the database at ``url``: an existing engine, kept well, whose jobs any of its tools can show."""

    def __init__(self, url: str, *, grace: float = 5.0) -> None:
        self._url = url
        self._grace = grace
        self._app: App | None = None

    def install(self, connection: "psycopg.Connection") -> None:
        """Make procrastinate's own tables, and arm by deferring one of its jobs."""
        from procrastinate.schema import SchemaManager  # noqa: PLC0415  (the extra brings it)

        there = connection.execute("SELECT to_regclass('procrastinate_jobs')").fetchone()
        if there is None or there[0] is None:
            connection.execute(SchemaManager.get_schema())
        connection.execute(_ARM)

    async def run(self, ring: Ring) -> None:
        """Ring for each job as it comes due, until cancelled.

        Raises:
            procrastinate.exceptions.ProcrastinateException: the database is away.
        """
        from procrastinate import App, PsycopgConnector  # noqa: PLC0415  (the extra brings it)

        logging.getLogger("procrastinate").setLevel(logging.WARNING)
        app = App(connector=PsycopgConnector(conninfo=self._url, min_size=1, max_size=4))
        _task(app, ring)
        try:
            await app.open_async()
            self._app = app
            await app.run_worker_async(
                queues=[QUEUE],
                concurrency=AT_ONCE,
                fetch_job_polling_interval=POLL_SECONDS,
                shutdown_graceful_timeout=self._grace,
                delete_jobs="always",
                install_signal_handlers=False,
            )
        finally:
            self._app = None
            # Its connections are kept by tasks that swallow a cancel: left open, they keep a process from ending.
            with CancelScope(shield=True):
                await app.close_async()

    async def tidy(self) -> None:
        """Delete the jobs of workers that have died; they are never run again, since the rows arm anew."""
        from procrastinate.jobs import Status  # noqa: PLC0415  (the extra brings it)

        app = self._app
        if app is None:
            return
        jobs = app.job_manager
        for job in await jobs.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=DEAD_SECONDS):
            if job.id is not None:
                await jobs.finish_job_by_id_async(job.id, Status.FAILED, delete_job=True)


def _task(app: "App", ring: Ring) -> None:
    @app.task(name=TASK, queue=QUEUE)
    async def wake(account: str) -> None:  # pyright: ignore[reportUnusedFunction]  (the decorator registers it)
        await ring(account)


_ARM = f"""
CREATE OR REPLACE FUNCTION postwright_arm(account text, at bigint) RETURNS void LANGUAGE sql AS $$
    SELECT procrastinate_defer_jobs_v1(ARRAY[
        ROW('{QUEUE}', '{TASK}', 0, NULL, NULL, jsonb_build_object('account', account), to_timestamp(at / 1000000.0))
            ::procrastinate_job_to_defer_v1
    ])
$$
"""
