"""Four processes on one journal: no error, nothing lost, and one sender for each of many keys."""

import json
import sqlite3
import subprocess
import sys
from collections import Counter, defaultdict
from contextlib import closing
from pathlib import Path

import pytest

PROCESSES, KEYS = 4, 100
#: Each opens all the keys in an order of its own, and tells what it found.
RACER = """
import asyncio, json, random, sys
from datetime import timedelta
from pathlib import Path
from engine.clock import utc_now
from engine.intent import Wanted
from providers import database
from engine.intent import MIGRATIONS
from engine.journal import Journal
from providers.database import Database

async def main(path, number, keys):
    database.BUSY_SECONDS = 100.0  # a slow disk is no matter of who sends
    journal = Journal(Database(Path(path), {"journal": MIGRATIONS}), utc_now, timedelta(hours=1))
    order = list(range(keys))
    random.Random(number).shuffle(order)
    found = {}
    for key in order:
        wanted = Wanted("genviral", {"caption": f"Post {key}", "accounts": ["genviral:1"]}, key=f"key-{key}")
        standing, intent = await journal.open(wanted)
        found[key] = (standing, intent.id)
    print(json.dumps(found))

asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
"""


@pytest.mark.timeout(300)
def test_racing_processes_agree_on_one_sender_for_each_key(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    command = [sys.executable, "-c", RACER, str(path)]
    racers = [
        subprocess.Popen([*command, str(number), str(KEYS)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
        for number in range(PROCESSES)
    ]
    said = [json.loads(racer.communicate(timeout=280)[0]) for racer in racers]
    assert [racer.returncode for racer in racers] == [0] * PROCESSES
    standings, ids = defaultdict[str, Counter[str]](Counter), defaultdict[str, set[str]](set)
    for found in said:
        for key, (standing, intent_id) in found.items():
            standings[key][standing] += 1
            ids[key].add(intent_id)
    assert all(counted == {"new": 1, "busy": PROCESSES - 1} for counted in standings.values())
    assert all(len(found) == 1 for found in ids.values())
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert {row[0] for row in connection.execute("SELECT id FROM intent")} == set().union(*ids.values())
