from tests.postgres import cluster, own_cluster, postgres_url

__all__ = ["cluster", "own_cluster", "postgres_url"]
