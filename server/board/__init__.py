"""The board: a page that shows the posts, for a browser and for the frame of an MCP client."""
