"""What holds for all tests."""

import os

# Keras takes its backend from the environment when it is imported, and would take TensorFlow.
os.environ.setdefault("KERAS_BACKEND", "torch")
