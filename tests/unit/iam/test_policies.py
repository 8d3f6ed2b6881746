"""The files of docs/iam are valid policies, and the documentation agrees with them."""

from __future__ import annotations

import json
import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.environment import ROOT
from tests.support.iam_policies import (
    FOLDER,
    HANDLER_ROLE,
    HANDLER_ROLE_ARN,
    NAME,
    OPERATOR,
    PLUGINS,
    POLICIES,
    READ_ONLY,
    TRUST,
    WITH_HANDLER_ROLE,
    actions,
    documented,
    read,
)
from tests.support.iam_scenarios import table

TAGGING = {"sagemaker:AddTags", "sagemaker:DeleteTags", "sagemaker:ListTags"}
GUIDE = "docs/docsite/rst/guide_permissions.rst"
PAGE = (ROOT / GUIDE).read_text(encoding="utf-8")


def _statements() -> list[Any]:
    """Return the statements of all policies."""
    found = [(name, statement) for name in POLICIES for statement in read(name)["Statement"]]
    return [pytest.param(statement, id=f"{name}: {statement['Sid']}") for name, statement in found]


@pytest.fixture(scope="module")
def reference() -> Any:
    """Return the actions and their resources, from the service authorization reference in cfn-lint."""
    found = find_spec("cfnlint")  # an import of cfn-lint takes longer than all tests of this file
    assert found is not None
    assert found.origin is not None
    data = Path(found.origin).parent / "data" / "AdditionalSpecs" / "Policies.json"
    return json.loads(data.read_text(encoding="utf-8"))


def test_folder_has_known_policies_only() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {*POLICIES, TRUST}


@pytest.mark.parametrize("name", [*POLICIES, TRUST])
def test_policy_has_current_version_and_distinct_statement_ids(name: str) -> None:
    policy = read(name)
    assert list(policy) == ["Version", "Statement"]
    assert policy["Version"] == "2012-10-17"
    names = [statement["Sid"] for statement in policy["Statement"]]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[A-Za-z0-9]+", name) for name in names)
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert text == json.dumps(policy, indent=2) + "\n"
    assert len(re.sub(r"\s", "", text)) <= 2048, "the maximum for an inline policy of a user"


@pytest.mark.parametrize("statement", _statements())
def test_statement_allows_existing_actions(statement: dict[str, Any], reference: Any) -> None:
    assert set(statement) - {"Condition"} == {"Sid", "Effect", "Action", "Resource"}
    assert statement["Effect"] == "Allow"
    assert statement["Action"] == sorted(set(statement["Action"]))
    for action in statement["Action"]:
        prefix, operation = action.split(":")
        assert operation.lower() in reference[prefix]["Actions"]


@pytest.mark.parametrize("statement", _statements())
def test_statement_has_resources_of_actions(statement: dict[str, Any], reference: Any) -> None:
    for action in statement["Action"]:
        prefix, operation = action.split(":")
        kinds = reference[prefix]["Actions"][operation.lower()].get("Resources", [])
        if action in TAGGING:
            kinds = ["inference-experiment"]  # the reference omits it, see the guide to permissions
        if action == "cloudwatch:GetMetricData":
            kinds = []  # a dataset is optional, and metrics have no ARN
        kind = re.match(r"arn:aws:\w+:[^:]*:[^:]*:([a-z-]+)/", statement["Resource"])
        assert ([kind[1]] if kind else []) == kinds


@pytest.mark.parametrize("statement", _statements())
def test_pass_role_is_for_one_role_and_one_service(statement: dict[str, Any]) -> None:
    if "iam:PassRole" not in statement["Action"]:
        assert "Condition" not in statement
        return
    assert statement["Action"] == ["iam:PassRole"]
    assert "*" not in statement["Resource"]
    handler = statement["Resource"] == HANDLER_ROLE_ARN
    service = "cloudformation" if handler else "sagemaker"
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": f"{service}.amazonaws.com"}}


def test_handler_role_and_caller_together_have_actions_of_operator() -> None:
    own = {"sagemaker:DescribeInferenceExperiment", "iam:PassRole"}
    verifying = {"sagemaker:DescribeEndpoint", "sagemaker:DescribeEndpointConfig"}
    caller, handler = set(actions(read(WITH_HANDLER_ROLE))), set(actions(read(HANDLER_ROLE)))
    assert caller | handler == set(actions(read(OPERATOR)))
    assert caller & handler == own
    assert {action.partition(":")[0] for action in caller - own - verifying} == {"cloudformation"}


def test_read_only_policy_has_read_actions_only() -> None:
    assert all(re.match(r"\w+:(Get|List|Describe)", action) for action in actions(read(READ_ONLY)))


def test_notes_of_modules_name_actions_of_policies() -> None:
    assert documented("inference_experiment_info") == set(actions(read(READ_ONLY)))
    only_to_list = {"cloudformation:ListResources", "sagemaker:ListInferenceExperiments"}
    assert documented("inference_experiment") == set(actions(read(OPERATOR))) - only_to_list


def test_documentation_names_actions_of_policies_only() -> None:
    known = {action for name in POLICIES for action in actions(read(name))}
    known |= {"cloudformation:CancelResourceRequest", "iam:PassedToService"}  # in no policy, and no action
    documents = [path for suffix in ("md", "rst") for path in (ROOT / "docs").rglob(f"*.{suffix}")]
    pages = [ROOT / "README.md", *documents, *(ROOT / "plugins").rglob("*.py")]
    named = {name for page in pages for name in NAME.findall(page.read_text(encoding="utf-8"))}
    assert named - known == set()


def test_guide_contains_table_of_actions() -> None:
    assert table() in PAGE, f"put the result of tests.support.iam_scenarios.table() into {GUIDE}"


def test_guide_lists_every_policy_file() -> None:
    linked = re.findall(r"^   \* - `(\w+)\.json\s+<https://\S+/docs/iam/(\w+)\.json>`__\n     - \S", PAGE, re.MULTILINE)
    assert {name for name, file in linked if name == file} == {*POLICIES, TRUST}


def test_readme_and_modules_link_to_policies() -> None:
    assert f"/{GUIDE})" in (ROOT / "README.md").read_text(encoding="utf-8")
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    fragment = yaml.safe_load(import_module(f"{PLUGINS}.doc_fragments.cloud_control").ModuleDocFragment.DOCUMENTATION)
    assert f"U({galaxy['repository']}/tree/main/docs/iam)" in " ".join(fragment["notes"])
