"""Alarm clocks on PostgreSQL: what wakes whoever delivers, there."""
