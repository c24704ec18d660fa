"""Mastodon, and all servers that speak its API."""
