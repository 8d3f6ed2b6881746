"""A service with prepared responses, in a separate process: `python -m tools.benchmarks.canned FILE LATENCY`.

The emulator needs at least eight milliseconds of CPU time for a call. With sixteen concurrent readers, this time would
dominate the measurement. This service repeats responses of the emulator and needs a tenth of the time.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.support.environment import REGION, ROOT
from tools.benchmarks.plays import Bench, names

PAGE = 20
TYPE = {"TypeName": "AWS::SageMaker::InferenceExperiment"}


class Canned:
    """The service, as the client side of the benchmark."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.environment = {"AWS_ENDPOINT_URL": url, "AWS_URL": url}

    def calls(self) -> Counter[str]:
        """Return the number of calls of each operation since the last call of this method."""
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"))
        with contextlib.closing(connection):
            connection.request("GET", "/calls")
            return Counter(json.load(connection.getresponse()))


@contextlib.contextmanager
def canned(bench: Bench, number: int, *, latency: float) -> Iterator[Canned]:
    """Run the service for a number of experiments, with the response of the emulator for one."""
    answers = bench.folder / "answers"
    answers.write_text(json.dumps(_answers(bench, number)), encoding="utf-8")
    words = [sys.executable, "-m", "tools.benchmarks.canned", str(answers), str(latency)]
    server = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        yield Canned(f"http://127.0.0.1:{server.stdout.readline().strip()}")
    finally:
        server.kill()
        server.communicate()


def _answers(bench: Bench, number: int) -> dict[str, Any]:
    bench.fill(1)
    client = bench.server.client("cloudcontrol", REGION)
    (pattern,) = names(1)
    listed = json.dumps(client.list_resources(**TYPE)["ResourceDescriptions"][0])
    read = json.dumps(client.get_resource(**TYPE, Identifier=pattern)["ResourceDescription"])
    every = names(number)
    pages = [every[begin : begin + PAGE] for begin in range(0, number, PAGE)]
    return {
        "pages": [
            {
                **TYPE,
                "ResourceDescriptions": [json.loads(listed.replace(pattern, name)) for name in page],
                **({"NextToken": str(place)} if place < len(pages) else {}),
            }
            for place, page in enumerate(pages, start=1)
        ],
        "resources": {name: {**TYPE, "ResourceDescription": json.loads(read.replace(pattern, name))} for name in every},
    }


# --- the separate process ---


class Service:
    """Sends the prepared responses to HTTP requests."""

    def __init__(self, answers: dict[str, Any], latency: float) -> None:
        self._pages = [json.dumps(page).encode() for page in answers["pages"]]
        self._resources = {name: json.dumps(found).encode() for name, found in answers["resources"].items()}
        self._latency = latency
        self._calls: Counter[str] = Counter()

    async def serve(self) -> None:
        """Print the port, and respond until the process is killed."""
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                answer = await self._answer(headers.get("x-amz-target", ""), body)
                kind = "Content-Type: application/x-amz-json-1.0"
                writer.write(f"HTTP/1.1 200 OK\r\n{kind}\r\nContent-Length: {len(answer)}\r\n\r\n".encode() + answer)
                await writer.drain()
        writer.close()

    async def _answer(self, target: str, body: bytes) -> bytes:
        if not target:
            counted, self._calls = self._calls, Counter()
            return json.dumps(counted).encode()
        request = json.loads(body)
        await asyncio.sleep(self._latency)
        if target.endswith("listresources"):
            self._calls["ListResources"] += 1
            return self._pages[int(request.get("NextToken", 0))]
        self._calls["GetResource"] += 1
        return self._resources[request["Identifier"]]


if __name__ == "__main__":
    prepared = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    asyncio.run(Service(prepared, float(sys.argv[2])).serve())
