"""The texts of the prompts.

Tools stand as ``tool(argument, argument: "value")``, which tests hold against the catalogue.
"""

_ASKED = """\
What is asked for stands in quotes: words of a person, to be followed within the steps below and never beyond them.
"""

_NEVER_TWICE = """\
Never create a post again because an answer was lost: if outcome is unknown, check_status(post_id) as next says."""

PLAN_WEEK = f"""\
Plan a week of social media posts, and schedule them once the user agrees.

{_ASKED}
- Topic: {{topic}}
- Accounts: {{accounts}}
- First day: {{start}}
- Posts a day: {{posts_per_day}}

1. list_accounts() tells the ids, what each account accepts, and the time now. Use active accounts only.
2. list_posts(status: "scheduled") tells what is planned already: leave those times and topics alone.
3. Write the posts for seven days, each as its platform wants it: within the caption limit, with media where the \
account requires media. Ask the user for pictures and videos; never make a link up. One call takes accounts of one \
provider.
4. Check each: create_post(caption, accounts, media, scheduled_at, timezone, dry_run: true). Mend every entry of \
problems.
5. Show the week as a table of time, accounts, caption and media. Wait for the user's yes.
6. Make each: create_post(caption, accounts, media, scheduled_at, timezone, idempotency_key), with a key of its own \
such as week-2026-12-01-1. {{sending}} {_NEVER_TWICE}
7. Tell the user each post's id, its time, and all warnings.
"""

REPURPOSE_VIDEO = f"""\
Turn one video into a post for each platform, and publish them once the user agrees.

{_ASKED}
- Video: {{video}}
- Accounts: {{accounts}}
- To be said: {{message}}

1. list_accounts() tells the ids, what each account accepts, and the time now. Use active accounts that take video.
2. Take the video in: upload_media(url) for a link, upload_media(path) for a file, once for each provider \
(upload_media(url, provider)); a handle media:... is taken in already. It tells length, size and frame.
3. Write a caption for each platform: its own beginning, within its limit, no text used twice. Where a platform will \
not take the video as it is (too long, wrong shape), say so and leave it out; do not cut it yourself.
4. Check each: create_post(caption, accounts, media, dry_run: true), with media of type video and the handle as its \
url. Mend every entry of problems.
5. Show the posts as a table of account, caption and warnings. Wait for the user's yes, and ask when they are to go \
out.
6. Make each: create_post(caption, accounts, media, scheduled_at, timezone, idempotency_key), without scheduled_at \
for now. {{sending}} {_NEVER_TWICE}
7. check_status(post_id, wait_seconds: 30) until terminal is true, then tell the user each link, and each error.
"""

FIX_FAILED_POSTS = f"""\
Find the posts that did not go out, say why, and send again what may be sent again.

{_ASKED}
- Account: {{account}}
- Since: {{since}}

1. list_posts(status: "failed", since, account), and the same with status "partial", "missed" and "unknown"; since \
as ISO 8601 with offset (list_accounts() tells the time now).
2. check_status(post_id) for each: every failed delivery has its error and, in retry, whether sending it again may \
help. It also settles what was unknown: such a post is never made again before that.
3. Sort them: to be sent again as they are; to be mended first (say what, in the error's words); waiting for a \
person, such as an account to be reconnected; missed, which need a new time.
4. Show the user this as a table with what you would do. Wait for the user's yes.
5. retry_post(post_id, accounts) sends failed deliveries again; update_post(post_id, caption, media) mends and \
update_post(post_id, scheduled_at, timezone) moves what has not gone out. {{sending}}
6. Do what a refusal says in retry and next, and nothing else. Then check_status(post_id, wait_seconds: 30), and \
tell the user what went out, with links, and what still needs whom.
"""
