"""The tables of a PyTorch layer, each an `nn.Embedding`, under names that stay readable in a `state_dict`."""

from __future__ import annotations

from typing import Any, Final, cast
from urllib.parse import unquote

from torch import nn

# Torch asks modules for their children by attribute, so no child may go by the name of one.
_TAKEN: Final = frozenset(dir(nn.Module()))


def key_of(name: str) -> str:
    """A table's name as a key of a `state_dict`; `urllib.parse.unquote` undoes it.

    Example:
        >>> [key_of(name) for name in ("items", "user/item", "item.id", "type")]
        ['items', 'user/item', 'item%2Eid', '%74ype']
    """
    key = name.replace("%", "%25").replace(".", "%2E")
    return f"%{ord(key[0]):02X}{key[1:]}" if key in _TAKEN else key


class Tables(nn.Module):
    """Embeddings by the name of their table, as an `nn.ModuleDict` that has no names of its own."""

    def __getitem__(self, name: str) -> nn.Embedding:
        return cast(nn.Embedding, self._modules[key_of(name)])

    def __setitem__(self, name: str, embedding: nn.Embedding) -> None:
        self.add_module(key_of(name), embedding)

    def _load_from_state_dict(self, state_dict: Any, prefix: str, *arguments: Any) -> None:
        # Earlier versions escaped more names, such as "items".
        for key in [key for key in state_dict if key.startswith(prefix)]:
            name, dot, rest = key[len(prefix) :].partition(".")
            if name not in self._modules and (known := key_of(unquote(name))) in self._modules:
                state_dict[f"{prefix}{known}{dot}{rest}"] = state_dict.pop(key)
        super()._load_from_state_dict(state_dict, prefix, *arguments)
