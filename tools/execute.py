"""Execute notebooks from top to bottom in a fresh kernel and store them without noise.

    make notebooks              all of them
    make notebooks ONLY='01'    those whose names begin so

A notebook is written only when all its cells ran. Each line of the report gives the wall time and
the largest memory that the kernel used (the course promises at most 4 minutes and 1.6 GB on a
machine with two cores). The rules of notebook_rules.py are checked on what was stored.
"""

import argparse
import base64
import io
import os
import sys
import threading
import time
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from PIL import Image
from traitlets.config import Config

import notebook_rules
from install import ROOT

NOTEBOOKS = ROOT / "notebooks"
CELL_TIMEOUT = 600  # seconds
MAX_SECONDS, MAX_MEMORY = 240, 1.6e9  # promised for two free cores; bytes
README_PICTURE = ROOT / "docs" / "images" / "proof.png"
README_TAG = "readme-picture"  # the cell whose figure the README shows
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def resident(processes):
    """Return the bytes of memory that processes use together; shared pages count once on Linux."""
    if len(processes) == 1:
        return processes[0].memory_info().rss  # faster
    used = [process.memory_full_info() for process in processes]
    return sum(getattr(one, "pss", one.rss) for one in used)


class PeakMemory:
    """Watch the resident memory (bytes) of a process and its children, ten times a second."""

    def __init__(self):
        self.peak = 0
        self._done = threading.Event()
        self._thread = None

    def start(self, pid):
        """Begin to watch the process with this id."""
        self._thread = threading.Thread(target=self._watch, args=(pid,), daemon=True)
        self._thread.start()

    def _watch(self, pid):
        while True:  # look first, then wait: a short notebook ends within the first wait
            try:
                kernel = psutil.Process(pid)
                processes = [kernel, *kernel.children(recursive=True)]
                self.peak = max(self.peak, resident(processes))
            except psutil.NoSuchProcess:
                pass  # a child ended between the two calls; the next look sees the rest
            if self._done.wait(0.1):
                return

    def stop(self):
        """End the watch and return the peak in bytes."""
        self._done.set()
        if self._thread:
            self._thread.join()
        return self.peak


def strip_noise(notebook):
    """Keep what a reader sees; drop timestamps, editor state and live widget views, in place."""
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
        }
    )
    for cell in notebook.cells:
        tags = cell.metadata.get("tags")
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if cell.cell_type == "code":  # a widget (a progress bar) is dead without its kernel
            seen = [out for out in cell.outputs if WIDGET_VIEW not in out.get("data", {})]
            cell.outputs = join_streams(seen)
    return notebook


def join_streams(outputs):
    """Join neighbouring pieces of one stream; what was shown between two prints stays between."""
    joined = []
    for output in outputs:
        name = output.get("name") if output.output_type == "stream" else None
        if name and joined and joined[-1].get("name") == name:
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def shrink_pictures(notebook):
    """Store each picture with a palette of 256 colours where that is smaller, in place.

    Figures have few colours. In a heat map a step of 1/256 cannot be seen.
    """
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" in data:
                picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
                if picture.mode == "P":
                    continue  # done before
                kept = io.BytesIO()
                few = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
                few.save(kept, "PNG", optimize=True, dpi=picture.info.get("dpi", (100, 100)))
                text = base64.b64encode(kept.getvalue()).decode("ascii")
                if len(text) < len(data["image/png"].strip()):
                    data["image/png"] = text
    return notebook


def readme_picture(notebook):
    """Return the PNG bytes of the cell that is tagged for the README, or None."""
    for cell in notebook.cells:
        if README_TAG in cell.metadata.get("tags", []):
            for output in cell.outputs:
                if "image/png" in output.get("data", {}):
                    return base64.b64decode(output.data["image/png"])
    return None


