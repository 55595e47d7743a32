"""PyTorch's float32 matrix products on processors whose AVX-512 instructions MKL leaves unused.

PyTorch multiplies with MKL, Intel's library. On AMD's processors MKL keeps to AVX2, half the width
of AVX-512. oneDNN comes with PyTorch, too, and uses AVX-512; on the one processor where the course
measured it (AMD, family 26), large products took half the time. PyTorch's own compiler calls oneDNN
by the operation ``torch.ops.mkldnn._linear_pointwise``, and so does this module. That name is not
public: where it is missing, MKL multiplies. Results differ by rounding.

Shapes: ``inputs`` [..., I], ``weight`` [O, I], ``bias`` [O] -> [..., O], as in ``torch.nn.Linear``.
"""

import functools
import math
import platform
from pathlib import Path

import torch
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


def has_operation():
    """Tell whether this PyTorch has the operation that the module calls."""
    return hasattr(torch.ops.mkldnn, "_linear_pointwise")


@functools.cache
def is_faster():
    """Tell whether oneDNN uses AVX-512 on this machine and MKL does not."""
    return (
        torch.backends.mkl.is_available()
        and has_operation()
        and torch.backends.cpu.get_cpu_capability() == "AVX512"
        and is_from_amd()
    )


def pays(tensor, *sizes):
    """Tell whether a product of so many multiplications, on a tensor, is faster with oneDNN."""
    return (
        tensor.device.type == "cpu"
        and tensor.dtype == torch.float32
        and math.prod(sizes) >= SMALLEST
        and not torch.compiler.is_compiling()
        and not torch.is_autocast_enabled("cpu")
        and torch.backends.mkldnn.enabled
        and is_faster()
    )


def linear(inputs, weight, bias):
    """Return inputs @ weight.T + bias; differentiable. See the module."""
    alike = all((one.dtype, one.device) == (weight.dtype, weight.device) for one in (inputs, bias))
    fits = inputs.shape[-1:] == weight.shape[1:] and bias.shape == weight.shape[:1]
    if alike and fits and pays(weight, inputs.numel(), len(weight)):
        return _Linear.apply(inputs, weight, bias)
    return functional.linear(inputs, weight, bias)  # which also complains about what does not fit


class _Linear(torch.autograd.Function):
    @staticmethod
    def forward(context, inputs, weight, bias):
        context.save_for_backward(inputs, weight)
        return _product(inputs, weight, bias)

    @staticmethod
    def backward(context, d_outputs):
        inputs, weight = context.saved_tensors
        needs_inputs, needs_weight, needs_bias = context.needs_input_grad
        rows = d_outputs.reshape(-1, len(weight))
        inputs = inputs.reshape(-1, weight.shape[1])
        if torch.is_grad_enabled():  # a second derivative is wanted: products that have one
            multiply, outer = torch.matmul, lambda left, right: left.t() @ right
        else:
            multiply, outer = lambda left, right: _product(left, right.t()), outer_product
        return (
            multiply(d_outputs, weight) if needs_inputs else None,
            outer(rows, inputs) if needs_weight else None,
            rows.sum(dim=0) if needs_bias else None,
        )


def adding_product(added, weight, rows):
    """Return a function (inputs [rows, I], out) that sets out to added + inputs @ weight.T.

    For many products with one weight, without gradients. ``added`` is a bias [O], or [rows, O]; it
    is read anew at each call.
    """
    if pays(weight, rows, *weight.shape):
        return lambda inputs, out: torch.add(_product(inputs, weight), added, out=out)
    transposed = weight.t()
    return lambda inputs, out: torch.addmm(added, inputs, transposed, out=out)


def product(left, right):
    """Return left @ right: [M, K], [K, N] -> [M, N]; no gradients."""
    if pays(left, *left.shape, right.shape[1]):
        return _product(left, right.t())
    return left @ right


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
    """``torch.nn.Linear``, with a bias, and with the products of this module."""

    def forward(self, inputs):
        """Return inputs @ weight.T + bias."""
        return linear(inputs, self.weight, self.bias)
