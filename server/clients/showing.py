"""Show a change as lines that go and lines that come, without what is nobody's business."""

import difflib
import re
from collections.abc import Collection, Iterator

#: The members whose values may be shown; others may be keys and tokens, and of other servers too.
_SHOWN = {"command", "type", "url", "httpUrl", "transport", "id", "description", "bearer_token_env_var"}
_MEMBER = re.compile(r"""(?:"(?P<key>[^"]*)"|(?P<bare>[\w-]+))(?P<sign>\s*[:=]\s*)(?P<value>"(?:[^"\\]|\\.)*")""")
_KEY = re.compile(r'"[^"]*"\s*:|^\s*[\w."-]+\s*=|[{,]\s*[\w-]+\s*=')
#: A value that only says where the real one is.
_REFERENCE = re.compile(r'"(?:Bearer )?\$\{[^}]*\}"')


def lines(before: str | None, after: str, plain: Collection[str] = ()) -> Iterator[str]:
    """Tell what goes (``-``) and what comes (``+``), and where.

    Values that may be secrets are left out: all but those of members that are known, or named by ``plain``.
    """
    shown = _SHOWN.union(plain)
    diff = difflib.unified_diff((before or "").splitlines(), after.splitlines(), lineterm="", n=0)
    for number, line in enumerate(diff):
        if line.startswith("@@"):
            yield f"@ line {line.split('+')[1].split(',')[0].split()[0]}"
        elif number > 1:
            yield line[0] + _veiled(line[1:], shown)


def _veiled(line: str, shown: Collection[str]) -> str:
    if len(_KEY.findall(line)) > 1:
        return f"(one line of {len(line)} characters)"

    def value(found: re.Match[str]) -> str:
        open_ = (found["key"] or found["bare"]) in shown or _REFERENCE.fullmatch(found["value"])
        return found[0] if open_ else found[0].removesuffix(found["value"]) + '"..."'

    return _MEMBER.sub(value, line)
