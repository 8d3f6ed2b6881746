"""`python -m tests.emulator`: an AWS to try the modules on, without an account, until Ctrl-C."""

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
_IAM = "IAM is enforced. These keys are the root user's; make users with policies through IAM, as in docs/iam."


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM."""
    options = _parser().parse_args(arguments)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    settings = {name: getattr(options, name) for name in ("operation_seconds", "transition_seconds", "enforce_iam")}
    try:
        server = EmulatorServer(host=options.host, port=options.port, **settings)
        with server:
            _say(_welcome(server, options.region, server.seed(options.region) if options.seed else None))
            stopped.wait()
    except (OSError, SystemExit) as error:
        reason = f": {error}" if isinstance(error, OSError) else "."  # werkzeug has said why before it exits
        _say(f"The emulator cannot listen at {options.host}:{options.port}{reason}")
        _say("With PORT=0 (--port 0) it takes a free port.")
        return 1
    _say("The emulator has stopped; everything in it is gone.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.emulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (%(default)s)")
    parser.add_argument("--port", type=int, default=5000, help="the port; 0 takes a free one (%(default)s)")
    parser.add_argument("--region", default="us-east-1", help="the region to name and to seed (%(default)s)")
    parser.add_argument("--seed", action="store_true", help="make a bucket, a role, two models and an endpoint")
    parser.add_argument("--enforce-iam", action="store_true", help="ask IAM; the keys named are the root user's")
    seconds, times = "%(default)s seconds", Settings()
    parser.add_argument(
        "--operation-seconds", type=float, default=times.operation_seconds, help=f"how long operations take ({seconds})"
    )
    parser.add_argument(
        "--transition-seconds",
        type=float,
        default=times.transition_seconds,
        help=f"each of Creating, Updating, Starting and Stopping lasts so long ({seconds})",
    )
    return parser


def _welcome(server: EmulatorServer, region: str, seed: Seed | None) -> str:
    exports = [f"  export {name}={value}" for name, value in {**server.environment(region), **_ansible()}.items()]
    lines = [
        f"The emulated AWS listens at {server.endpoint_url}. Point Ansible, boto3 or the AWS CLI at it with:",
        "",
        *exports,
        "",
        *(_seeded(seed) if seed else ["Nothing is there yet; --seed makes what an inference experiment needs.", ""]),
        *([_IAM, ""] if server.settings.enforce_iam else []),
        f"Controls below {server.endpoint_url}{PREFIX}/, with examples in {_GUIDE}:",
        "",
        *(f"  {key:<32} {effect}" for key, effect in CONTROLS.items()),
        "",
        "Ctrl-C stops it.",
    ]
    return "\n".join(lines)


def _ansible() -> dict[str, str]:
    """Where this checkout's own Ansible and collections are, if `make` has put them there."""
    build = Path(__file__).resolve().parents[2] / ".build"
    if not (build / "collections").is_dir():
        return {}
    return {
        "PATH": f"{build / 'venv' / 'bin'}:$PATH",
        "ANSIBLE_COLLECTIONS_PATH": f"{build / 'collections'}:{sysconfig.get_path('purelib')}",
        # That there is no inventory is right here, and no news.
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "False",
    }


def _seeded(seed: Seed) -> list[str]:
    return [
        f"Ready to be used in {seed.region}:",
        "",
        f"  role_arn:      {seed.role_arn}",
        f"  endpoint_name: {seed.endpoint_name}",
        f"  model_name:    {seed.production_model} (in production), {seed.shadow_model} (for the shadow)",
        f"  destination:   {seed.destination}",
        "",
    ]


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
