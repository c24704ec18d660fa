"""What an agent sees: one module per tool; file, function and tool share a name."""
