"""The clients that start this server: where each keeps its configuration, and how one entry is written into it."""
