"""Measure the payload that Ansible sends for a task: its size, its peak memory, and the parts of its duration."""

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
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.benchmarks.baseline import LEAST, LEAST_RETURNING_MANY
from tools.benchmarks.canned import canned
from tools.benchmarks.figures import Count, Figure, Report
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


@dataclass(frozen=True)
class Payload:
    """The file that Ansible sends to the host for one task."""

    path: Path

    @property
    def archive(self) -> zipfile.ZipFile:
        """The zip archive of the modules: the longest base64 string of the file."""
        text = self.path.read_text(encoding="utf-8")
        return zipfile.ZipFile(io.BytesIO(base64.b64decode(max(re.findall(r"[A-Za-z0-9+/=]{1000,}", text), key=len))))

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def contents(self) -> Counter[str]:
        """Return the compressed bytes by origin."""
        found: Counter[str] = Counter()
        for entry in self.archive.infolist():
            origin = "/".join(entry.filename.split("/")[:2])
            found[origin if origin.startswith("ansible_collections/") else "ansible"] += entry.compress_size
        return found


def payloads(bench: Bench, tasks: Sequence[Task]) -> list[Payload]:
    """Return the payload of each task, which Ansible keeps after a run."""
    folder = Path(tempfile.mkdtemp(dir=bench.folder))
    bench.play(tasks, ANSIBLE_KEEP_REMOTE_FILES="1", ANSIBLE_REMOTE_TMP=str(folder))
    return [Payload(path) for path in sorted(folder.rglob("AnsiballZ_*.py"), key=lambda path: path.stat().st_mtime)]


def bytes_sent(bench: Bench, report: Report) -> None:
    """Compare the size of a task's payload with that of the baseline module."""
    bench.fill(1)
    name = names(1)[0]
    ours, least, info = payloads(
        bench,
        [Task(KINDS[0].module, {"name": name}), Task(KINDS[1].module, {"name": name}), Task(INFO, {"name": name})],
    )
    for title, payload in (("a task", ours), ("an info task", info)):
        report.figures.append(
            Figure(what=f"payload of {title} / baseline module", cost=payload.size, floor=least.size, unit="bytes")
        )
    report.series["payload"] = [
        {"of": title, **dict(sorted(payload.contents().items()))}
        for title, payload in (("unchanged", ours), ("baseline", least), ("info", info))
    ]
    files = [entry.filename for entry in ours.archive.infolist() if entry.filename.startswith(OURS)]
    code = [file for file in files if not file.endswith("__init__.py")]
    report.counts.append(
        Count(what=f"more than {FILES_OF_OURS} files in a payload", found=len(code) > FILES_OF_OURS, wanted=False)
    )


def memory(bench: Bench, report: Report, *, target: float | None) -> None:
    """Compare the peak memory of an info task for 5,000 experiments with both baseline modules."""
    bench.fill(1)
    one = {"name": names(1)[0]}
    made = payloads(bench, [Task(INFO, {}), Task(LEAST, one), Task(LEAST_RETURNING_MANY, one)])
    with canned(bench, 5000, latency=0) as service:
        ours, least, many = (
            int(bench.run([sys.executable, "-c", _WEIGH, *_run(payload)], **service.environment)[1]) / 1024
            for payload in made
        )
    what = "peak memory of an info task, 5,000 experiments"
    report.figures += [
        Figure(what=f"{what} / baseline module", cost=ours, floor=least, unit="MiB"),
        Figure(what=f"{what} / baseline module that returns as much", cost=ours, floor=many, unit="MiB", target=target),
    ]


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


def _run(payload: Payload) -> list[str]:
    return [sys.executable, str(payload.path)]


def _parts(bench: Bench, payload: Payload) -> dict[str, float]:
    start = bench.run([sys.executable, "-c", "pass"])[0]
    whole = bench.run(_run(payload))[0]
    spent = json.loads(_stderr(bench, [sys.executable, "-c", _CLOCKED, str(payload.path)]).splitlines()[-1])
    imports = _imports(_stderr(bench, [sys.executable, "-X", "importtime", str(payload.path)]))
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
