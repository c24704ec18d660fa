"""What cannot be done to a post as it stands, told with the way round."""

from collections.abc import Iterable, Mapping

from engine.finding import Found
from schemas.ability import Act
from schemas.errors import ErrorCode
from schemas.problem import Problem, ProblemCode

#: What is done, in words that go on with a post.
_WORDS = {
    Act.CAPTION: "change the caption of",
    Act.MEDIA: "change the media of",
    Act.ACCOUNTS: "change the accounts of",
    Act.SETTINGS: "change the settings of",
    Act.SCHEDULE: "schedule",
    Act.PAUSE: "pause",
    Act.PUBLISH: "publish",
    Act.DELETE: "delete",
    Act.RETRY: "retry",
}

#: What helps after a refusal, whatever was asked for.
ADVICE = "This call cannot do it as the post stands: do what the fix of each problem says instead."


def impossible(found: Found, acts: Iterable[Act], paths: Mapping[Act, str]) -> tuple[list[Problem], ErrorCode]:
    """Tell which acts the provider cannot do now, and whether another state would do or none ever does.

    ``paths`` point at the argument that asks for each act.
    """
    rows = {act: found.provider.abilities[act] for act in acts}
    cannot = {act: row for act, row in rows.items() if found.post.status not in row.states}
    code = ErrorCode.STATE_CONFLICT if all(row.states for row in cannot.values()) else ErrorCode.NOT_SUPPORTED
    problems = [
        Problem(
            path=paths.get(act, "/post_id"),
            code=ProblemCode.UNSUPPORTED,
            message=f"{found.provider.name} cannot {_WORDS[act]} a post that is {found.post.status.value}",
            fix=row.otherwise,
        )
        for act, row in cannot.items()
    ]
    return problems, code


def words(act: Act) -> str:
    """Say an act, such as ``change the caption``."""
    return _WORDS[act].removesuffix(" of")
