"""The embedded engine as a provider: a ledger in SQLite, its rules, and what became of each delivery."""
