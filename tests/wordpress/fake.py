"""The part of WordPress' REST API that postwright speaks, strict, with state: for runs without the real one.

It answers as WordPress 6.5 was seen to: the tests of the network run on both.
"""

import base64
import binascii
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Body = dict[str, Any]

USER, PASSWORD = "admin", "abcd EFGH 1234 ijkl MNOP 5678"
STATUSES = ("publish", "future", "draft", "pending", "private")
IMAGES = ("image/jpeg", "image/png", "image/gif", "image/webp")
FIELDS = {
    "title",
    "content",
    "excerpt",
    "status",
    "slug",
    "featured_media",
    "categories",
    "tags",
    "date",
    "date_gmt",
}


class WordPressError(HTTPException):
    """A refusal in WordPress' words."""

    def __init__(self, status: int, code: str, message: str, **data: Any) -> None:
        super().__init__(status, message)
        self.body = {"code": code, "message": message, "data": {"status": status, **data}}


@dataclass
class Blog:
    """What a site remembers."""

    posts: dict[int, Body] = field(default_factory=dict[int, Body])
    media: dict[int, Body] = field(default_factory=dict[int, Body])
    terms: dict[str, dict[int, str]] = field(
        default_factory=lambda: {"categories": {1: "Uncategorized", 2: "News &amp; Views"}, "tags": {}}
    )
    made: int = 10

    def new(self) -> int:
        self.made += 1
        return self.made


def create_app(blog: Blog, *, pretty: bool = True) -> Starlette:
    """Build a site; without ``pretty`` links its API is reached by ``?rest_route=``."""

    async def route(request: Request) -> Response:
        path = request.path_params["path"] if pretty else request.query_params.get("rest_route")
        if path is None:
            raise WordPressError(404, "rest_no_route", "No route was found")
        path = f"/{path.strip('/')}"
        if path == "/":
            return JSONResponse({"name": "A blog &amp; more", "namespaces": ["oembed/1.0", "wp/v2"]})
        for pattern, method, handle in _ROUTES:
            if method == request.method and (found := re.fullmatch(pattern, path)):
                _authorize(request)
                return await handle(blog, request, *found.groups())
        raise WordPressError(404, "rest_no_route", "No route was found matching the URL and request method.")

    async def told(request: Request, error: Exception) -> Response:
        if isinstance(error, WordPressError):
            return JSONResponse(error.body, error.status_code)
        return Response("<!DOCTYPE html><title>Page not found</title>", 404, media_type="text/html")

    where = "/wp-json/{path:path}" if pretty else "/"
    methods = ["GET", "POST", "DELETE"]
    return Starlette(routes=[Route(where, route, methods=methods)], exception_handlers={HTTPException: told})


def _authorize(request: Request) -> None:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme != "Basic":
        raise WordPressError(401, "rest_not_logged_in", "You are not currently logged in.")
    try:
        user, _, password = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise WordPressError(401, "rest_not_logged_in", "You are not currently logged in.") from None
    if user != USER:
        raise WordPressError(401, "invalid_username", "<strong>Error:</strong> Unknown username.")
    if password.replace(" ", "") != PASSWORD.replace(" ", ""):
        raise WordPressError(401, "incorrect_password", "The provided password is an invalid application password.")


async def _me(blog: Blog, request: Request) -> Response:
    rights = {"publish_posts": True, "upload_files": True, "edit_posts": True}
    return JSONResponse({"id": 1, "name": USER, "slug": USER, "capabilities": rights})


async def _create(blog: Blog, request: Request) -> Response:
    try:
        asked: Body = await request.json()
    except ValueError:
        raise WordPressError(400, "rest_invalid_json", "Invalid JSON body passed.") from None
    assert set(asked) <= FIELDS, asked.keys() - FIELDS
    if asked.get("status", "draft") not in STATUSES:
        params = {"status": "status is not one of publish, future, draft, pending, and private."}
        raise WordPressError(400, "rest_invalid_param", "Invalid parameter(s): status", params=params)
    if not asked.get("title") and not asked.get("content") and not asked.get("excerpt"):
        raise WordPressError(400, "empty_content", "Content, title, and excerpt are empty.")
    featured = asked.get("featured_media", 0)
    if featured and featured not in blog.media:
        raise WordPressError(400, "rest_invalid_featured_media", "Invalid featured media ID.")
    for kind in ("categories", "tags"):
        for term in asked.get(kind, []):
            assert term in blog.terms[kind]
    status = asked.get("status", "draft")
    if status == "future" and datetime.fromisoformat(asked["date_gmt"]).replace(tzinfo=UTC) <= datetime.now(UTC):
        status = "publish"
    post_id = blog.new()
    free = _unique(asked.get("slug") or f"post-{post_id}", blog.posts) if status not in ("draft", "pending") else None
    slug = free or asked.get("slug", "")
    shown = f"{str(request.base_url).rstrip('/')}/{slug}/"
    link = shown if status in ("publish", "private") else f"{request.base_url}?p={post_id}"
    blog.posts[post_id] = {**asked, "id": post_id, "status": status, "slug": slug, "link": link}
    return JSONResponse(_shown(blog.posts[post_id]), 201, {"location": link})


