"""Matrix: posts as messages in a room (Client-Server API)."""
