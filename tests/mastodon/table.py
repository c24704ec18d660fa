"""What was observed of five implementations of the Mastodon API: reference peers, section 4, as data.

A cell says what a client sees. Cells that the reference leaves open hold what the stand-in chose.
"""

COLUMNS = ("mastodon", "gotosocial", "snac", "takahe", "hollo")

TABLE: dict[str, tuple[str, ...]] = {
    "characters": ("500", "5000", "100000", "500", "10000"),
    "told for a link": ("23", "25", "32", "23", "256"),
    "links counted": ("as 23", "in full", "not at all", "in full", "in full"),
    "one too many": ("422", "400", "200", "400", "400"),
    "same key again": ("same post", "two posts", "two posts", "two posts", "same post"),
    "same key, other text": ("old post", "new post", "new post", "new post", "old post"),
    "same key, six at once": ("6", "6", "6", "6", "6"),
    "in 10 minutes": ("scheduled", "scheduled", "published", "published", "published"),
    "in 2 minutes, +00:00": ("422", "422", "published", "published", "400"),
    "an hour ago": ("422", "back-dated", "published", "published", "published"),
    "scheduled can be listed, moved, removed": ("yes", "yes", "no", "no", "no"),
    "default visibility": ("public", "unlisted", "public", "public", "public"),
    "empty": ("422", "400", "200", "400", "400"),
    "unknown visibility": ("422", "422", "direct", "400", "400"),
    "media used twice": ("422", "400", "200", "200", "500"),
    "unknown media": ("422", "400", "200", "404 html", "400"),
    "broken image": ("422", "422", "200", "500 html", "500 empty"),
    "alt text of 1600": ("422", "400", "200", "200", "200"),
    "look at media": ("200", "200", "404 html", "200", "200"),
    "bad JSON": ("400", "400", "200 and a post", "500 html", "500 empty"),
    "bad token": ("401", "401", "401 empty", "400 words", "401"),
    "delete twice": ("404", "200", "404 html", "404 html", "404"),
    "after an edit": ("same id", "same id", "another id", "same id", "same id"),
    "the 301st request": ("429", "429", "200", "200", "200"),
    "reset": ("ISO time", "ISO time", "none", "none", "none"),
    "retry-after": ("none", "none", "none", "none", "none"),
    "sign-in page": ("no", "yes", "no", "no", "no"),
    "code out of band": ("shown", "shown", "not shown", "shown", "shown"),
}
