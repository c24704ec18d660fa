"""Write the contract files anew: ``python -m tests.contract.write``. Read the diff before you commit it."""

import anyio

from tests.contract.surface import HERE, PROVIDERS, surface, written


async def main() -> None:
    """Write one file for each set of providers."""
    for name, providers in PROVIDERS.items():
        text = written(await surface(providers))
        await anyio.Path(HERE / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    anyio.run(main)
