"""The TensorFlow side of the course. ``course_utils.in_pytorch`` is its mirror image."""

from course_utils._quiet import without_startup_noise

with without_startup_noise():
    import keras
    import tensorflow as tf

    tf.config.list_logical_devices()  # starts the runtime now, while the noise is filtered

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        f"Keras uses the backend {keras.backend.backend()!r}, and course_utils.in_tensorflow needs "
        "'tensorflow'. Remove the environment variable KERAS_BACKEND (or set it to 'tensorflow'), "
        "check 'backend' in the file keras.json of your home folder, and restart the kernel."
    )

from . import generation, layers, models, training

__all__ = ["generation", "layers", "models", "training"]
