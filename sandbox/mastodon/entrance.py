"""What comes before posting: what the server says of itself, and OAuth by code."""

import secrets
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sandbox.jsonvalue import JsonObject, is_object, read, reply
from sandbox.mastodon.files import IMAGES, LARGEST_IMAGE, LARGEST_VIDEO, VIDEOS
from sandbox.mastodon.profiles import No
from sandbox.mastodon.state import Refusal, State
from sandbox.mastodon.statuses import origin_of

#: A redirect of this name asks for a page that shows the code.
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


async def instance(state: State, request: Request) -> Response:
    """GET /api/v1/instance, or v2 where there is one."""
    profile = state.profile
    if "/v2/" in request.url.path and not profile.v2:
        raise Refusal(No(404, "html"))
    host = request.headers.get("host", "127.0.0.1")
    about: JsonObject = {
        "title": f"{profile.name} stand-in",
        "version": profile.version,
        "description": "",
        "languages": ["en"],
        "configuration": _configuration(state),
    }
    named: JsonObject = {"domain": host} if "/v2/" in request.url.path else {"uri": host, "email": "", "stats": {}}
    return reply({**about, **named})


def _configuration(state: State) -> JsonObject:
    profile = state.profile
    described = {"description_limit": profile.longest_alt} if profile.longest_alt and profile.v2 else {}
    return {
        "statuses": {
            "max_characters": profile.max_characters,
            "max_media_attachments": profile.most_media,
            "characters_reserved_per_url": profile.reserved,
        },
        "media_attachments": {
            "supported_mime_types": [*IMAGES, *VIDEOS],
            "image_size_limit": LARGEST_IMAGE,
            "image_matrix_limit": 33_177_600,
            "video_size_limit": LARGEST_VIDEO,
            "video_frame_rate_limit": 120,
            "video_matrix_limit": 8_294_400,
            **described,
        },
        "polls": {"max_options": 4, "max_characters_per_option": 50},
    }


async def credentials(state: State, request: Request) -> Response:
    """GET /api/v1/accounts/verify_credentials."""
    return reply(state.account(origin_of(request)))


async def register(state: State, request: Request) -> Response:
    """POST /api/v1/apps."""
    asked = await _fields(request)
    client_id = f"client-{len(state.apps) + 1}"
    state.apps[client_id] = str(asked.get("redirect_uris", OUT_OF_BAND))
    app = {"id": client_id, "name": asked.get("client_name"), "client_id": client_id}
    return reply({**app, "client_secret": f"secret-of-{client_id}", "redirect_uri": state.apps[client_id]})


async def authorize(state: State, request: Request) -> Response:
    """GET /oauth/authorize: the account's owner is taken to agree; some have to sign in first."""
    asked = request.query_params
    if asked.get("client_id") not in state.apps or asked.get("response_type") != "code":
        raise Refusal(No(401), "Client authentication failed due to unknown client")
    if state.profile.sign_in and "signed_in" not in request.cookies:
        return RedirectResponse("/auth/sign_in", 303)
    code = secrets.token_urlsafe(16)
    state.codes.add(code)
    redirect = asked.get("redirect_uri", OUT_OF_BAND)
    if redirect != OUT_OF_BAND:
        return RedirectResponse(f"{redirect}{'&' if '?' in redirect else '?'}code={code}", 302)
    shown = f"<code>{escape(code)}</code>" if state.profile.shows_code else ""
    return HTMLResponse(f"<!DOCTYPE html><html><body>{shown}</body></html>")


async def sign_in(state: State, request: Request) -> Response:
    """GET and POST /auth/sign_in, where the profile has it."""
    if not state.profile.sign_in:
        raise Refusal(state.profile.no_status)
    page = HTMLResponse('<!DOCTYPE html><html><body><form method="post"></form></body></html>')
    if request.method == "POST":
        page.set_cookie("signed_in", "yes")
    return page


async def token_for_code(state: State, request: Request) -> Response:
    """POST /oauth/token: a code, once, for a token."""
    asked = await _fields(request)
    client, code = str(asked.get("client_id")), str(asked.get("code"))
    known = client in state.apps and asked.get("client_secret") == f"secret-of-{client}"
    if not known or code not in state.codes or asked.get("grant_type") != "authorization_code":
        raise Refusal(No(400), "invalid_grant")
    state.codes.remove(code)
    made = secrets.token_urlsafe(32)
    state.tokens.add(made)
    return reply({"access_token": made, "token_type": "Bearer", "scope": "read write", "created_at": 0})


async def _fields(request: Request) -> JsonObject:
    if request.headers.get("content-type", "").startswith("application/json"):
        body = read(await request.body())
        return body if is_object(body) else {}
    async with request.form() as form:
        return dict(form.items())
