"""The service's own measures."""

from inference.metrics import RECENT_S, Metrics


def test_pictures_per_second_looks_back_one_minute() -> None:
    now = 0.0
    metrics = Metrics(clock=lambda: now)
    for _ in range(30):
        metrics.finish("ash")
        now += 1.0
    assert metrics.pictures_per_second() == 30 / RECENT_S
    assert b"atelier_pictures_per_second 0.5" in metrics.text()
    now += RECENT_S
    assert metrics.pictures_per_second() == 0


def test_two_services_in_one_process_do_not_clash() -> None:
    one, other = Metrics(), Metrics()
    one.finish("ash")
    assert b'atelier_jobs_finished_total{style="ash"} 1.0' in one.text()
    assert b"atelier_jobs_finished_total{" not in other.text()
