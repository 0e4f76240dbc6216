"""Colonnade beside TensorFlow and the other ways to read sequences: `make bench`."""

import os

# Before TensorFlow is imported: only its errors, and no search for a GPU.
os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
