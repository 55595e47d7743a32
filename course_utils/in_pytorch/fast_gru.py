"""One GRU layer over a whole text, with a backward pass written by hand: for training on a CPU.

Shapes: ``T`` time, ``B`` batch, ``H`` hidden units. Time comes first here, so that each step is one
block of memory.
"""

import torch
from torch.autograd.function import once_differentiable

_sigmoid_backward = torch.ops.aten.sigmoid_backward.grad_input  # d * y * (1 - y), in one pass
_tanh_backward = torch.ops.aten.tanh_backward.grad_input  # d * (1 - y * y)


def gru_outputs(projected, state, recurrent_weight, recurrent_bias):
    """Return the states [T, B, H] of a GRU after each step; differentiable once.

    Shapes: ``projected`` [T, B, 3H] holds the inputs times the input weight plus the input bias,
    for all steps; ``state`` [B, H]. The weight [3H, H] and the bias [3H] have PyTorch's own layout
    and gate order r, z, n. With a = projected[t], g = state @ weight.T + bias:

        r = sigmoid(a_r + g_r);  z = sigmoid(a_z + g_z);  n = tanh(a_n + r * g_n)
        state = n + z * (state - n)

    The numbers are ``torch.nn.GRU``'s up to rounding. What is faster is the backward pass: it
    collects the gates' gradients of all steps, and the weight's gradient is one large matrix
    product at the end, not the sum of T small ones.
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
        transposed = weight.t()
        for step in range(time):
            gate, new, a = gates[step], news[step], projected[step]
            torch.addmm(bias, states[step], transposed, out=gate)
            gate[:, : 2 * hidden].add_(a[:, : 2 * hidden]).sigmoid_()
            r, z, g_n = gate.split(hidden, dim=1)
            torch.addcmul(a[:, 2 * hidden :], r, g_n, out=new).tanh_()
            torch.lerp(new, states[step], z, out=states[step + 1])
        context.save_for_backward(gates, news, states, weight)
        return states[1:]

    @staticmethod
    @once_differentiable
    def backward(context, d_outputs):
        gates, news, states, weight = context.saved_tensors
        time, _, hidden = news.shape
        d_gates, d_news = torch.empty_like(gates), torch.empty_like(news)
        d_state = torch.zeros_like(states[0])
        kept, work = torch.empty_like(d_state), torch.empty_like(d_state)
        for step in reversed(range(time)):
            (r, z, g_n), new = gates[step].split(hidden, dim=1), news[step]
            (d_r, d_z, d_g_n), d_new = d_gates[step].split(hidden, dim=1), d_news[step]
            d_state += d_outputs[step]
            torch.mul(d_state, z, out=kept)
            torch.sub(states[step], new, out=work).mul_(d_state)
            _sigmoid_backward(work, z, grad_input=d_z)
            torch.sub(d_state, kept, out=work)
            _tanh_backward(work, new, grad_input=d_new)
            torch.mul(d_new, r, out=d_g_n)
            torch.mul(d_new, g_n, out=work)
            _sigmoid_backward(work, r, grad_input=d_r)
            torch.addmm(kept, d_gates[step], weight, out=d_state)
        rows = d_gates.flatten(0, 1)
        d_weight = rows.t() @ states[:-1].flatten(0, 1)
        d_bias = rows.sum(dim=0)
        d_gates[:, :, 2 * hidden :] = d_news  # from the gates' own products to the projected inputs
        return d_gates, d_state, d_weight, d_bias
