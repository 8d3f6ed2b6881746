"""Measure the payload that Ansible sends for a task: its files, its peak memory, and the parts of its duration."""

from __future__ import annotations

import base64
import io
import json
import re
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from tools.benchmarks.baseline import LEAST_RETURNING_MANY
from tools.benchmarks.canned import canned
from tools.benchmarks.figures import Figure, Report, expect
from tools.benchmarks.plays import INFO, Bench, Task, names
from tools.benchmarks.tasks import KINDS

# Runs a command and prints its peak memory in KiB. The peak memory of a child process is at least the memory of its
# parent at the fork, and the parent is small here.
_WEIGH = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""

# Runs a payload and prints, to stderr, the seconds for creating clients and for calls.
_CLOCKED = """
import atexit, json, runpy, sys, time
import boto3, botocore.client
spent = {"clients": 0.0, "calls": 0.0}


def clocked(owner, name, kind):
    inner = getattr(owner, name)

    def outer(*args, **kwargs):
        begun = time.perf_counter()
        try:
            return inner(*args, **kwargs)
        finally:
            spent[kind] += time.perf_counter() - begun

    setattr(owner, name, outer)


clocked(boto3.session.Session, "client", "clients")
clocked(botocore.client.BaseClient, "_make_api_call", "calls")
atexit.register(lambda: print(json.dumps(spent), file=sys.stderr))
sys.argv = sys.argv[1:]  # the wrapper would read an argument as a command
runpy.run_path(sys.argv[0], run_name="__main__")
"""

_ORIGINS = {
    "ansible_collections.awscc": "imports of this collection",
    "ansible_collections.amazon": "imports of amazon.aws",
    "ansible": "imports of Ansible",
    "boto3": "imports of boto3, botocore",
    "botocore": "imports of boto3, botocore",
    "s3transfer": "imports of boto3, botocore",
    "jmespath": "imports of boto3, botocore",
    "dateutil": "imports of boto3, botocore",
    "urllib3": "imports of boto3, botocore",
}
_LIBRARY = "imports of Python's library"
OURS = "ansible_collections/awscc/"
# The number of files of this collection in the payload. Each file costs time in each task.
FILES_OF_OURS = 32


def payloads(bench: Bench, tasks: Sequence[Task]) -> list[Path]:
    """Return the file that Ansible sends to the host for each task, and keeps after a run."""
    folder = Path(tempfile.mkdtemp(dir=bench.folder))
    bench.play(tasks, ANSIBLE_KEEP_REMOTE_FILES="1", ANSIBLE_REMOTE_TMP=str(folder))
    return sorted(folder.rglob("AnsiballZ_*.py"), key=lambda path: path.stat().st_mtime)


def files(bench: Bench, _report: Report) -> None:
    """Check the number of files of this collection in the payload of a task."""
    bench.fill(1)
    (payload,) = payloads(bench, [Task(KINDS[0].module, {"name": names(1)[0]})])
    # The zip archive of the modules is the longest base64 string of the file.
    encoded = max(re.findall(r"[A-Za-z0-9+/=]{1000,}", payload.read_text(encoding="utf-8")), key=len)
    found = zipfile.ZipFile(io.BytesIO(base64.b64decode(encoded))).namelist()
    ours = [file for file in found if file.startswith(OURS) and not file.endswith("__init__.py")]
    expect(f"more than {FILES_OF_OURS} files in a payload", len(ours) > FILES_OF_OURS, wanted=False)


def memory(bench: Bench, report: Report) -> None:
    """Compare the peak memory of an info task for 5,000 experiments with a baseline module that returns as much."""
    bench.fill(1)
    made = payloads(bench, [Task(INFO, {}), Task(LEAST_RETURNING_MANY, {"name": names(1)[0]})])
    with canned(bench, 5000, latency=0) as service:
        ours, many = (
            int(bench.run([sys.executable, "-c", _WEIGH, *_run(payload)], **service.environment)[1]) / 1024
            for payload in made
        )
    what = "peak memory of an info task, 5,000 experiments / baseline module that returns as much"
    report.figures.append(Figure(what=what, cost=ours, floor=many, unit="MiB", target=1.5))


def breakdown(bench: Bench, report: Report, *, rounds: int) -> None:
    """Measure the parts of the duration of an unchanged task and of the baseline module."""
    bench.server.reset()
    bench.play([KINDS[2]])
    made = payloads(bench, KINDS)
    parts: list[dict[str, list[float]]] = [{} for _payload in made]
    for _round in range(rounds):
        for payload, found in zip(made, parts, strict=True):
            for part, seconds in _parts(bench, payload).items():
                found.setdefault(part, []).append(seconds)
    titles = ("unchanged", "baseline", "unchanged, schedule", "baseline, Describe")
    report.series["breakdown"] = [
        {"of": title, **{part: round(statistics.median(seconds), 4) for part, seconds in found.items()}}
        for title, found in zip(titles, parts, strict=True)
    ]


def _run(payload: Path) -> list[str]:
    return [sys.executable, str(payload)]


def _parts(bench: Bench, payload: Path) -> dict[str, float]:
    start = bench.run([sys.executable, "-c", "pass"])[0]
    whole = bench.run(_run(payload))[0]
    spent = json.loads(_stderr(bench, [sys.executable, "-c", _CLOCKED, str(payload)]).splitlines()[-1])
    imports = _imports(_stderr(bench, [sys.executable, "-X", "importtime", str(payload)]))
    known = {"start of Python": start, **imports, **spent}
    return {**known, "the rest: unpacking, arguments, result": whole - sum(known.values()), "the whole process": whole}


def _stderr(bench: Bench, words: Sequence[str]) -> str:
    done = subprocess.run(
        words, env=bench.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    return done.stderr


def _imports(output: str) -> dict[str, float]:
    """Return the seconds of imports by origin, from the output of -X importtime, without the imports of site."""
    sums = dict.fromkeys([*_ORIGINS.values(), _LIBRARY], 0.0)
    _start, _found, task = output.partition("| site\n")
    for line in re.findall(r"import time:\s+(\d+) \|\s+\d+ \| +(\S+)", task):
        microseconds, module = line
        origin = next((title for prefix, title in _ORIGINS.items() if f"{module}.".startswith(f"{prefix}.")), _LIBRARY)
        sums[origin] += int(microseconds) / 1e6
    return sums
