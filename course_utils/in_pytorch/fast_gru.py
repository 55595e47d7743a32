"""One GRU layer over a whole text, with a backward pass written by hand: for training on a CPU.

Shapes: ``T`` time, ``B`` batch, ``H`` hidden units. Time comes first here, so that each step is one
block of memory.
"""

import torch
from torch.autograd.function import once_differentiable

from course_utils import _onednn

_tanh_backward = torch.ops.aten.tanh_backward.grad_input  # d * (1 - y * y), in one pass


def gru_outputs(projected, state, recurrent_weight, recurrent_bias):
    """Return the states [T, B, H] of a GRU after each step; differentiable once.

    Shapes: ``projected`` [T, B, 3H] holds the inputs times the input weight plus the input bias,
    for all steps; ``state`` [B, H]. The weight [3H, H] and the bias [3H] have PyTorch's own layout
    and gate order r, z, n. With a = projected[t], g = state @ weight.T + bias:

        r = sigmoid(a_r + g_r);  z = sigmoid(a_z + g_z);  n = tanh(a_n + r * g_n)
        state = n + z * (state - n)

    The numbers are ``torch.nn.GRU``'s up to rounding. What is faster is the backward pass: it
    collects the gates' gradients of all steps, and the weight's gradient is one large matrix
    product at the end, not the sum of T small ones. Large products take oneDNN where that is faster
    (see ``course_utils._onednn``).
    Source: Cho et al. 2014, with the reset gate applied after the matrix product (Appleyard et al.
    2016, section 3, for the grouping of matrix products).
    """
    return _GRU.apply(projected, state, recurrent_weight, recurrent_bias)


class _GRU(torch.autograd.Function):
    @staticmethod
    def forward(context, projected, state, weight, bias):
        time, batch, width = projected.shape
        hidden = width // 3
        gates = torch.empty_like(projected)  # r, z and g_n
        news = projected.new_empty(time, batch, hidden)  # n
        states = projected.new_empty(time + 1, batch, hidden)
        states[0] = state
        product = _onednn.adding_product(bias, weight, batch)
        rz, a_rz = gates[..., : 2 * hidden], projected[..., : 2 * hidden]
        r, z, g_n = gates.split(hidden, dim=2)
        a_n = projected[..., 2 * hidden :]
        # One view a step: cut all at once, not one by one in the loop.
        steps = zip(*(x.unbind() for x in (gates, rz, a_rz, r, z, g_n, a_n, news)), strict=True)
        before, *after = states.unbind()
        for (gate, rz, a_rz, r, z, g_n, a_n, new), state in zip(steps, after, strict=True):
            product(before, gate)
            rz.add_(a_rz).sigmoid_()
            torch.addcmul(a_n, r, g_n, out=new).tanh_()
            torch.lerp(new, before, z, out=state)
            before = state
        context.save_for_backward(gates, news, states, weight)
        return states[1:]

    @staticmethod
    @once_differentiable
    def backward(context, d_outputs):
        gates, news, states, weight = context.saved_tensors
        hidden = news.shape[2]
        d_gates, d_news = torch.empty_like(gates), torch.empty_like(news)
        d_state = torch.zeros_like(states[0])
        kept, work = torch.empty_like(d_state), torch.empty_like(d_state)
        product = _onednn.adding_product(kept, weight.t(), len(kept))
        parts = (states[:-1], news, d_outputs, d_gates, d_news)
        parts += gates.split(hidden, dim=2) + d_gates.split(hidden, dim=2)
        steps = reversed(list(zip(*(x.unbind() for x in parts), strict=True)))
        for before, new, d_output, d_gate, d_new, r, z, g_n, d_r, d_z, d_g_n in steps:
            d_state += d_output
            torch.mul(d_state, z, out=kept)
            torch.sub(before, new, out=work).mul_(kept)
            torch.addcmul(work, work, z, value=-1, out=d_z)  # d_state * (before - n) * z * (1 - z)
            torch.sub(d_state, kept, out=work)
            _tanh_backward(work, new, grad_input=d_new)
            torch.mul(d_new, r, out=d_g_n)
            torch.mul(d_g_n, g_n, out=work)
            torch.addcmul(work, work, r, value=-1, out=d_r)  # d_n * g_n * r * (1 - r)
            product(d_gate, d_state)
        rows = d_gates.flatten(0, 1)
        d_weight = _onednn.outer_product(rows, states[:-1].flatten(0, 1))
        d_bias = rows.sum(dim=0)
        d_gates[:, :, 2 * hidden :] = d_news  # from the gates' own products to the projected inputs
        return d_gates, d_state, d_weight, d_bias
