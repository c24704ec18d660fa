"""The ``platformSettings`` of create-post (reference postpost 10)."""

from typing import Any

from sandbox.jsonvalue import JsonObject, is_object, read
from sandbox.postpost.javascript import falsy
from sandbox.postpost.refusals import refuse

#: What a setting is unless it is given. Unknown ones are dropped without a word, other platforms' too; values are not
#: checked.
DEFAULTS: dict[str, JsonObject] = {
    "tiktok": {
        "viewerSetting": "PUBLIC_TO_EVERYONE",
        "allowComments": True,
        "allowDuet": False,
        "allowStitch": False,
        "commercialContent": False,
        "brandOrganic": False,
        "brandedContent": False,
    },
    "instagram": {"videoType": "REELS"},
    "youtube": {"privacy": "public", "title": ""},
    "threads": {"replyControl": ""},
}


def platform_settings(value: Any) -> JsonObject:
    """Read the settings, an object or one as JSON text, over the defaults.

    Raises:
        Refusal: they are something else.
    """
    if falsy(value):
        return DEFAULTS
    if isinstance(value, str):
        try:
            value = read(value.encode("utf-8", "replace"))
        except ValueError:
            raise refuse("settings_not_json") from None
    if not is_object(value):
        raise refuse("settings_not_object")
    given = {name: one for name, one in value.items() if is_object(one)}
    return {
        name: {setting: given.get(name, {}).get(setting, otherwise) for setting, otherwise in usual.items()}
        for name, usual in DEFAULTS.items()
    }
