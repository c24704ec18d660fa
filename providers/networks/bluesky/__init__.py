"""Bluesky: posts as records in the account's own repository, on whichever server (PDS) that lies."""
