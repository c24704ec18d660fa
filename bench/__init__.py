"""The budgets of the design, measured in one run against a bare MCP server (docs/bench.md)."""
