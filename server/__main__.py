"""``python -m server`` from a checkout."""

from server.start import start

start()