def failing_cell(notebook):
    """Return (number from 1, source) of the code cell that failed, or that was running."""
    code = [(n, cell) for n, cell in enumerate(notebook.cells, 1) if cell.cell_type == "code"]
    for number, cell in code:
        if any(output.output_type == "error" for output in cell.outputs):
            return number, cell.source
    for number, cell in code:
        if cell.source.strip() and cell.execution_count is None:
            return number, cell.source
    return 0, ""


def execute(path, timeout=CELL_TIMEOUT):
    """Run one notebook and store it; return (seconds, peak bytes).

    Raises nbclient's CellExecutionError, CellTimeoutError or DeadKernelError, with the number of
    the cell in front; the file is then left as it was.
    """
    notebook = nbformat.read(path, as_version=4)
    notebook = nbformat.v4.upgrade(notebook, 4, notebook.nbformat_minor)  # adds cell ids before 4.5
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    memory = PeakMemory()
    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=False,  # it would join across what is shown between; see join_streams
        resources={"metadata": {"path": str(path.parent)}},
        config=Config({"KernelManager": {"transport_encryption": "auto"}}),  # it warns without
        on_notebook_start=lambda notebook: memory.start(client.km.provisioner.pid),
    )
    start = time.monotonic()
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        number, source = failing_cell(notebook)
        error.add_note(f"in {path.name}, cell {number}:\n{source}")
        raise
    finally:
        peak = memory.stop()
    seconds = time.monotonic() - start
    notebook = shrink_pictures(strip_noise(notebook))
    text = nbformat.writes(notebook, version=4).rstrip("\n") + "\n"
    temporary = path.with_suffix(".ipynb.part")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    picture = readme_picture(notebook)
    if picture is not None and path.parent == NOTEBOOKS:
        README_PICTURE.parent.mkdir(parents=True, exist_ok=True)
        README_PICTURE.write_bytes(picture)
    return seconds, peak


def broken_promises(seconds, peak):
    """Return what is over the limits as (sentence, certain); slowness may be the machine's load."""
    found = []
    if peak > MAX_MEMORY:
        found.append((f"used {peak / 1e9:.2f} GB; at most {MAX_MEMORY / 1e9} are promised", True))
    if seconds > MAX_SECONDS:
        found.append((f"took {seconds:.0f} s; {MAX_SECONDS} on free cores are promised", False))
    return found


def choose(beginnings, folder=NOTEBOOKS):
    """Return the notebooks whose names begin with one of these, or all; in order.

    Raises ValueError where a beginning fits none.
    """
    every = sorted(folder.glob("*.ipynb"))
    chosen = []
    for beginning in beginnings or [""]:
        fitting = [path for path in every if path.name.startswith(Path(beginning).name)]
        if not fitting:
            names = ", ".join(path.name for path in every) or "none"
            raise ValueError(f"No notebook begins with '{beginning}'. There are: {names}")
        chosen += [path for path in fitting if path not in chosen]
    return sorted(chosen)


def main(arguments=None):
    """Execute and store; return 1 at the first notebook that fails, or that breaks a rule."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("beginnings", nargs="*", help="beginnings of names, as 01; default: all")
    try:
        paths = choose(parser.parse_args(arguments).beginnings)
    except ValueError as error:
        parser.error(str(error))
    broken = 0
    for path in paths:
        try:
            seconds, peak = execute(path)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            notes = "\n".join(getattr(error, "__notes__", []))
            print(f"{error}\n{path.name} failed and was left as it was; {notes}", file=sys.stderr)
            return 1
        size = path.stat().st_size
        print(f"{path.name}: {seconds:.0f} s, {peak / 1e9:.2f} GB, {size / 1e3:.0f} kB", flush=True)
        for sentence, certain in broken_promises(seconds, peak):
            broken |= certain
            print(f"  {sentence}", file=sys.stderr)
        for problem in notebook_rules.problems(path):
            broken = 1
            print(f"  {problem}", file=sys.stderr)
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
