"""What a row of the bench says: one line for each thing measured, and its budget."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """A bound of design section 14: at most ``bound``, or at least it; ``unit`` is written behind the number."""

    bound: float
    unit: str = ""
    at_least: bool = False

    def holds(self, value: float) -> bool:
        """Tell whether a value keeps the budget."""
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        """Write it as the design does."""
        return f"{'>=' if self.at_least else '<='} {self.bound:,g}{self.unit}"


@dataclass(frozen=True, slots=True)
class Line:
    """One measurement: what, our figure, bare's in the same run, and their ratio.

    ``value`` is what the budget is held against; without one it is the ratio.
    """

    what: str
    ours: str
    bare: str = ""
    ratio: float | None = None
    budget: Budget | None = None
    value: float | None = None

    @property
    def verdict(self) -> str:
        """``within``, ``OVER``, or nothing where no budget applies."""
        held = self.ratio if self.value is None else self.value
        if self.budget is None or held is None:
            return ""
        return "within" if self.budget.holds(held) else "OVER"
