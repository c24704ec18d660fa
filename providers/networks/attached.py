"""Files that were carried here, as the parts of the form that publishes them."""

from collections.abc import Mapping

from providers.forms import Form, Part
from providers.networks.calling import TOTAL_SECONDS
from providers.networks.carrying import Carried

#: The slowest line on which a large file still gets through (bytes a second).
SLOWEST = 128 * 1024


def form(fields: Mapping[str, str], files: Mapping[str, Carried]) -> Form:
    """Put fields, and files by the name of their field, together."""
    parts = (
        Part(field, f"{number}-{file.name}", file.measures.media_type, file.measures.bytes, file.read)
        for number, (field, file) in enumerate(files.items(), 1)
    )
    return Form(tuple(parts), fields)


def patience(form: Form) -> float:
    """Tell how long a request with a form may take (seconds)."""
    return TOTAL_SECONDS + form.size / SLOWEST
