"""Slack: channels, by their incoming webhooks."""
