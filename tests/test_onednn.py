"""PyTorch's products with oneDNN equal those with MKL; when they are used is decided by facts."""

import numpy as np
import pytest
import torch

from course_utils import _onednn
from course_utils.in_pytorch import fast_gru
from course_utils.in_pytorch.models import CharacterModel
from course_utils.in_pytorch.training import LanguageModelUpdate

AMD = "processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC: 1\n"


@pytest.fixture
def everywhere(monkeypatch):
    """Every float32 product on a CPU takes oneDNN, also where it is not faster."""
    if not _onednn.has_operation():
        pytest.skip("this PyTorch has no oneDNN")
    monkeypatch.setattr(_onednn, "SMALLEST", 0)
    monkeypatch.setattr(_onednn, "is_faster", lambda: True)


@pytest.fixture
def calls(monkeypatch):
    """Count the products that oneDNN makes."""
    made = []
    product = _onednn._product
    monkeypatch.setattr(_onednn, "_product", lambda *given: made.append(1) or product(*given))
    return made


def readings(function, *shapes):
    """Return what a function of random tensors gives, and its gradients."""
    generator = torch.Generator().manual_seed(0)
    given = [torch.randn(shape, generator=generator, requires_grad=True) for shape in shapes]
    result = function(*given)
    pull = torch.randn(result.shape, generator=generator)
    gradients = torch.autograd.grad((result * pull).sum(), given)
    return [result.detach().numpy(), *(gradient.numpy() for gradient in gradients)]


def relative_differences(one, other):
    return [np.abs(a - b).max() / np.abs(a).max() for a, b in zip(one, other, strict=True)]


def test_a_product_by_hand(everywhere, calls):
    inputs, weight, bias = [[1.0, 2.0]], [[3.0, 4.0], [5.0, 6.0]], [0.5, -0.5]
    found = _onednn.linear(*map(torch.tensor, (inputs, weight, bias)))
    assert found.tolist() == [[11.5, 16.5]]
    assert calls
    left, right = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[1.0], [10.0]])
    assert _onednn.outer_product(left, right).tolist() == [[31.0], [42.0]]
    out = torch.empty(1, 2)
    product = _onednn.adding_product(torch.tensor(bias), torch.tensor(weight), 1)
    product(torch.tensor(inputs), out)
    assert out.tolist() == [[11.5, 16.5]]


@pytest.mark.parametrize("inputs", [(5, 4), (3, 5, 4)])
def test_a_linear_map_and_its_gradients_equal_pytorchs(everywhere, calls, inputs):
    shapes = (inputs, (7, 4), (7,))
    found = readings(_onednn.linear, *shapes)
    expected = readings(torch.nn.functional.linear, *shapes)
    assert max(relative_differences(expected, found)) < 1e-6
    assert calls


def test_second_derivatives_are_those_of_pytorch(everywhere):
    def curvature(function):
        weight, bias = torch.ones(2, 3), torch.zeros(2)
        x = torch.tensor([[1.0, -2.0, 0.5]])

        def loss(x):
            return (function(x, weight, bias) ** 3).sum()

        return torch.autograd.functional.hvp(loss, x, torch.ones(1, 3))[1]

    expected = curvature(torch.nn.functional.linear)
    assert expected.abs().max() > 1
    torch.testing.assert_close(curvature(_onednn.linear), expected)


@pytest.mark.parametrize("inputs", [(4,), (5, 4)])
def test_only_the_gradients_that_are_wanted_are_made(everywhere, calls, inputs):
    weight = torch.nn.Parameter(torch.ones(7, 4), requires_grad=False)
    bias = torch.zeros(7, requires_grad=True)
    _onednn.linear(torch.ones(inputs), weight, bias).sum().backward()
    assert bias.grad.tolist() == [float(len(torch.ones(inputs).reshape(-1, 4)))] * 7
    assert len(calls) == 1  # the product forward


def test_what_oneDNN_must_not_touch_goes_to_pytorch(everywhere, calls):
    layer, x = _onednn.Linear(4, 7), torch.ones(5, 4)
    with torch.autocast("cpu", torch.bfloat16):
        assert layer(x).dtype == torch.bfloat16
    with torch.backends.mkldnn.flags(enabled=False):
        layer(x)
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        layer(torch.ones(5, 3))
    assert not calls
    layer(x)
    assert calls


