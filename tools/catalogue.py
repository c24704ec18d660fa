"""All tools, in the order in which agents see them."""

from typing import Any

from tools import (
    check_status,
    create_post,
    delete_post,
    get_usage,
    list_accounts,
    list_posts,
    retry_post,
    update_post,
    upload_media,
)
from tools.tool import Tool

TOOLS: tuple[Tool[Any], ...] = (
    create_post.TOOL,
    list_posts.TOOL,
    check_status.TOOL,
    list_accounts.TOOL,
    update_post.TOOL,
    delete_post.TOOL,
    retry_post.TOOL,
    upload_media.TOOL,
    get_usage.TOOL,
)
