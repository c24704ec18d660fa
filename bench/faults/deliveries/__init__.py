"""Fault injection for the delivery engine: real processes that are killed and put to sleep, and a place that fails."""
