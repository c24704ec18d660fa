"""What a post on WordPress may be told besides its caption."""

from typing import Literal

from pydantic import Field

from schemas.request import Arguments


class WordPressSettings(Arguments):
    """The ``wordpress`` object of create_post."""

    title: str | None = Field(None, description="Default: the caption's first line.")
    excerpt: str | None = None
    status: Literal["publish", "private", "pending", "draft"] | None = Field(None, description="Default publish.")
    categories: list[str] | None = Field(None, description="Names of categories that exist.")
    tags: list[str] | None = Field(None, description="Names; new ones are made.")
