"""An agent on a disk that fills up: ``python -m tests.media.filling HOME BYTES``; prints JSON of what it was told."""

import base64
import json
import sys
from pathlib import Path

import anyio

from tests.desk import agent
from tests.media.files import png


async def fill(home: Path, size: int) -> None:
    told: list[object] = []
    async with agent(home) as found:
        for number in range(4):
            picture = png(noise=str(number).encode()) + bytes(size)
            body = await found.call("upload_media", data=base64.b64encode(picture).decode(), filename="a.png")
            told.append([body["ok"], body.get("error_code"), body.get("outcome")])
        small = await found.call("upload_media", data=base64.b64encode(png()).decode(), filename="b.png")
    names = sorted(path.name for path in (home / "media").iterdir())
    sys.stdout.write(json.dumps({"told": told, "small": small["ok"], "names": names}))


if __name__ == "__main__":
    anyio.run(fill, Path(sys.argv[1]), int(sys.argv[2]))