def test_the_compiler_sees_pytorchs_own_product(everywhere, calls):
    layer, x = _onednn.Linear(4, 7), torch.ones(5, 4)
    compiled = torch.compile(layer, fullgraph=True, backend="eager")  # no C++ compiler needed
    torch.testing.assert_close(compiled(x), torch.nn.functional.linear(x, layer.weight, layer.bias))
    assert not calls


def test_inputs_in_another_order_of_memory(everywhere):
    def turned(function):
        return lambda x, *rest: function(x.transpose(0, 1), *rest)

    shapes = ((3, 5, 4), (7, 4), (7,))
    found = readings(turned(_onednn.linear), *shapes)
    expected = readings(turned(torch.nn.functional.linear), *shapes)
    assert max(relative_differences(expected, found)) < 1e-6


def test_the_gru_by_hand_is_the_same_with_both(monkeypatch, everywhere, calls):
    time, batch, hidden = 6, 3, 5
    shapes = ((time, batch, 3 * hidden), (batch, hidden), (3 * hidden, hidden), (3 * hidden,))
    found = readings(fast_gru.gru_outputs, *shapes)
    assert len(calls) > 2 * time
    monkeypatch.setattr(_onednn, "is_faster", lambda: False)
    calls.clear()
    expected = readings(fast_gru.gru_outputs, *shapes)
    assert not calls
    assert max(relative_differences(expected, found)) < 1e-5


def test_a_model_trains_alike_with_both(monkeypatch, everywhere, calls):
    ids = np.random.default_rng(0).integers(0, 9, (2, 4, 6))
    losses = []
    for faster in (True, False):
        calls.clear()
        monkeypatch.setattr(_onednn, "is_faster", lambda faster=faster: faster)
        model = CharacterModel(9, 4, 8, num_layers=2)
        update = LanguageModelUpdate(model)
        losses.append([float(update(*ids, model.zero_state(4), 0.01)[0]) for _ in range(20)])
        assert bool(calls) == faster
    assert losses[0][-1] < 0.9 * losses[0][0]
    np.testing.assert_allclose(*losses, rtol=0, atol=1e-4)


def test_double_precision_and_small_products_stay_where_they_were(monkeypatch, calls):
    monkeypatch.setattr(_onednn, "is_faster", lambda: True)
    wide = torch.zeros(64, 256, dtype=torch.float64)
    _onednn.linear(wide, torch.zeros(768, 256, dtype=torch.float64), torch.zeros(768).double())
    _onednn.linear(torch.zeros(2, 3), torch.zeros(4, 3), torch.zeros(4))
    assert not calls
    with pytest.raises(RuntimeError, match="dtype"):  # PyTorch's own complaint
        _onednn.linear(wide, torch.zeros(768, 256), torch.zeros(768))


@pytest.fixture
def fresh():
    """``is_faster`` looks again, and forgets what it saw."""
    _onednn.is_faster.cache_clear()
    yield
    _onednn.is_faster.cache_clear()


@pytest.mark.parametrize(
    ("facts", "capability", "operation", "expected"),
    [
        (AMD, "AVX512", True, True),
        (AMD, "AVX512", False, False),
        (AMD, "AVX2", True, False),
        (AMD.replace("AuthenticAMD", "GenuineIntel"), "AVX512", True, False),
        ("Features\t: fp asimd\n", "AVX512", True, False),  # no maker is named
    ],
)
def test_it_is_used_where_mkl_leaves_avx512_unused(
    facts, capability, operation, expected, monkeypatch, tmp_path, fresh
):
    file = tmp_path / "cpuinfo"
    file.write_text(facts, encoding="utf-8")
    monkeypatch.setattr(_onednn, "CPU_FACTS", file)
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    monkeypatch.setattr(torch.backends.mkl, "is_available", lambda: True)
    monkeypatch.setattr(_onednn, "has_operation", lambda: operation)
    assert _onednn.is_faster() is expected


def test_windows_names_the_maker_in_another_place(monkeypatch, tmp_path):
    monkeypatch.setattr(_onednn, "CPU_FACTS", tmp_path / "absent")
    name = "{}64 Family 25 Model 33 Stepping 2, {}"
    for parts, expected in ((("AMD", "AuthenticAMD"), True), (("Intel", "GenuineIntel"), False)):
        monkeypatch.setattr(_onednn.platform, "processor", lambda parts=parts: name.format(*parts))
        assert _onednn.is_from_amd() is expected
