"""What holds for all tests."""

import os

from hypothesis import settings

# Keras takes its backend from the environment when it is imported, and would take TensorFlow.
os.environ.setdefault("KERAS_BACKEND", "torch")

# How long an example takes says more about the machine's other work than about the example.
settings.register_profile("colonnade", deadline=None)
settings.load_profile("colonnade")
