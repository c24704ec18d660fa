"""How long to pause before the next try: drawn at random, so that what failed together does not come back together."""

import random
from collections.abc import Callable

#: Draws from 0 up to a number of seconds.
Spread = Callable[[float], float]


def full_jitter(ceiling: float) -> float:
    """Draw evenly between 0 and ``ceiling``."""
    return random.uniform(0, ceiling)  # noqa: S311  (it spreads load; nobody gains by guessing it)


def pause_seconds(tries: int, asked: float | None, spread: Spread, *, base: float, cap: float) -> float:
    """Choose a pause: what the service ``asked`` and up to a tenth more, else full jitter (reference engine 2.5).

    ``tries`` is how often it was tried before the failure that this pause follows; ``base`` doubles with each, up to
    ``cap``.
    """
    if asked is not None:
        return asked + spread(asked / 10)
    return spread(min(cap, base * 2.0 ** min(tries, _ENOUGH)))


# Doubled this often any base is past any cap; a larger exponent would only overflow.
_ENOUGH = 20
