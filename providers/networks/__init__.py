"""Networks that the embedded engine delivers to itself, one module each."""
