"""The use cases under the tools: posting, reading, the journal, delivery, and how failures become verdicts."""
