"""A stand-in for PostPost's API, true to the wire and with real state, for loopback only.

It speaks the API of March 2026 below ``/api/v1``: posts, uploads, connections, logs, managed users. It has no webhooks,
no LinkedIn statistics or comments and no X bookmarks; these routes answer with the HTML page of an unknown one.

Keys: any ``x-api-key`` will do, but for those that stand for a state; a leading ``sk_`` does not count:

=================  ==========================================================================
none               401 ``API key is required``
``revoked...``     401 ``Invalid API key``
``orphan...``      401 ``Invalid API key owner``
``starter...``     403 ``API access is not enabled for this account``
``nomcp...``       403 ``MCP access is not enabled...`` with ``x-postpost-client: mcp``
``solo...``        403 ``Workspace access is not enabled...`` where managed users are concerned
=================  ==========================================================================

``x-postpost-user-id`` acts as a managed user, with posts and connections of its own: there is `MANAGED` from the start.

create-post looks neither at media nor at the length of a text, as in life; posts fail at their time instead: for a
token that has expired, an account that is not connected, media or text that the network does not take, and as steered.
Beside the controls that every sandbox has (`sandbox.controls`), there are:

============================  ===============================================================================
``GET  /_sandbox/posts``      all groups ever created, deleted ones too, with settings and ``processingStatus``
``GET  /_sandbox/media``      all files that an upload was asked for, and how many bytes came
``POST /_sandbox/delivery``   ``{"<platformId>": {"fail": "message"}}``: publishing there fails from now on; an
                              object instead of the message holds the error's ``code`` and what differs from its
                              usual ``message``, ``platformStatusCode``, ``platformError``, ``retryable``; null heals
``GET  /_sandbox/delivery``   which connections fail, and how
``POST /_sandbox/tokens``     ``{"<platformId>": "2030-01-01T09:00:00Z"}``: when its token ends; null for never
``GET  /_sandbox/tokens``     when each token ends
``POST /_sandbox/limits``     ``{"plan": "Starter", "api_access": true, "monthly_posts": 2}``: another plan, or
                              changes to the present one; the fields are those of `sandbox.postpost.plans.Plan`
``GET  /_sandbox/limits``     the plan
============================  ===============================================================================

A fault names a failure of the service by its name in `sandbox.postpost.refusals.REFUSALS`
(``status:404:post_group_not_found``), in the shape ``error``, ``message`` or ``both``; or a limit by its code in
`sandbox.postpost.limits.LIMITS` (``status:403:POST_LIMIT_REACHED:connection``).

Where the reference is silent, the choice is stated where it is made.
"""

from sandbox.postpost.app import BASE_PATH, create_app
from sandbox.postpost.seeds import ConnectionsError, load_connections
from sandbox.postpost.users import MANAGED, OWNER

__all__ = ["BASE_PATH", "MANAGED", "OWNER", "ConnectionsError", "create_app", "load_connections"]
