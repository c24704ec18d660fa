"""The running thing: composition root, command line, settings, transports, logging."""
