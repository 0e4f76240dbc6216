"""Random records often lack a key, which is no news here; tests/python/encoding/test_presence.py listens."""

import pytest


def pytest_itemcollected(item):
    item.add_marker(pytest.mark.filterwarnings("ignore::colonnade.errors.FeatureWarning"))
