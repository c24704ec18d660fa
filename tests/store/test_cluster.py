"""The PostgreSQL that tests run against: each test's database is its own, and a stopped server comes back."""

import psycopg
import pytest

from tests.postgres import Cluster


def test_two_databases_of_one_cluster_are_apart(cluster: Cluster) -> None:
    first, second = cluster.database(), cluster.database()
    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE note (word TEXT)")
    with psycopg.connect(second) as connection, pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("SELECT * FROM note")


@pytest.mark.parametrize("hard", [False, True])
def test_a_server_that_was_stopped_comes_back_with_what_was_committed(own_cluster: Cluster, hard: bool) -> None:
    url = own_cluster.database()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE note (word TEXT)")
    own_cluster.stop(hard=hard)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    own_cluster.start()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM note").fetchone() == (0,)
