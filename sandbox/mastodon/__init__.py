"""A stand-in for a server of the Mastodon API, true to the wire and with real state, for loopback only.

It behaves as one of five implementations, each a column of what was observed (reference peers, section 4):

==============  ==========================================================================================
``mastodon``    as its documentation says; the only one that counts a link as 23
``gotosocial``  the strictest: schedules, limits the rate, deletes after the answer; ignores Idempotency-Key
``snac``        accepts nearly anything; answers with HTML pages where it does not
``takahe``      HTML pages for faults, plain words for a dead token; never schedules
``hollo``       keeps Idempotency-Key, though not against calls at one time; never schedules
==============  ==========================================================================================

``TOKEN`` is the one account's; the code flow of OAuth gives more. Beside the controls that every sandbox has
(`sandbox.controls`), there are:

============================  ===============================================================================
``GET  /_sandbox/statuses``   all statuses ever made, deleted ones too, with the requests that made each, the key of
                              each and what their files were
``POST /_sandbox/tokens``     ``{"<token>": false}`` revokes a token, true lets it in
============================  ===============================================================================

A video is processed for as long as two looks at it, by ``mastodon`` alone. Where the reference is silent, the choice is
stated where it is made.
"""

from sandbox.mastodon.app import TOKEN, create_app
from sandbox.mastodon.profiles import PROFILES, Profile

__all__ = ["PROFILES", "TOKEN", "Profile", "create_app"]
