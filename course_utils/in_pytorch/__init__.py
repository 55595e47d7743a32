"""The PyTorch side of the course. ``course_utils.in_tensorflow`` is its mirror image."""

from . import generation, layers, models, training

__all__ = ["generation", "layers", "models", "training"]
