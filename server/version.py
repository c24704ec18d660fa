"""Which postwright this is."""

from importlib.metadata import PackageNotFoundError, version


def own_version() -> str:
    """Tell the installed version; a checkout that is not installed has none."""
    try:
        return version("postwright")
    except PackageNotFoundError:
        return "0+checkout"
