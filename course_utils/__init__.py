"""Companion package of the course: recurrent networks and attention in PyTorch and TensorFlow.

``import course_utils`` loads neither framework. ``course_utils.in_pytorch`` loads PyTorch alone,
``course_utils.in_tensorflow`` TensorFlow alone; both have the same files, names and signatures.
"""

__version__ = "0.1.0"
