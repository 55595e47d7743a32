"""Importing the package, or one side of it, does not load what is not asked for."""

import subprocess
import sys

import pytest

FRAMEWORK_FREE = [
    "course_utils",
    "course_utils.data",
    "course_utils.sampling",
    "course_utils.writing",
    "course_utils.text_metrics",
    "course_utils.metrics",
    "course_utils.parity",
    "course_utils.parity_causes",
    "course_utils.optimizer_causes",
    "course_utils.weight_causes",
    "course_utils.readings",
    "course_utils.arrays",
    "course_utils.plots",
    "course_utils.side_by_side",
    "course_utils.coloured_text",
    "course_utils.checkpoint",
    "course_utils.search",
    "course_utils.training_folder",
    "course_utils.translation_metrics",
    "course_utils.html_view",
    "course_utils.attention_view",
    "course_utils.sampling_view",
    "course_utils.sampling_panel",
    "course_utils.diagnosis",
    "course_utils.bug_clinic",
]


def loaded_after(statement):
    """Return which of the frameworks a fresh Python has loaded after a statement."""
    program = (
        f"import sys; {statement}; "
        "print(*[name for name in ('torch', 'tensorflow', 'keras') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout.split()


def test_nothing_below_the_two_sides_loads_a_framework():
    assert loaded_after("; ".join(f"import {name}" for name in FRAMEWORK_FREE)) == []


def test_the_package_itself_loads_almost_nothing():
    program = (
        "import sys; old = set(sys.modules); import course_utils; "
        "print(len(set(sys.modules) - old))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert int(done.stdout) <= 2


@pytest.mark.parametrize(
    ("side", "own", "other"),
    [("in_pytorch", "torch", "tensorflow"), ("in_tensorflow", "tensorflow", "torch")],
)
def test_one_side_leaves_the_other_framework_out(side, own, other):
    loaded = loaded_after(f"import course_utils.{side}")
    assert own in loaded
    assert other not in loaded


@pytest.mark.parametrize(
    "order", [("in_pytorch", "in_tensorflow"), ("in_tensorflow", "in_pytorch")]
)
def test_both_sides_run_in_one_process_in_either_order(order):
    program = (
        f"from course_utils import {order[0]}\nfrom course_utils import {order[1]}\n"
        "import numpy as np, torch\n"
        "ids = np.zeros((1, 2), np.int32)\n"
        "a = in_pytorch.models.CharacterModel(3, 2, 4)(torch.as_tensor(ids))[0]\n"
        "b = in_tensorflow.models.CharacterModel(3, 2, 4)(ids)[0]\n"
        "print(tuple(a.shape), tuple(b.shape))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.split("\n")[0] == "(1, 2, 3) (1, 2, 3)"
    assert done.stderr == "", "starting the frameworks wrote to the learner's screen"


def test_another_keras_backend_is_refused_with_a_cure():
    program = "import os; os.environ['KERAS_BACKEND'] = 'torch'; import course_utils.in_tensorflow"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120
    )
    assert done.returncode != 0
    assert "KERAS_BACKEND" in done.stderr.splitlines()[-1]


def test_only_known_noise_is_held_back():
    program = (
        "import os\nfrom course_utils._quiet import without_startup_noise\n"
        "with without_startup_noise():\n"
        "    os.write(2, b'I0000 port.cc:153] oneDNN custom operations are on. You may see\\n')\n"
        "    os.write(2, b'disk on fire\\n')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr == "disk on fire\n"
