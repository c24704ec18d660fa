"""All tools, in the order in which agents see them."""

from typing import Any

from tools import check_status, create_post, list_accounts, list_posts
from tools.tool import Tool

TOOLS: tuple[Tool[Any], ...] = (create_post.TOOL, list_posts.TOOL, check_status.TOOL, list_accounts.TOOL)
