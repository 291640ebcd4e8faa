"""The vault as a plugin gets it: nothing goes in about anybody who does not agree now."""

from __future__ import annotations

from collections.abc import Callable

from consentry.plugin import Vault


class GuardedVault:
    """Implements :class:`consentry.plugin.Vault` around another.

    ``agreed`` tells whether everybody of a set agrees to the plugin's purpose now; ``blocked`` is
    called for each item that is dropped.
    """

    def __init__(
        self,
        vault: Vault,
        agreed: Callable[[frozenset[str]], bool],
        blocked: Callable[[], object],
    ) -> None:
        self._vault = vault
        self._agreed = agreed
        self._blocked = blocked

    async def put(self, name: str, content: bytes, about: frozenset[str]) -> None:
        """Keep ``content``, unless somebody it is about does not agree: then it is dropped, as a
        message would be."""
        if self._agreed(about):
            await self._vault.put(name, content, about)
        else:
            self._blocked()

    async def delete(self, name: str) -> None:
        """Remove ``name`` if it is there."""
        await self._vault.delete(name)
