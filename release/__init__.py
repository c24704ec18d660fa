"""What postwright is handed out as besides its wheel: desktop bundle, registry entry, plugin. Not part of the wheel."""
