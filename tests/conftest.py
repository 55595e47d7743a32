"""What holds for every test: quiet frameworks, repeatable examples, no network."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # read when TensorFlow is first imported
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # the same numbers with and without a GPU
os.environ.setdefault("MPLBACKEND", "agg")  # pictures without a window

import ipaddress
import socket

import pytest
from hypothesis import HealthCheck, settings

# No deadline: a shared machine may stop for seconds. Derandomised in CI, so that it is repeatable.
settings.register_profile(
    "course", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("course"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "course")


class NetworkBlocked(RuntimeError):
    """Raised where a test without the marker 'network' tries to leave this machine."""


def is_local(host):
    """Tell whether a host name or address is this machine's own."""
    if host is None:
        return True
    if isinstance(host, bytes):
        host = host.decode()
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def no_network(request, monkeypatch):
    """Stop a test that leaves this machine, unless it says so with @pytest.mark.network."""
    if request.node.get_closest_marker("network"):
        return

    def check(host):
        if not is_local(host):
            raise NetworkBlocked(f"A test tried to reach {host!r}; mark it 'network' if it must.")

    def guarded(name):
        original = getattr(socket.socket, name)

        def call(self, address, *rest):
            if self.family in (socket.AF_INET, socket.AF_INET6):
                check(address[0])
            return original(self, address, *rest)

        return call

    original_lookup = socket.getaddrinfo

    def lookup(host, *rest, **more):
        check(host)
        return original_lookup(host, *rest, **more)

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, guarded(name))
    monkeypatch.setattr(socket, "getaddrinfo", lookup)


@pytest.fixture
def fresh_figures():
    """Figures in the course's style, without a window; none is left open."""
    import matplotlib.pyplot as plt

    from course_utils import plots

    with plt.rc_context({"backend": "agg"}):
        plots.use_course_style()
        yield
    plt.close("all")
