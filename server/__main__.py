"""``python -m server`` from a checkout."""

from server.cli import main

main()
