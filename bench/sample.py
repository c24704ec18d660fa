"""A series of measurements of one thing."""

from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True, slots=True)
class Sample:
    """Measured values, of whatever unit."""

    values: tuple[float, ...]

    @property
    def p50(self) -> float:
        """The middle."""
        return median(self.values)

    def ratio(self, base: "Sample") -> float:
        """Compare with values that were measured in turn with these: the middle of the ratios, pair by pair.

        A machine that is slower for a while is slower for both of a pair, so this holds still where p50s do not.
        """
        return median(one / other for one, other in zip(self.values, base.values, strict=True))

    def told(self, unit: str, scale: float = 1.0) -> str:
        """Say the middle and, in brackets, between what the middle eight tenths lie: p10 and p90."""
        low, middle, high = (short(self._deciles[index] * scale) for index in (0, 4, 8))
        return f"{middle} {unit} [{low}-{high}]"

    @property
    def _deciles(self) -> list[float]:
        if len(self.values) == 1:
            return list(self.values) * 9
        return quantiles(self.values, n=10, method="inclusive")


def short(number: float) -> str:
    """Write a number with three digits that mean something, and thousands apart."""
    if abs(number) >= _WHOLE:
        return f"{number:,.0f}"
    return f"{number:.{1 if abs(number) >= _TENTHS else 2}f}"


_WHOLE, _TENTHS = 100, 10
