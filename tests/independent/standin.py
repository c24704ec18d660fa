"""A sandbox in a thread of its own, for clients that know nothing of this project and may block."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from starlette.types import ASGIApp

from sandbox.serve import running_in_thread

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standin:
    """A sandbox that is being served, and its controls."""

    url: str
    http: httpx2.Client

    def control(self, name: str, **body: object) -> None:
        self.http.post(f"{self.url}/_sandbox/{name}", json=body).raise_for_status()

    def fault(self, fault: str, path: str = "/posts", method: str = "POST", times: int = 1) -> None:
        self.control("faults", fault=fault, path=path, method=method, times=times)

    def posts(self) -> list[Body]:
        return self.http.get(f"{self.url}/_sandbox/posts").raise_for_status().json()["posts"]


@contextmanager
def standing(app: ASGIApp) -> Generator[Standin]:
    with running_in_thread(app) as url, httpx2.Client(verify=False, timeout=60) as http:
        yield Standin(url, http)
