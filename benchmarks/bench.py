"""Measure the speed of both sides: training, peak share, translation, writing, notebooks, growth.

    make bench                        everything, about 75 minutes on two free cores
    make bench ONLY='1 4'             some of the sections; the others stay as they are stored
    python benchmarks/bench.py --quick   a look at the program: short times, which mean nothing

Both sides take turns (A B A B) in one process; the table shows medians over the turns, and ratios
within the turns. build/bench/ gets a table (bench.md), a picture (bench.png) and every single
number (bench.json). Speeds depend on the machine and its load: let nothing else run.

Sections that an earlier run stored there stay in the report if machine, threads, versions and
options were the same; a run that was stopped goes on with ONLY.

The number of threads is that of the frameworks; OMP_NUM_THREADS and TF_NUM_INTRAOP_THREADS change
it.
"""

import argparse
import datetime
import importlib
import os
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tools")]  # course.py and execute.py

from measures import comparison, picture  # noqa: E402

SECTIONS = {
    1: "measures.characters",
    2: "measures.peak",
    3: "measures.translations",
    4: "measures.writing",
    5: "measures.notebooks",
    6: "measures.growth",
}
OUTPUT = ROOT / "build" / "bench"
QUICK = "QUICK: short times and small sizes; these numbers mean nothing."


def parse(arguments=None):
    """Return the options. Raises SystemExit for what is not possible."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", type=int, nargs="+", choices=list(SECTIONS), metavar="N")
    parser.add_argument("--quick", action="store_true", help="short times, which mean nothing")
    parser.add_argument("--turns", type=int, help="turns of each comparison; default 7")
    parser.add_argument("--seeds", type=int, default=1, help="trainings of each kind; default 1")
    parser.add_argument(
        "--seconds",
        type=float,
        nargs="+",
        default=[30.0, 60.0, 120.0, 300.0],
        help="lengths of the trainings in section 1; default 30 60 120 300",
    )
    parser.add_argument("--output", type=Path, default=OUTPUT, help="a folder")
    options = parser.parse_args(arguments)
    if options.turns is None:
        options.turns = 2 if options.quick else 7
    for name in ("turns", "seeds"):
        if getattr(options, name) < 1:
            parser.error(f"--{name} must be at least 1.")
    return options


def processor():
    """Return the processor's name where the system tells it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def tensorflow_threads(tf):
    """Return how many threads share one operation in TensorFlow; 0 means: as many as processors."""
    chosen = tf.config.threading.get_intra_op_parallelism_threads()
    return chosen or int(os.environ.get("TF_NUM_INTRAOP_THREADS", 0)) or os.cpu_count()


def describe(options):
    """Return {name: value}: machine, threads, load, versions, and how the program was called."""
    torch, tf = (importlib.import_module(name) for name in ("torch", "tensorflow"))
    packages = ("numpy", "torch", "tensorflow", "keras", "sacrebleu")
    gpus = [device.name for device in tf.config.list_logical_devices("GPU")]
    gpu = torch.cuda.get_device_name(0) if torch.cuda.is_available() else "none"
    return {
        "quick": options.quick,
        "turns": options.turns,
        "seeds": options.seeds,
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        "processors": os.cpu_count(),
        "GPU, PyTorch": gpu,
        "GPU, TensorFlow": ", ".join(gpus) or "none",
        "threads, PyTorch": torch.get_num_threads(),
        "threads, TensorFlow": tensorflow_threads(tf),
        "Python": platform.python_version(),
        **{name: version(name) for name in packages},
    }


def moment():
    """Return the date, and how busy the machine is: processes that ran in the last minute."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return datetime.date.today().isoformat() + load


def stored_sections(path, facts):
    """Return {number: section} of an earlier run's JSON, if it describes itself as ``facts`` do."""
    if not path.exists():
        return {}
    earlier, sections = comparison.read_json(path)
    different = sorted(name for name in facts if earlier.get(name) != facts[name])
    if different:
        print(f"{path} is replaced: {', '.join(different)} differ.")
        return {}
    return {section.number: section for section in sections}


def report(facts, sections):
    """Return the whole report as Markdown."""
    lines = ["# Benchmark", ""]
    if facts["quick"]:
        lines += [f"**{QUICK}**", ""]
    lines += [", ".join(f"{name} {value}" for name, value in facts.items()), ""]
    lines += [
        "Medians over the turns. The ratio is TensorFlow / PyTorch: the median of the turns' own "
        "ratios. For times less is better, for speeds more.",
        "",
    ]
    for section in sections:
        lines += comparison.table(section)
    return "\n".join(lines) + "\n"


def main(arguments=None):
    """Measure, print, and store; return 1 if a promise was not kept in a run that counts."""
    options = parse(arguments)
    importlib.import_module("course_utils.in_tensorflow")  # first: it filters start-up messages
    importlib.import_module("course_utils.in_pytorch")
    facts = describe(options)
    options.output.mkdir(parents=True, exist_ok=True)
    sections, measured = stored_sections(options.output / "bench.json", facts), []
    if options.quick:
        print(QUICK)
    for number in sorted(set(options.only or SECTIONS)):
        start, begun = time.monotonic(), moment()
        section = importlib.import_module(SECTIONS[number]).measure(options)
        if options.quick:  # nothing can be kept or missed
            for row in section.rows:
                row.kept = None
        section.measured = begun
        measured.append(section)
        sections[number] = section
        stored = [one for _, one in sorted(sections.items())]
        print("\n".join(comparison.table(section)), f"({time.monotonic() - start:.0f} s)\n")
        # After each section, so that a long run that is stopped keeps what it has.
        comparison.write_json(options.output / "bench.json", facts, stored)
        text = report(facts, stored)
        (options.output / "bench.md").write_text(text, encoding="utf-8")
        title = f"{facts['processor']}, {facts['processors']} processors"
        title = f"{QUICK}\n{title}" if options.quick else title
        picture.draw(options.output / "bench.png", stored, title)
    missed = [row.what for one in measured for row in one.rows if row.kept is False]
    if missed:
        print("Not kept in this run: " + "; ".join(missed))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
