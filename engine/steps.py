"""What is told of progress: several steps in a row as one, since each notification has to tell more than the last."""

from anyio import current_time

from schemas.asset import Progress

#: How long to wait between two notifications (seconds), unless a step ends.
PAUSE_SECONDS = 0.2


class Steps:
    """Tells ``tell`` how far a call is (MCP: progress increases); a step that begins again at 0 comes on top."""

    def __init__(self, tell: Progress) -> None:
        self._tell = tell
        self._before = self._last = 0.0
        self._told, self._told_at = -1.0, 0.0

    async def __call__(self, done: float, total: float, doing: str) -> None:
        """Tell how much of the step under way is done, if that is news."""
        if done < self._last:
            self._before += self._last
        self._last = done
        overall, now = self._before + done, current_time()
        ends = done >= total
        if overall <= self._told or (not ends and now - self._told_at < PAUSE_SECONDS):
            return
        self._told, self._told_at = overall, now
        await self._tell(overall, self._before + max(done, total), doing)
