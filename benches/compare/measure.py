"""Commands run and measured: seconds on the wall, of the processor, and peak memory."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass


@dataclass
class Measured:
    wall: float
    cpu: float
    peak: float  # megabytes


def run(command, environment=None):
    """Runs a command to its end; stops everything if it fails. A last line of JSON tells `wall` and `cpu` better."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=said, env=os.environ | (environment or {}))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
        out.seek(0)
        said.seek(0)
        if process.returncode != 0:
            sys.exit(f"{' '.join(command)}\nended with {process.returncode}\n{said.read().decode(errors='replace')}")
        # Linux counts kilobytes, macOS bytes.
        peak = usage.ru_maxrss / (1e3 if sys.platform != "darwin" else 1e6)
        measured = Measured(wall, usage.ru_utime + usage.ru_stime, peak)
        last = out.read().decode(errors="replace").strip().rpartition("\n")[2]
        if last.startswith("{"):
            told = json.loads(last)
            measured.wall, measured.cpu = told["wall"], told["cpu"]
        return measured


def middle(runs):
    """The median of each figure; of the memory the greatest."""
    return Measured(
        statistics.median(run.wall for run in runs),
        statistics.median(run.cpu for run in runs),
        max(run.peak for run in runs),
    )
