"""Saving: columns and encoders as JSON, with their vocabularies and tables in a directory."""

from .config import from_config, to_config
from .directory import load, save
from .vocabularies import embedded, extracted

__all__ = [
    "embedded",
    "extracted",
    "from_config",
    "load",
    "save",
    "to_config",
]
