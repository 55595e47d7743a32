"""The PyTorch side of the course. ``course_utils.in_tensorflow`` is its mirror image."""

import os

# Read when PyTorch starts its threads: let a waiting thread sleep. By default it spins, and on a busy
# machine that made a training step ten times slower (measured on two cores with three trainings).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from . import generation, layers, models, training

__all__ = ["generation", "layers", "models", "training"]
