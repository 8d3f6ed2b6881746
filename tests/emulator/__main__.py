"""Run an emulator of AWS until Ctrl-C, to try playbooks without an AWS account."""

from __future__ import annotations

import argparse
import signal
import sys
import sysconfig
import threading
from collections.abc import Sequence
from pathlib import Path

from .control_api import CONTROLS, PREFIX
from .seed import Seed
from .server import EmulatorServer
from .settings import Settings

_GUIDE = "docs/docsite/rst/guide_emulator.rst"
_IAM = "IAM policies are enforced. The access key is that of the root user. See docs/iam for policies of other users."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGINT or SIGTERM. Return 1 if the address is not available."""
    options = _parser().parse_args(arguments)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    settings = {name: getattr(options, name) for name in ("operation_seconds", "transition_seconds", "enforce_iam")}
    try:
        server = EmulatorServer(host=options.host, port=options.port, **settings)
        with server:
            _print(_welcome(server, options.region, server.seed(options.region) if options.seed else None))
            stopped.wait()
    except (OSError, SystemExit) as error:
        reason = f": {error}" if isinstance(error, OSError) else "."  # werkzeug has printed the reason before it exits
        _print(f"The emulator cannot listen on {options.host}:{options.port}{reason}")
        _print("To use a free port, set PORT=0 (make) or --port 0.")
        return 1
    _print("The emulator has stopped. All its resources are deleted.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.emulator", description=__doc__)
    default, settings = "default: %(default)s", Settings()

    def option(name: str, value: str | float, effect: str) -> None:
        parser.add_argument(name, type=type(value), default=value, help=f"{effect}; {default}")

    option("--host", "127.0.0.1", "the address to listen on")
    option("--port", 5000, "the port to listen on, 0 for a free port")
    option("--region", "us-east-1", "the region of the resources")
    option("--operation-seconds", settings.operation_seconds, "the seconds that an operation lasts")
    option("--transition-seconds", settings.transition_seconds, "the seconds that a transitional status lasts")
    parser.add_argument("--seed", action="store_true", help="create a bucket, a role, two models and an endpoint")
    parser.add_argument("--enforce-iam", action="store_true", help="enforce IAM policies")
    return parser


def _welcome(server: EmulatorServer, region: str, seed: Seed | None) -> str:
    exports = [f"  export {name}={value}" for name, value in {**server.environment(region), **_ansible()}.items()]
    lines = [
        f"The emulator of AWS listens on {server.endpoint_url}. To use it, run these commands in another terminal:",
        "",
        *exports,
        "",
        *(_seeded(seed) if seed else ["The emulator has no resources. --seed creates those that a test needs.", ""]),
        *([_IAM, ""] if server.settings.enforce_iam else []),
        f"Control API at {server.endpoint_url}{PREFIX}/. See {_GUIDE} for examples.",
        "",
        *(f"  {key:<32} {effect.partition(':')[0]}" for key, effect in CONTROLS.items()),
        "",
        "Press Ctrl-C to stop the emulator. This deletes all its resources.",
    ]
    return "\n".join(lines)


def _ansible() -> dict[str, str]:
    """Return the variables that select Ansible and the collections in .build if `make` has installed them."""
    build = Path(__file__).resolve().parents[2] / ".build"
    if not (build / "collections").is_dir():
        return {}
    return {
        "PATH": f"{build / 'venv' / 'bin'}:$PATH",
        "ANSIBLE_COLLECTIONS_PATH": f"{build / 'collections'}:{sysconfig.get_path('purelib')}",
        # Playbooks for localhost need no inventory.
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "False",
    }


def _seeded(seed: Seed) -> list[str]:
    return [
        f"Resources in {seed.region}:",
        "",
        f"  role_arn:      {seed.role_arn}",
        f"  endpoint_name: {seed.endpoint_name}",
        f"  model_name:    {seed.production_model} (production), {seed.shadow_model} (for the shadow variant)",
        f"  destination:   {seed.destination}",
        "",
    ]


def _print(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
