"""Slow, obvious Python that specifies the core, and inputs to hold the core against it."""
