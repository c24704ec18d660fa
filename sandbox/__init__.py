"""Stand-ins for the hosted services, served on loopback: for trying, testing and rehearsing failures.

Imports nothing of the rest, so that it cannot share its mistakes.
"""
