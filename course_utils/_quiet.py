"""Start-up noise of TensorFlow's C++ part, filtered; everything else is passed on."""

import contextlib
import os
import sys
import tempfile
import threading

# TensorFlow 2.21 writes these on every start of a machine without a GPU, whatever
# TF_CPP_MIN_LOG_LEVEL says (tensorflow/tensorflow#100442). A learner can do nothing about them.
_HARMLESS = (
    "All log messages before absl::InitializeLog() is called",
    "oneDNN custom operations are on",
    "Could not find cuda drivers on your machine",
    "failed call to cuInit",
    "This TensorFlow binary is optimized to use available CPU instructions",
    "To enable the following instructions",
    "oneDNN supports DT_BOOL only on platforms with AVX-512",
    # and these when XLA compiles
    "XLA service 0x",
    "StreamExecutor [0]: Host, Default Version",
    "disabling MLIR crash reproducer, set env var",
    "Ignoring Assert operator",
    "Compiled cluster using XLA!",
)

_ONE_AT_A_TIME = threading.RLock()  # standard error is one for the whole process


@contextlib.contextmanager
def without_startup_noise():
    """Hold back what is written to the process's standard error; then pass on all but known noise.

    The C++ libraries write to file descriptor 2 and not to ``sys.stderr``, so the descriptor is
    redirected. Lines that are not in the list of harmless ones are written out afterwards, also
    when the body raises. One thread at a time: another one waits.
    """
    if sys.stderr is None:  # a program without a console (pythonw on Windows): nothing to filter
        yield
        return
    with _ONE_AT_A_TIME:
        yield from _filtered()


def _filtered():
    sys.stderr.flush()
    saved = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(saved, 2)
            os.close(saved)
            held.seek(0)
            for line in held.read().decode("utf-8", errors="replace").splitlines():
                if line.strip() and not any(known in line for known in _HARMLESS):
                    print(line, file=sys.stderr)
