"""Nostr: posts as signed events, sent to relays (NIP-01)."""
