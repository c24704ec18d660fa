"""A stand-in for Genviral's Partner API, true to the wire and with real state, for loopback only.

It speaks the API below ``/api/partner/v1`` (accounts, posts, files, subscription) as one of two generations:

======  =====================================================================================================
``v1``  that of February to April 2026, which the seeds describe
``v2``  that of May 2026 on: accounts say what they take, text alone may be posted, ``settings`` for more
        platforms, two minutes of lead, repeated requests are known without an external_id
======  =====================================================================================================

Keys: any bearer token will do, but for those that stand for a state of the key or of its plan:

==================  ==================================
no or broken key    401 ``invalid_token``
``revoked...``      401 ``invalid_token``
``nosub_...``       402 ``subscription_required``
``scheduler_...``   403 ``tier_not_allowed``
==================  ==================================

Media are never fetched. One is unreachable (400 ``media_unreachable``) when its host ends in ``.invalid`` or
``.local``, when it is ``localhost`` or an address that is not public, when its path contains ``unreachable``, or when
it lies on Genviral's own CDN and was not uploaded here before.

Posts are delivered by the sandbox's own clock, ``worker_delay`` seconds after their time. Beside the controls that
every sandbox has (`sandbox.controls`), there are:

============================  ===============================================================================
``GET  /_sandbox/posts``      all posts ever created, deleted ones too, each with its external_id and ``requests``,
                              the number of creates that led to it
``POST /_sandbox/delivery``   ``{"<account id>": {"fail": "message"}}``: deliveries to that account fail from now
                              on; ``null`` for the message heals it; accounts that are not named stay as they are
``GET  /_sandbox/delivery``   which accounts fail, and how
============================  ===============================================================================

Where the reference is silent, the choice is stated where it is made.
"""

from sandbox.genviral.accounts import AccountsError, load_accounts
from sandbox.genviral.app import BASE_PATH, create_app

__all__ = ["BASE_PATH", "AccountsError", "create_app", "load_accounts"]
