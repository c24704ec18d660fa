"""Fault injection: seeded histories of an agent, a postwright and a service that fail, counted by what came of them."""
