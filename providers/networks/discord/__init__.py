"""Discord: channels and threads, by their webhooks."""
