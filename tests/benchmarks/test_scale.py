"""The simulation of many replicas, small: nobody is lost in it, and what it is to show can be seen."""

from dataclasses import replace

import pytest

from tests.benchmarks.scale import own_cost
from tests.benchmarks.scale.assumptions import CPU, GPU, HOURS, SIZES
from tests.benchmarks.scale.demand import Demand, weight_bytes
from tests.benchmarks.scale.fleet import Fleet
from tests.benchmarks.scale.routing import WAYS

EVENING = Demand((20,), seconds=6.0, load=0.1)


@pytest.mark.parametrize("routing", WAYS)
def test_everybody_is_answered_once(routing: str) -> None:
    fleet = Fleet(CPU, 10, routing)
    outcome = fleet.run(EVENING)
    assert outcome.asked == outcome.answered == len(list(EVENING.arrivals())) > 100
    assert [replica.jobs for replica in fleet.replicas] == [len(replica) for replica in fleet.replicas] == [0] * 10
    assert 0 < outcome.p50_s <= outcome.p99_s <= outcome.longest_s


def test_the_clock_is_virtual_and_the_same_demand_comes_out_the_same() -> None:
    one, other = (Fleet(CPU, 10, "random").run(EVENING).row() for _ in range(2))
    assert one.pop("cpu_job_s") != other.pop("cpu_job_s")
    assert one == other


def test_nobody_is_answered_before_the_device_could() -> None:
    outcome = Fleet(CPU, 10, "least loaded").run(EVENING)
    smallest = min(height * width for height, width, _ in SIZES)
    assert outcome.p50_s >= CPU.decode_s + CPU.run_s(smallest) + CPU.encode_s


def test_a_style_of_its_own_replica_is_loaded_less_often_than_at_random() -> None:
    evening = Demand((20,), seconds=40.0, load=0.1)
    loads = {way: Fleet(CPU, 10, way).run(evening, warm_s=20.0).loads_per_1000 for way in ("random", "style-affine")}
    assert loads["style-affine"] < 0.8 * loads["random"]


def test_two_choices_keep_the_longest_waits_shorter_than_one() -> None:
    busy = Demand((20,), seconds=15.0, load=0.15)
    p99_s = {way: Fleet(CPU, 10, way).run(busy).p99_s for way in ("random", "two choices")}
    assert p99_s["two choices"] < p99_s["random"]


def test_past_what_the_replicas_can_do_people_are_refused_and_nobody_else_is_lost() -> None:
    small = replace(CPU, limits=replace(CPU.limits, queue_jobs=5))
    fleet = Fleet(small, 2, "random")
    outcome = fleet.run(EVENING)
    assert outcome.refused > 0
    assert outcome.answered + outcome.refused == outcome.asked
    assert outcome.utilisation == pytest.approx(1.0, abs=0.1)


def test_batches_fill_on_a_device_that_gains_by_them() -> None:
    slow = replace(GPU, launch_s=0.5)
    assert Fleet(slow, 1, "random").run(EVENING).batch_jobs > Fleet(CPU, 10, "random").run(EVENING).batch_jobs


def test_what_warms_up_does_not_count() -> None:
    whole, later = (Fleet(CPU, 10, "style-affine").run(EVENING, warm_s=warm_s) for warm_s in (0.0, 3.0))
    assert later.asked < whole.asked
    assert later.loads_per_1000 < whole.loads_per_1000


def test_the_day_has_its_curve_and_its_mean() -> None:
    assert len(HOURS) == 24
    assert sum(HOURS) / 24 == pytest.approx(1.0, abs=0.02)
    night, evening = (len(list(Demand((hour,), 20.0, 0.1).arrivals())) for hour in (3, 20))
    assert evening > 4 * night


def test_one_style_in_ten_is_large() -> None:
    sizes = [weight_bytes(style) for style in range(2000)]
    assert sizes.count(max(sizes)) == 200


def test_the_scheduler_costs_something_and_it_is_measured() -> None:
    cost = own_cost.measure(8, seconds=0.01)
    assert all(value > 0 for value in cost.values())
