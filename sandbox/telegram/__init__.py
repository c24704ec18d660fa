"""A stand-in for Telegram's Bot API, true to the wire and with real state, for loopback only.

It speaks getMe, getChat, getChatMember, sendMessage, sendPhoto, sendVideo, sendMediaGroup, deleteMessage and
deleteMessages, by GET or POST, with arguments in the query, as JSON or as a form with files, method names in any case,
and enforces what the Bot API does (reference platform_rules, Telegram): lengths in UTF-16 units, sizes, albums of 2 to
10, who may post where, deletion within 48 hours, one message a second in a chat and 20 a minute in a group.

``TOKEN`` is the bot's. A link is dead when its host ends in ``.invalid`` or its path contains ``unreachable``; no link
is ever fetched. A photo must begin like a PNG, a JPEG or a WebP file.

Beside the controls that every sandbox has (`sandbox.controls`), there are:

============================  ===============================================================================
``GET  /_sandbox/messages``   all messages ever sent, deleted ones too, with what their files were, and
                              whether they came silent
``POST /_sandbox/chats``      ``{"<chat id>": {"status": "kicked", "can_post_messages": false,
                              "can_send_messages": true, "migrated_to": -100123, "blocked": true}}``, any of them
``POST /_sandbox/bot``        ``{"revoked": true, "errors_with_200": true, "limited": false}``, any of them
============================  ===============================================================================
"""

from sandbox.telegram.app import TOKEN, create_app

__all__ = ["TOKEN", "create_app"]
