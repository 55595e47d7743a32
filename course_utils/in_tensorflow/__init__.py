"""The TensorFlow side of the course. ``course_utils.in_pytorch`` is its mirror image.

Importing it sets three things for the whole process: on a GPU, memory is taken as needed and
TensorFloat-32 is off; on Linux, freed memory is kept for the next update. Then it starts
TensorFlow's runtime; who wants another number of threads or other devices sets them before.
"""

from course_utils._memory import keep_freed_memory
from course_utils._quiet import without_startup_noise

with without_startup_noise():
    keep_freed_memory()
    import keras
    import tensorflow as tf

    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)  # PyTorch shares the GPU
    # Full float32 on a GPU, so that both frameworks give the same numbers there, too.
    tf.config.experimental.enable_tensor_float_32_execution(False)
    tf.config.list_logical_devices()  # starts the runtime now, while the noise is filtered
    tf.transpose(tf.ones((2, 3), tf.bool))  # the first turned mask of a process makes noise, too

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        f"Keras uses the backend {keras.backend.backend()!r}, and course_utils.in_tensorflow needs "
        "'tensorflow'. Remove the environment variable KERAS_BACKEND (or set it to 'tensorflow'), "
        "check 'backend' in the file keras.json of your home folder, and restart the kernel."
    )

from . import fast_gru, generation, inspection, layers, models, seq2seq, training, translation

__all__ = [
    "fast_gru",
    "generation",
    "inspection",
    "layers",
    "models",
    "seq2seq",
    "training",
    "translation",
]
