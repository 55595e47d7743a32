"""PyTorch's float32 matrix products on processors whose AVX-512 instructions MKL leaves unused.

PyTorch multiplies with MKL, Intel's library. On AMD's processors MKL keeps to AVX2, half the width
of AVX-512. oneDNN comes with PyTorch, too, and uses all there is. PyTorch's own compiler calls it
by the operation ``torch.ops.mkldnn._linear_pointwise``, and so does this module. That name is not
public: where it is missing, MKL multiplies. Results differ by rounding.

Shapes: ``inputs`` [..., I], ``weight`` [O, I], ``bias`` [O] -> [..., O], as in ``torch.nn.Linear``.
"""

import functools
import math
import platform
from pathlib import Path

import torch
from torch.autograd.function import once_differentiable
from torch.nn import functional

CPU_FACTS = Path("/proc/cpuinfo")  # Linux
SMALLEST = 2**21  # multiplications: smaller products are as fast with MKL


def is_from_amd():
    """Tell whether AMD made the processor."""
    if CPU_FACTS.exists():
        facts = CPU_FACTS.read_text(encoding="utf-8", errors="replace")
    else:  # Windows: "AMD64 Family 25 Model 33 Stepping 2, AuthenticAMD"
        facts = platform.processor()
    return "AuthenticAMD" in facts


@functools.cache
def is_faster():
    """Tell whether oneDNN uses AVX-512 on this machine and MKL does not."""
    return (
        torch.backends.mkl.is_available()
        and hasattr(torch.ops.mkldnn, "_linear_pointwise")
        and torch.backends.cpu.get_cpu_capability() == "AVX512"
        and is_from_amd()
    )


def pays(tensor, *sizes):
    """Tell whether a product of so many multiplications, on a tensor, is faster with oneDNN."""
    return (
        tensor.device.type == "cpu"
        and tensor.dtype == torch.float32
        and math.prod(sizes) >= SMALLEST
        and is_faster()
    )


def linear(inputs, weight, bias):
    """Return inputs @ weight.T + bias; differentiable once with oneDNN. See the module."""
    if inputs.dtype != weight.dtype or not pays(weight, inputs.numel(), len(weight)):
        return functional.linear(inputs, weight, bias)
    return _Linear.apply(inputs, weight, bias)


class _Linear(torch.autograd.Function):
    @staticmethod
    def forward(context, inputs, weight, bias):
        context.save_for_backward(inputs, weight)
        return _product(inputs, weight, bias)

    @staticmethod
    @once_differentiable
    def backward(context, d_outputs):
        inputs, weight = context.saved_tensors
        d_inputs = _product(d_outputs, weight.t()) if context.needs_input_grad[0] else None
        rows = d_outputs.flatten(0, -2)
        return d_inputs, outer_product(rows, inputs.flatten(0, -2)), rows.sum(dim=0)


def adding_product(added, weight, rows):
    """Return a function (inputs [rows, I], out) that sets out to added + inputs @ weight.T.

    For many products with one weight, without gradients. ``added`` is a bias [O], or [rows, O]; it
    is read anew at each call.
    """
    if pays(weight, rows, *weight.shape):
        return lambda inputs, out: torch.add(_product(inputs, weight), added, out=out)
    transposed = weight.t()
    return lambda inputs, out: torch.addmm(added, inputs, transposed, out=out)


def outer_product(left, right):
    """Return left.T @ right: [N, O], [N, I] -> [O, I], a sum of N outer products; no gradients."""
    if not pays(left, *left.shape, right.shape[1]):
        return left.t() @ right
    if left.shape[1] < right.shape[1]:  # the first factor is copied: let it be the narrower one
        return _product(left.t(), right.t())
    return _product(right.t(), left.t()).t().contiguous()


def _product(inputs, weight, bias=None):
    return torch.ops.mkldnn._linear_pointwise(inputs, weight, bias, "none", [], "")


class Linear(torch.nn.Linear):
    """``torch.nn.Linear`` with the products of this module."""

    def forward(self, inputs):
        """Return inputs @ weight.T + bias."""
        return linear(inputs, self.weight, self.bias)
