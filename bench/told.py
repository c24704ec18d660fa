"""A process of the bench that is told lines and says lines."""

import subprocess
from contextlib import ExitStack

from bench.program import MeasurementError


class Told:
    """One process; it is killed if it is still there at the end."""

    def __init__(self, stack: ExitStack, command: list[str]) -> None:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
        self._process = stack.enter_context(process)
        self._name = command[2]
        stack.callback(process.kill)

    def read(self) -> str:
        """Wait for the next line that it says.

        Raises:
            MeasurementError: it ended instead.
        """
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise MeasurementError(f"{self._name} ended early")
        return line

    def go(self) -> None:
        """Let it go on."""
        if self._process.stdin:
            self._process.stdin.write("go\n")
            self._process.stdin.flush()
