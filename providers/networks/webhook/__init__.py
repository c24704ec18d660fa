"""Webhooks: every post as signed JSON to one URL."""
