"""Take a media file in, for posts to use."""

from pydantic import Field

from engine.call import Call
from engine.desk import Desk
from engine.uploading import Upload, upload
from engine.verdict import refused
from schemas.intake import Intake, Reading
from schemas.portable import tool_schema
from schemas.problem import Problem, ProblemCode
from schemas.request import Arguments
from schemas.result import Result
from schemas.untrusted import unprintable
from tools.tool import Hints, Tool, unknown_provider


class UploadMedia(Arguments):
    """The arguments of upload_media."""

    path: str | None = Field(None, max_length=4096, description="A file in an open folder of this machine.")
    url: str | None = Field(None, max_length=2048, description="Or a public http(s) link.")
    data: str | None = Field(None, description="Or the file itself in base64, up to 8 MB; with filename.")
    filename: str | None = Field(None, max_length=200)
    alt_text: str | None = Field(None, max_length=1500, description="What it shows, for those who cannot see it.")
    provider: str | None = Field(None, description="Which provider to bring it to. Default: the only one that is on.")


async def upload_media(desk: Desk, reading: Reading[UploadMedia], call: Call) -> Result:
    """Take one file in, measure it, and give it a handle."""
    request = reading.request
    if request is None:
        return refused(reading.problems)
    problems = [*_wrong(request), *unknown_provider(desk, request.provider)]
    if problems:
        return refused(problems)
    only = next(iter(desk.providers)) if len(desk.providers) == 1 else None
    wanted = Upload(
        request.path, request.url, request.data, request.filename, request.alt_text, request.provider or only
    )
    return await upload(desk, wanted, call)


def _wrong(request: UploadMedia) -> list[Problem]:
    """Find what is wrong with the arguments together."""
    given = [name for name in ("path", "url", "data") if getattr(request, name) is not None]
    problems: list[Problem] = []
    if len(given) != 1:
        said = f"{' and '.join(given)} are given" if given else "no file is named"
        problems.append(_problem("", ProblemCode.TOGETHER if given else ProblemCode.MISSING, said, _ONE))
    if request.data is not None and not request.filename:
        problems.append(_problem("/filename", ProblemCode.MISSING, "filename is missing", "Add it, such as photo.jpg."))
    for name in ("path", "url", "filename", "alt_text"):
        found = unprintable(getattr(request, name) or "")
        if found:
            said = f"the control character {found[1]} at position {found[0]}"
            problems.append(_problem(f"/{name}", ProblemCode.UNPRINTABLE, said, "Remove it."))
    return problems


def _problem(path: str, code: ProblemCode, message: str, fix: str) -> Problem:
    return Problem(path=path, code=code, message=message, fix=fix)


_ONE = "Give exactly one of path, url and data."

TOOL = Tool(
    name="upload_media",
    title="Upload a media file",
    description=(
        "Take in an image or video and get a handle (media:...) to use in create_post's media in place of a link. "
        "Measures it, and keeps alt_text with it. Nothing is posted."
    ),
    hints=Hints(read_only=False, destructive=False, idempotent=True, open_world=True),
    reader=lambda _: Intake(UploadMedia, tool_schema(UploadMedia)),
    run=upload_media,
)
