"""A stand-in for Discord's webhooks, true to the wire and with real state, for loopback only.

It speaks GET of a webhook, its execution (JSON or a form with ``payload_json`` and ``files[n]``; ``wait``,
``thread_id``), and GET and DELETE of its messages, and enforces what Discord does (reference platform_rules, Discord):
2,000 characters, ten files of 10 MiB each and 25 MiB together, descriptions of 1,024, no empty message, a bucket of
five messages in two seconds with its headers, and no error for whoever does not wait.

``LINK`` is the path of the webhook's link. Beside the controls that every sandbox has (`sandbox.controls`), there are:

============================  ===============================================================================
``GET  /_sandbox/messages``   all messages ever posted, deleted ones too, with their files
``POST /_sandbox/webhook``    ``{"deleted": true, "limited": false, "type": 2}``, any of them
``POST /_sandbox/threads``    ``{"<id>": "open"}``, or ``archived``, or ``locked``
============================  ===============================================================================
"""

from sandbox.discord.app import create_app
from sandbox.discord.state import CHANNEL, GUILD, LINK, THREAD

__all__ = ["CHANNEL", "GUILD", "LINK", "THREAD", "create_app"]
