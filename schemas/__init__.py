"""What every layer speaks: requests, results, rules and problems. Pure: no I/O, nothing of ours imported."""
