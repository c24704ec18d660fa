"""Posting services and networks, each in a module of its own, behind one small protocol."""
