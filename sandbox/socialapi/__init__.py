"""A stand-in for SocialAPI.ai, true to the wire and with real state, for loopback only.

Below ``/v1`` it speaks posts (create, list, get, change, publish, retry, delete, unpublish, validate, constraints),
media, accounts, usage and events. Where documents differ, seed 004 decides, else the newest one; what goes on at the
proxies before the service is there too (`sandbox.socialapi.front`).

Keys: anything that begins with ``sapi_key_``, but for those that stand for a state of the key:

========================  ===================================================
no or broken header       401 ``auth.missing_header``, ``auth.empty_token``, ``auth.not_authenticated``
any other token           401 ``auth.invalid_token``
``sapi_key_revoked...``   401 ``auth.invalid_key``
``sapi_key_ghost...``     401 ``auth.user_not_found``
``sapi_key_readonly...``  403 ``auth.insufficient_scope`` for whatever writes
========================  ===================================================

A fault ``status:<n>:<code>`` answers with the code's own text and ``meta``, and may name a third thing: ``bare`` leaves
``meta`` out, ``flat`` gives the form of errors before June 2026, ``posting_limit`` makes that field the wrong one.
Errors that name ``meta.retry_after_seconds`` carry ``Retry-After`` as well; ``retry_after:<s>:<code>`` sets both.

Posts are delivered by the sandbox's own clock: a delivery ends ``worker_delay`` seconds after its start, and one that
cannot be made ends at once. What has ended by the time of the answer decides between 201, 207 and 422. Media are never
fetched: a link is dead when its host ends in ``.invalid`` or its path contains ``unreachable``.

Beside the controls that every sandbox has (`sandbox.controls`), there are:

============================  ===============================================================================
``GET  /_sandbox/posts``      all posts ever created, deleted ones too, each with its ``appearances``: account id
                              -> how often the platform took it, which is more than once for a double post
``POST /_sandbox/delivery``   ``{"<account id>": {"fail": "<code>", "message": "...", "seconds": 0}}``, each of
                              which may be missing: how deliveries to that account go from now on. ``{}`` heals
                              it. A code ``platform.<name>.auth`` ends the account's login;
                              ``publishing.delivery.timeout`` fails although the platform took the post
``POST /_sandbox/accounts``   ``{"<account id>": {"token_expires_in": 3600, "own_app": false}}``: when its login
                              dies (``null``: it lives again); whether X's own app keys are configured
``POST /_sandbox/limits``     ``{"plan": "free", "posts": 2, "storage_bytes": 1000, "brands": 2, "posts_used": 1,
                              "platforms": ["threads"], "past_due": false, "requests_per_minute": 60,
                              "velocity": true}``, any of them; the last two are off until asked for
============================  ===============================================================================

The last three show their state on GET. The ``auth_url`` of a connection leads here: to visit it is to consent.

Where the reference is silent, the choice is stated where it is made.
"""

from sandbox.socialapi.accounts import AccountsError, load_accounts
from sandbox.socialapi.app import BASE_PATH, create_app

__all__ = ["BASE_PATH", "AccountsError", "create_app", "load_accounts"]
