"""Genviral's Partner API: rules, error table, wire records and the provider itself."""
