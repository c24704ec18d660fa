"""The start of every command line, before anything large is loaded."""

import gc

_INTERRUPTED = 128 + 2


def start() -> None:
    """Start the command line; the garbage collector waits until the modules are loaded.

    While they load it finds nothing, and that costs an eighth of the cold start.
    """
    gc.disable()
    try:
        from server.cli import main  # noqa: PLC0415  (loading it is what the collector waits for)
    except KeyboardInterrupt:
        # Commands take an interruption themselves; while they load nobody does, and a shell knows it by this number.
        raise SystemExit(_INTERRUPTED) from None
    main()
