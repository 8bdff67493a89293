"""The NIST XDS test kit, replayed in the `ihe` profile over HTTP, and the examples that come with it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from nist_caller import NistCaller
from nist_ledger import Verdict
from nist_plan import INSTRUCTIONS, XDS, Kit, Step
from nist_replay import Replay
from nist_report import Report
from nist_tables import DIVERGENCES, unreplayable
from raw import RawCaller

from sandboxes import Sandbox

KIT = Kit.read(XDS / "nist-testkit")
EXAMPLES = Kit.read(*sorted((XDS / "nist-examples").glob("*")))
DIVERGENCES_PAGE = Path(__file__).parents[2] / "docs" / "divergences.md"

pytestmark = pytest.mark.skipif(not KIT.tests, reason="the NIST test kit is not here")


@pytest.fixture(scope="module")
def caller(plain: Sandbox) -> Iterator[NistCaller]:
    """A hospital, its doctor and the administrator, in a sandbox of the `ihe` profile."""
    with RawCaller(plain.folder) as hospital, RawCaller(plain.folder, tls="administrator") as administrator:
        yield NistCaller(plain, hospital, administrator)


@pytest.fixture(scope="module")
def replay(caller: NistCaller) -> Replay:
    """The kit, from its first step."""
    return Replay(KIT, caller)


@pytest.fixture(scope="module")
def replayed_examples(caller: NistCaller) -> Replay:
    """The examples, from the first."""
    return Replay(EXAMPLES, caller)


def assert_as_told(replay: Replay, step: Step) -> None:
    """The step passes, or fails as the table of divergences says."""
    played = replay.play(step)
    if played.verdict is Verdict.NOT_REPLAYABLE:
        pytest.skip(played.reason)
    if step.id in DIVERGENCES:
        assert played.verdict is not Verdict.PASSED, "passes: take it out of the divergences"
        assert DIVERGENCES[step.id] in played.reason
    else:
        assert played.verdict is Verdict.PASSED, played.reason


@pytest.mark.parametrize("step", KIT.steps, ids=lambda step: step.id)
def test_a_step_of_the_kit(replay: Replay, step: Step):
    assert_as_told(replay, step)


@pytest.mark.parametrize("step", EXAMPLES.steps, ids=lambda step: step.id)
def test_a_step_of_the_examples(replayed_examples: Replay, step: Step):
    assert_as_told(replayed_examples, step)


def test_the_share_of_the_kit_that_passes(replay: Replay, capsys: pytest.CaptureFixture[str]):
    """Prints the count; `DMP_NIST_TABLE=FILE` writes what came of every step."""
    report = Report.of(replay)
    with capsys.disabled():
        print(f"\nNIST test kit: {report}")  # noqa: T201
    if table := os.environ.get("DMP_NIST_TABLE"):
        report.write(Path(table))
    assert report.share >= 0.97


def test_every_instruction_of_the_plans_is_known():
    known = [step for step in (*KIT.steps, *EXAMPLES.steps) if not unreplayable(step)]
    assert {child.tag for step in known for child in step.element} - INSTRUCTIONS == set()


def test_every_step_that_can_be_replayed_expects_something():
    known = [step for step in (*KIT.steps, *EXAMPLES.steps) if not unreplayable(step)]
    assert [step.id for step in known if not (step.expected.status or step.expected.assertions)] == []


def test_every_divergence_is_told_in_its_page():
    told = DIVERGENCES_PAGE.read_text()
    assert [step for step in DIVERGENCES if f"`{step}`" not in told] == []


def test_no_divergence_is_told_of_a_step_that_is_not_in_the_data():
    assert set(DIVERGENCES) <= {step.id for step in (*KIT.steps, *EXAMPLES.steps)}
