"""Look at one post: by itself, or after a change, where the look may not take long and may fail."""

import anyio

from providers.genviral.api import Api, check_post
from providers.protocol import Failure
from providers.wire import segment
from schemas.errors import ErrorCode
from schemas.jsonvalue import JsonObject

#: For the look before a change and for the one after it, beside the change itself (seconds).
LOOK_SECONDS = 6.0


class Looking:
    """Reads records of posts over one ``Api``."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def record(self, post_id: str) -> JsonObject:
        """Read GET /posts/{id}.

        Raises:
            Failure: not there, or the service could not be asked.
        """
        return await self._api.read(f"/posts/{segment(post_id)}", check=check_post)

    async def before(self, post_id: str) -> JsonObject:
        """Read a post that is to be changed.

        Raises:
            Failure: it could not be read, and so nothing was changed.
        """
        try:
            with anyio.fail_after(LOOK_SECONDS):
                return await self.record(post_id)
        except TimeoutError as error:
            message = f"The post could not be read within {LOOK_SECONDS:g} s, so nothing was changed."
            raise Failure(ErrorCode.PROVIDER_TIMEOUT, message) from error
        except Failure as error:
            error.doubt = False
            raise

    async def after(self, post_id: str) -> JsonObject | None:
        """Read a post that was to be changed; ``None``: it could not be seen.

        Raises:
            Failure: it is gone.
        """
        with anyio.move_on_after(LOOK_SECONDS):
            try:
                return await self.record(post_id)
            except Failure as error:
                if error.code is ErrorCode.NOT_FOUND:
                    raise
        return None
