"""PostPost's API: rules, error table, limits, wire records and the provider itself."""