async def _posts(blog: Blog, request: Request) -> Response:
    status, slug = request.query_params.get("status", "publish"), request.query_params.get("slug")
    found = [
        _shown(post)
        for post in blog.posts.values()
        if slug in (None, post["slug"]) and (status == "any" or post["status"] in status.split(","))
    ]
    return JSONResponse(found[::-1])


async def _delete(blog: Blog, request: Request, post_id: str) -> Response:
    post = blog.posts.get(int(post_id))
    if post is None:
        raise WordPressError(404, "rest_post_invalid_id", "Invalid post ID.")
    if request.query_params.get("force") == "true":
        return JSONResponse({"deleted": True, "previous": _shown(blog.posts.pop(int(post_id)))})
    if post["status"] == "trash":
        raise WordPressError(410, "rest_already_trashed", "The post has already been deleted.")
    post["status"], post["slug"] = "trash", f"{post['slug']}__trashed"
    return JSONResponse(_shown(post))


async def _upload(blog: Blog, request: Request) -> Response:
    content, media_type = await request.body(), request.headers.get("content-type", "")
    named = re.fullmatch(r'attachment; filename="([\w.-]+)\.(\w+)"', request.headers.get("content-disposition", ""))
    if not content:
        raise WordPressError(400, "rest_upload_no_data", "No data supplied.")
    if named is None:
        raise WordPressError(400, "rest_upload_no_content_disposition", "No Content-Disposition supplied.")
    if media_type not in (*IMAGES, "video/mp4", "video/quicktime", "video/webm"):
        message = "Sorry, you are not allowed to upload this file type."
        raise WordPressError(500, "rest_upload_sideload_error", message)
    media_id = blog.new()
    slug = _unique(named[1], blog.media)
    blog.media[media_id] = {
        "id": media_id,
        "slug": slug,
        "status": "inherit",
        "alt_text": "",
        "media_type": "image" if media_type in IMAGES else "file",
        "mime_type": media_type,
        "source_url": f"{request.base_url}wp-content/uploads/{slug}.{named[2]}",
    }
    return JSONResponse(blog.media[media_id], 201)


async def _media(blog: Blog, request: Request) -> Response:
    slug = request.query_params.get("slug")
    return JSONResponse([media for media in blog.media.values() if slug in (None, media["slug"])])


async def _describe(blog: Blog, request: Request, media_id: str) -> Response:
    asked: Body = await request.json()
    assert set(asked) <= {"alt_text", "caption", "description", "title"}
    if int(media_id) not in blog.media:
        raise WordPressError(404, "rest_post_invalid_id", "Invalid post ID.")
    blog.media[int(media_id)] |= asked
    return JSONResponse(blog.media[int(media_id)])


async def _terms(blog: Blog, request: Request, kind: str) -> Response:
    wanted = request.query_params.get("search", "").lower()
    found = [
        {"id": term, "name": name, "slug": _slug(unescape(name))}
        for term, name in blog.terms[kind].items()
        if wanted in unescape(name).lower() or wanted in _slug(unescape(name))
    ]
    return JSONResponse(found)


async def _add_tag(blog: Blog, request: Request) -> Response:
    name = (await request.json())["name"]
    if name.lower() in (known.lower() for known in blog.terms["tags"].values()):
        message = "A term with the name provided already exists with this parent."
        raise WordPressError(400, "term_exists", message)
    term = blog.new()
    blog.terms["tags"][term] = name
    return JSONResponse({"id": term, "name": name, "slug": _slug(name)}, 201)


def _shown(post: Body) -> Body:
    rendered = {name: {"raw": post[name], "rendered": post[name]} for name in ("title", "content") if name in post}
    excerpt = {"raw": post.get("excerpt", ""), "rendered": post.get("excerpt", "")}
    return {"categories": [1], "tags": [], "featured_media": 0, **post, **rendered, "excerpt": excerpt}


def _unique(slug: str, others: dict[int, Body]) -> str:
    taken = {other["slug"] for other in others.values()}
    numbered = (f"{slug}-{number}" for number in range(2, 100))
    return slug if slug not in taken else next(found for found in numbered if found not in taken)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


_ROUTES: tuple[tuple[str, str, Any], ...] = (
    (r"/wp/v2/users/me", "GET", _me),
    (r"/wp/v2/posts", "POST", _create),
    (r"/wp/v2/posts", "GET", _posts),
    (r"/wp/v2/posts/(\d+)", "DELETE", _delete),
    (r"/wp/v2/media", "POST", _upload),
    (r"/wp/v2/media", "GET", _media),
    (r"/wp/v2/media/(\d+)", "POST", _describe),
    (r"/wp/v2/(categories|tags)", "GET", _terms),
    (r"/wp/v2/tags", "POST", _add_tag),
)
