# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that AWS would not give, made of those that it gives by putting something else at every place of them.

Whatever comes, a task ends soon and in words, tells no change that there was not, and writes nothing on garbage. A
share of the places; THOROUGH=1 in the environment makes it thousands.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support.malformed_values import Gone, Path, put_at, value_paths
from tests.support.network_failures import ALWAYS, CONTENT, DECIDED_ON, MOST_CALLS, SCENES, Scene
from tests.support.tasks import exists, stored_experiment, succeeded
from tests.support.thorough import some
from tests.unit.conftest import Run

ODD: tuple[Any, ...] = (
    *(Gone, None, 0, -1, 1.5, True, "", "x", "\ud800", [], [None], ["x"], {}, {"a": 1}, {"": None}, [[]]),
    *(10**30, "NaN", [{}], [1]),
)


CALLS = some([(scene, call) for scene in SCENES for call in scene.calls], each=3)


def answers_of(run: Run, emulator: Emulator, scene: Scene, call: str) -> list[Any]:
    """What a call is answered with if all is well."""
    seen: list[Any] = []
    scene.prepare(emulator)

    def note(answer: Any) -> Any:
        seen.append(answer)
        return answer

    emulator.fault(call, "changed", change=note, times=ALWAYS)
    succeeded(scene.play(run))
    return [answer for answer in seen if "__type" not in answer]


def complaints(
    run: Run, emulator: Emulator, scene: Scene, call: str, path: Path, new: Any, *, garbage: bool
) -> Iterator[str]:
    """What the module makes of an answer that it should not."""
    scene.prepare(emulator)
    before = stored_experiment(emulator) if exists(emulator) else None
    emulator.fault(call, "changed", change=lambda answer: put_at(answer, path, new), times=ALWAYS)
    result = scene.play(run)
    writes, after = emulator.writes(), stored_experiment(emulator) if exists(emulator) else None
    if "exception" in result:
        yield "a traceback"
    if len(emulator.calls()) > MOST_CALLS:
        yield f"{len(emulator.calls())} calls"
    if not result.failed and result.changed != bool(writes):
        yield f"changed is {result.changed} after {writes}"
    if not result.failed and not result.changed and before != after:
        yield "something has changed and it is not told"
    if result.changed and not writes:
        yield "a change is told that there was not"
    if writes and garbage:
        yield f"{writes} on garbage: {result.msg}"


def is_garbage(properties: Any, path: Path, new: Any) -> bool:
    """Whether nothing can be decided on such properties; another text, or one thing less, might be the truth."""
    if put_at(properties, path, Gone) == properties:
        return False
    if path[:3] != CONTENT or len(path) == len(CONTENT):
        return path not in (("TypeName",), ("ResourceDescription", "Identifier"))
    old_may_be = {"InstanceCount": (int,), "SamplingPercentage": (int,)}.get(str(path[-1]), (str, dict, list))
    return path[3] in DECIDED_ON and type(new) not in (*old_may_be, type, type(None))


@pytest.mark.parametrize(("scene", "call"), CALLS, ids=[f"{scene.title}: {call}" for scene, call in CALLS])
def test_whatever_is_answered(run: Run, emulator: Emulator, scene: Scene, call: str) -> None:
    answers = answers_of(run, emulator, scene, call)
    read_first = call == "GetResource" and scene.found is not None
    paths = dict.fromkeys(itertools.chain(*map(value_paths, answers)))
    mutants = [(path, new) for path in paths for new in ODD if path or new is not Gone]
    tried = some(mutants, each=541, thorough=7, turn=CALLS.index((scene, call)))
    found = []
    for path, new in tried:
        garbage = read_first and is_garbage(answers[0], path, new)
        said = list(complaints(run, emulator, scene, call, path, new, garbage=garbage))
        found += [(path, new, *said)] if said else []
    assert found == []
