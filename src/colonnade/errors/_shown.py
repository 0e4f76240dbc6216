"""Values of users in messages: one short line, whatever they hold, and the name that was perhaps meant."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable
from typing import Final

_SHORT: Final = reprlib.Repr()
_MOST: Final = 300
_SHORT.maxlevel = 4
_SHORT.maxstring = _SHORT.maxlong = _SHORT.maxother = 120
_SHORT.maxlist = _SHORT.maxtuple = _SHORT.maxdict = _SHORT.maxset = 12


def shown(value: object) -> str:
    """A value's repr, cut where it is long or nests deeply; its class where it has none."""
    try:
        text = _SHORT.repr(value)
    except Exception:  # a repr is anybody's code, and an int may be too long for one
        text = f"of class {type(value).__name__}"
    return text if len(text) <= _MOST else f"{text[:_MOST]}..."


def names_with_guess(name: str, known: Iterable[str]) -> str:
    """The names that exist, and the one that is perhaps meant."""
    import difflib  # only where something is wrong anyway

    names = list(known)
    listed = ", ".join(map(repr, names[:12])) + (", ..." if len(names) > 12 else "")
    close = difflib.get_close_matches(name, names[:1000], 1)
    return f"{listed or '(none)'}{f'; did you mean {close[0]!r}?' if close else ''}"
