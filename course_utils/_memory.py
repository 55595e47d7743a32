"""Memory that is given back is kept for the next update, on Linux."""

import ctypes
import os
import sys

# From malloc.h and mallopt(3).
_TRIM_THRESHOLD, _MMAP_MAX = -1, -4
KEPT = 256 * 2**20  # bytes


def keep_freed_memory():
    """Ask the C library to keep memory that was given back; return whether it agreed.

    An update takes large blocks of memory, and gives them back at its end. By default the C library
    hands many of them on to the system, and gets empty pages again at the next update: up to
    some thousand page faults for a GRU of 256 units and 64 x 32 characters (see notebook 08).
    Afterwards blocks of every size come from the heap, and free memory at its end stays up to
    ``KEPT``. (A compiled update of TensorFlow takes a single block: 150 MB for 512 units and 128 x
    64 characters.) Other threads than the main one have heaps of 64 MiB; what is larger still gets
    a mapping of its own there. The price: free memory between blocks in use stays with the process,
    until ``malloc_trim(0)`` gives it back.
    Where the user chose such settings in the environment, or the C library is another than glibc,
    nothing is changed. Source: mallopt(3).
    """
    chosen = [name for name in os.environ if name.startswith(("MALLOC_", "GLIBC_TUNABLES"))]
    if chosen or not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    if mallopt is None:
        return False
    return bool(mallopt(_TRIM_THRESHOLD, KEPT) and mallopt(_MMAP_MAX, 0))
