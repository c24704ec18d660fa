"""SocialAPI.ai: rules, error table, wire records and the provider itself."""
