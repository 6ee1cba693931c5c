"""Background work: progress, cancelling, results and errors on the main thread."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine.errors import UserError
from engine.jobs import Job, Jobs
from engine.scene import SceneStack
from tests.rig.pilot import wait_until


@pytest.fixture
def stack() -> SceneStack:
    return SceneStack()


@pytest.fixture
def jobs(stack: SceneStack) -> Iterator[Jobs]:
    jobs = Jobs(stack.call_soon, processes=1)
    yield jobs
    jobs.close()


def delivered(stack: SceneStack, into: list[Any]) -> list[Any]:
    """What has arrived in ``into`` after what waited was run."""
    stack.run_calls()
    return into


def squared(number: int) -> int:
    if number < 0:
        raise UserError(f"{number} is below zero.")
    return number * number


def test_a_result_arrives_on_the_main_thread(jobs: Jobs, stack: SceneStack) -> None:
    got: list[tuple[int, int]] = []
    where: list[int] = []

    def work(job: Job[int]) -> int:
        where.append(threading.get_ident())
        return 42

    jobs.start("count", work, lambda result: got.append((result, threading.get_ident())))
    wait_until(lambda: delivered(stack, got), "the result")
    assert got == [(42, threading.get_ident())]
    assert where[0] != threading.get_ident()


def test_progress_is_seen_and_time_left_is_guessed(jobs: Jobs, stack: SceneStack) -> None:
    halfway, go_on = threading.Event(), threading.Event()

    def work(job: Job[str]) -> str:
        job.progress(5, 10)
        halfway.set()
        go_on.wait(10)
        job.progress(10)
        return "done"

    got: list[str] = []
    job = jobs.start("half", work, got.append)
    halfway.wait(10)
    assert job.share == 0.5
    assert job.left_s is not None
    assert jobs.running == (job,)
    go_on.set()
    wait_until(lambda: delivered(stack, got), "the result")
    assert job.share == 1.0
    assert job.state == "done"


def test_a_cancelled_job_hands_nothing_over(jobs: Jobs, stack: SceneStack) -> None:
    begun = threading.Event()

    def work(job: Job[str]) -> str:
        begun.set()
        while True:
            job.progress(0, 1)

    got: list[str] = []
    job = jobs.start("endless", work, got.append)
    begun.wait(10)
    job.cancel()
    wait_until(lambda: job.state == "cancelled", "the end of the job")
    stack.run_calls()
    assert got == []


def test_errors_arrive_as_one_sentence(jobs: Jobs, stack: SceneStack) -> None:
    def told(name: str, work: Callable[[Job[None]], None]) -> str:
        errors: list[str] = []
        jobs.start(name, work, lambda _: None, lambda error: errors.append(str(error)))
        wait_until(lambda: delivered(stack, errors), "the error")
        return errors[0]

    def known(job: Job[None]) -> None:
        raise UserError("The folder x is empty; choose another.")

    def unforeseen(job: Job[None]) -> None:
        raise KeyError("lane")

    assert told("known", known) == "The folder x is empty; choose another."
    assert told("reading charts", unforeseen).startswith("reading charts did not work (KeyError")


def test_many_items_keep_their_order_and_come_in_handfuls(jobs: Jobs, stack: SceneStack) -> None:
    results: list[list[int]] = []
    handfuls: list[int] = []
    job = jobs.start_many("squares", squared, range(100), results.append, each=handfuls.extend)
    wait_until(lambda: delivered(stack, results), "the results", within_s=30)
    assert results == [[number * number for number in range(100)]]
    assert sorted(handfuls) == results[0]
    assert (job.done, job.total, job.state) == (100, 100, "done")


def test_one_bad_item_is_told(jobs: Jobs, stack: SceneStack) -> None:
    told: list[str] = []
    jobs.start_many("squares", squared, [1, 2, -3], lambda _: None, lambda error: told.append(str(error)))
    wait_until(lambda: delivered(stack, told), "the error", within_s=30)
    assert told == ["-3 is below zero."]


def test_nothing_to_do_is_done_at_once(jobs: Jobs, stack: SceneStack) -> None:
    results: list[list[int]] = []
    jobs.start_many("squares", squared, [], results.append)
    wait_until(lambda: delivered(stack, results), "the results", within_s=30)
    assert results == [[]]


def killed(_number: int) -> int:
    os._exit(9)


def test_after_a_process_was_killed_there_are_new_ones(jobs: Jobs, stack: SceneStack) -> None:
    told: list[str] = []
    jobs.start_many("importing", killed, [1], lambda _: None, lambda error: told.append(str(error)))
    wait_until(lambda: delivered(stack, told), "the error", within_s=30)
    assert told[0].startswith("importing did not work")
    results: list[list[int]] = []
    jobs.start_many("squares", squared, [3], results.append)
    wait_until(lambda: delivered(stack, results), "the results", within_s=30)
    assert results == [[9]]


def test_a_job_runs_until_its_result_was_handed_over(jobs: Jobs, stack: SceneStack) -> None:
    seen: list[str] = []
    job = jobs.start("quick", lambda _: 1, lambda _: seen.append(job.state))
    assert jobs.running == (job,)  # whatever the thread has done by now
    wait_until(lambda: delivered(stack, seen), "the result")
    assert seen == ["done"]
    assert not jobs.running


def test_what_is_cancelled_while_its_result_waits_is_not_handed_over() -> None:
    waiting: list[Callable[[], None]] = []
    jobs = Jobs(waiting.append, processes=1)
    got: list[object] = []

    def broken(job: Job[int]) -> int:
        raise UserError("The folder x is empty; choose another.")

    for work in (lambda job: 1, broken):
        job = jobs.start("quick", work, got.append, got.append)
        wait_until(lambda: waiting, "the result")
        job.cancel()
        waiting.pop()()
        assert job.state == "cancelled"
    jobs.close()
    assert got == []


GAME = """
import multiprocessing, os
from engine.jobs import Jobs

def stop(_):
    print(multiprocessing.active_children()[0].pid, flush=True)
    os._exit(1)

Jobs(lambda call: call(), processes=1).start_many("numbers", abs, [1], stop)
"""


def test_the_processes_end_with_the_game_however_that_ends() -> None:
    root = Path(__file__).resolve().parents[3]
    game = subprocess.run([sys.executable, "-c", GAME], cwd=root, capture_output=True, text=True, timeout=60)
    child = int(game.stdout)
    wait_until(lambda: not psutil.pid_exists(child), "the end of the process")
