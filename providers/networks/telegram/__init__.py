"""Telegram: channels, groups and chats, by a bot."""
