"""The installed package's front: one name in site-packages, then the layout of the checkout.

In the wheel this file is ``postwright/__init__.py`` and the layers (``server``, ``tools``, ...) lie beside it.
"""

import sys
from pathlib import Path


def main() -> None:
    """Start the command line with this folder first on the path, as a checkout would have it."""
    sys.path.insert(0, str(Path(__file__).parent))
    from server.start import start  # noqa: PLC0415  (found only once the path is set)

    start()
