"""The rows of the bench: one module each, with one function ``measure(plan, scratch)`` that gives its lines."""
