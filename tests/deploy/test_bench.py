"""The benchmark itself: what it sends, what it counts, and that it measures the service that people get."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.bench import engine, notes, photos, simulated, traces, watch
from deploy.bench.engine import Started
from deploy.bench.figures import Costs, Turn, figures, jain, shares, span
from deploy.bench.host import serve
from deploy.bench.library import NotedLibrary
from deploy.bench.load import DIALECTS, Answer, Sending, send
from deploy.bench.notes import Noted, Notes
from deploy.bench.offer import Offer, copies, styles
from deploy.bench.table import ahead, polite_cost, ratio, tables
from deploy.bench.traces import ALONE, BESIDE, BROKEN, BURSTY, GREEDY, SATURATED, STEADY, TRACES, Ask, Trace, pile, plan
from deploy.bench.trial import Measured, Outcome
from deploy.bench.watch import Watch, family
from deploy.cli import main
from styles.library import BUILT_IN, Library

IDS = [f"style-{number}" for number in range(200)]
BUILT = (str(BUILT_IN),)


def trace(name: str) -> Trace:
    return next(one for one in TRACES if one.name == name)


# What is sent.


def test_every_engine_is_sent_the_same() -> None:
    for one in TRACES:
        for load in one.loads:
            assert plan(one, load, IDS, 20, 5) == plan(one, load, IDS, 20, 5)


def test_people_send_by_their_clock_as_often_as_the_load_says() -> None:
    asks = plan(trace("mixed"), STEADY, IDS, rate=100, seconds=50)
    assert len(asks) == pytest.approx(0.7 * 100 * 50, rel=0.1)
    assert [ask.at_s for ask in asks] == sorted(ask.at_s for ask in asks)
    assert {ask.photo for ask in asks} == {"256", "400", "512", "640"}
    assert len({ask.user for ask in asks}) == 50


def test_the_first_style_is_asked_for_twice_as_often_as_the_second() -> None:
    often = Counter(ask.style for ask in plan(trace("mixed"), SATURATED, IDS, rate=100, seconds=40))
    assert set(often) == set(IDS[:8])
    assert often[IDS[0]] == pytest.approx(2 * often[IDS[1]], rel=0.15)


def test_two_hundred_styles_are_all_there() -> None:
    assert len({style for style, _ in pile(trace("many"), IDS, 20_000)}) == 200


def test_the_greedy_person_comes_on_top_of_what_the_others_send_anyway() -> None:
    alone, beside = (plan(trace("greedy"), load, IDS, rate=20, seconds=30) for load in (ALONE, BESIDE))
    assert [ask for ask in beside if ask.user != GREEDY] == alone
    assert sum(ask.user == GREEDY for ask in beside) == pytest.approx(20 * 30, rel=0.15)


def test_half_of_the_bursty_load_comes_at_once() -> None:
    asks = plan(trace("bursts"), BURSTY, IDS, rate=50, seconds=40)
    together = [count for count in Counter(ask.at_s for ask in asks).values() if count > 1]
    assert together == [60] * 10
    assert sum(together) == pytest.approx(len(asks) / 2, rel=0.1)


def test_one_job_in_fifty_is_broken_and_none_of_the_bare_pipelines() -> None:
    asks = plan(trace("broken"), SATURATED, IDS, rate=100, seconds=40)
    assert sum(ask.photo in BROKEN for ask in asks) / len(asks) == pytest.approx(0.02, rel=0.3)
    assert not {photo for _, photo in pile(trace("broken"), IDS, 5000)} & set(BROKEN)


# What is counted.


def answer(user: str = "a", due_s: float = 5, took_s: float = 1, status: int = 200, photo: str = "512") -> Answer:
    return Answer(user, photo, due_s, due_s + took_s, status, status == 200)


FREE = Costs(0, 0, 0)


def turn(*answers: Answer, loads: int = 0, batches: tuple[int, ...] = (), costs: Costs = FREE) -> Turn:
    return Turn(answers, (0, 10), Noted(loads, batches), costs)


def test_only_the_warm_part_of_a_load_counts() -> None:
    began_s, seconds = 100.0, 10.0
    warm = span(began_s, seconds)
    early, within = answer(due_s=100.1, took_s=0.1), [answer(due_s=105 + at / 10, took_s=0.2) for at in range(10)]
    found = figures([replace(turn(early, *within), warm=warm)])
    assert found.asked == found.styled == 10
    assert found.pictures_per_second == pytest.approx(10 / 8.5)
    assert found.p50_s == pytest.approx(0.2)


def test_waits_are_counted_from_when_a_person_wanted_to_send() -> None:
    waits = [answer(due_s=5, took_s=second) for second in (1, 2, 3, 4)]
    found = figures([turn(*waits)])
    assert (found.p50_s, found.longest_s) == (3, 4)


def test_refusals_failures_and_silence_are_told_apart() -> None:
    given = [answer(), answer(status=503), answer(status=429), answer(status=500), answer(status=0)]
    broken = [answer(status=400, photo="damaged"), answer(status=500, photo="cut-short")]
    found = figures([turn(*given, *broken)])
    assert (found.asked, found.styled, found.refused, found.innocent_failed, found.unanswered, found.broken) == (
        (5, 1, 2, 1, 1, 2)
    )


def test_what_the_engine_took_is_shared_out_among_its_pictures() -> None:
    found = figures([turn(answer(), answer(), loads=1, batches=(1, 3), costs=Costs(5_000_000, 0.5, 0.01))])
    assert (found.loads_per_1000, found.mean_batch, found.peak_memory_mb) == (500, 2, 5)
    assert (found.cpu_ms_per_picture, found.load_cpu_ms_per_picture) == (250, 5)


def test_an_engine_that_says_its_batches_need_not_note_them() -> None:
    given = [replace(answer(), batch=size) for size in (1, 3, 3, 3)]  # two runs
    assert figures([turn(*given)]).mean_batch == pytest.approx(2)


def test_rounds_count_together() -> None:
    one = turn(answer(took_s=1), answer(took_s=2), loads=1, batches=(2,), costs=Costs(3_000_000, 1, 0))
    other = turn(answer(took_s=3), answer(took_s=4), loads=2, batches=(1, 1), costs=Costs(9_000_000, 3, 0))
    found = figures([one, other])
    assert (found.pictures_per_second, found.p50_s, found.longest_s) == (0.2, 3, 4)
    assert found.loads_per_1000 == 750
    assert found.mean_batch == pytest.approx(4 / 3)
    assert (found.peak_memory_mb, found.cpu_ms_per_picture) == (9, 1000)


def test_a_turn_comes_out_of_its_file_as_it_went_in() -> None:
    kept = replace(turn(answer(), loads=1, batches=(2, 3), costs=Costs(1, 2, 3)), stolen=0.25)
    assert Turn.of(json.loads(json.dumps(asdict(kept)))) == replace(kept, answers=[answer()])


def test_jains_index_is_one_for_equals_and_one_nth_for_a_tyrant() -> None:
    assert jain([2, 2, 2]) == pytest.approx(1)
    assert jain([6, 0, 0]) == pytest.approx(1 / 3)


def test_who_asks_for_little_and_gets_it_all_has_a_fair_share() -> None:
    asked = {"modest": 2, "greedy": 100}
    assert shares(asked, {"modest": 2, "greedy": 8}) == [1, 1]
    assert shares(asked, {"modest": 0, "greedy": 10}) == [0, 10 / 8]


def test_notes_are_read_as_they_were_written_and_no_others(tmp_path: Path) -> None:
    path = tmp_path / "notes"
    before_s = time.monotonic()
    written = Notes(str(path))
    written.loaded()
    written.ran(3)
    written.ran(1)
    assert notes.read(path, before_s - 1, before_s + 60) == Noted(1, (3, 1))
    assert notes.read(path, before_s + 60, before_s + 120) == Noted(0, ())
    assert notes.read(tmp_path / "absent", 0, 1) == Noted(0, ())


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs Linux's /proc")
def test_the_memory_and_the_time_of_children_count() -> None:
    code = "x = bytearray(80_000_000)\nfor at in range(3_000_000): x[at] = 1\nprint('held', flush=True)\ninput()"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {code!r}])"
    command = [sys.executable, "-c", parent]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        with Watch(process.pid) as watched:
            process.stdout.readline()
            assert len(family(process.pid)) == 2
            deadline = time.monotonic() + 30
            while watched.peak_bytes < 80_000_000 and time.monotonic() < deadline:
                time.sleep(0.05)
        process.stdin.close()
    assert watched.peak_bytes >= 80_000_000
    assert watched.cpu_s > 0.02


@pytest.mark.parametrize(
    ("stolen", "measured"),
    [((0.01,), "first"), ((0.4, 0.04, 0.0), "second"), ((0.3, 0.1, 0.2), "second"), ((0.1, 0.2, 0.3), "first")],
)
def test_what_was_measured_on_a_machine_that_others_had_is_measured_again(
    stolen: tuple[float, ...], measured: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred ticks of the cores were wanted each time; some of them others had."""
    worked = had = 0

    def tick(share: float) -> None:
        nonlocal worked, had
        worked, had = worked + round(100 * (1 - share)), had + round(100 * share)
        (tmp_path / "stat").write_text(f"cpu  {worked} 0 0 999 0 0 0 {had} 0 0\ncpu0 1\n")

    monkeypatch.setattr(watch, "PROC", tmp_path)
    tick(0)
    tries = zip(("first", "second", "third"), stolen, strict=False)

    def measure() -> str:
        name, share = next(tries)
        tick(share)
        return name

    found, _ = watch.least_disturbed(measure)
    assert found == measured


# What is served.


def test_copies_of_packs_are_packs_and_the_shipped_ones_stay_as_they_are(tmp_path: Path) -> None:
    before = Library.open(built_in=BUILT_IN).cards()
    copies(tmp_path, len(before) + 2)
    library = Library.open(built_in=tmp_path)
    assert len(library.cards()) == len(before) + 2
    assert not library.broken()
    assert Library.open(built_in=BUILT_IN).cards() == before


def test_the_simulated_device_takes_as_long_as_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated, "LOAD_S", 0.0)
    card = Library.open().cards()[0]
    style = simulated.load(card)
    import torch

    images = torch.rand(4, 3, 128, 128)
    began_s = time.perf_counter()
    styled = style(images)
    assert time.perf_counter() - began_s >= simulated.seconds(4, 128 * 128) >= simulated.LAUNCH_S
    assert torch.equal(styled, images)


@pytest.fixture
def offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Offer:
    for name in ("LAUNCH_S", "LOAD_S"):
        monkeypatch.setattr(simulated, name, 0.001)
    photos.write(tmp_path / "photos")
    return Offer(BUILT, str(tmp_path / "notes"), 2, 16, simulated=True)


async def test_the_service_is_measured_as_people_meet_it(offer: Offer, tmp_path: Path) -> None:
    ids, port = styles(offer.roots), free_port()
    asks = [Ask(0.01 * at, ids[at % 4], photo, f"person {at}") for at, photo in enumerate(["256", "400", *BROKEN] * 3)]
    serving = asyncio.create_task(serve(offer, port))
    try:
        while not serving.done() and not listens(port):
            await asyncio.sleep(0.05)
        sending = Sending(f"http://127.0.0.1:{port}", "atelier", str(tmp_path / "photos"), asks, None, 60)
        answers, began_s = await send(sending)
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
    assert all(one.styled for one in answers if one.photo not in BROKEN)
    assert {one.status for one in answers if one.photo in BROKEN} == {415}
    noted = notes.read(Path(offer.notes), began_s, time.monotonic())
    assert all(one.batch >= 1 for one in answers if one.styled)
    assert noted.loads >= 2  # four styles, and room for two


async def test_under_a_bounded_load_no_more_than_that_wait(tmp_path: Path) -> None:
    photos.write(tmp_path)
    at_once, most = 0, 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal at_once, most
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                await reader.readexactly(length)
                at_once += 1
                most = max(most, at_once)
                await asyncio.sleep(0.02)
                at_once -= 1
                writer.write(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        asks = [Ask(0.0, "a", "256", "u")] * 30
        answers, _ = await send(Sending(f"http://127.0.0.1:{port}", "line", str(tmp_path), asks, 3, 60))
    assert most == 3
    assert [one.status for one in answers] == [503] * 30


def test_an_offer_comes_out_of_the_command_line_as_it_went_in(offer: Offer) -> None:
    assert Offer.of(offer.to_text()) == offer


def test_every_dialect_carries_the_style_and_the_picture() -> None:
    for dialect in DIALECTS.values():
        request = dialect(Ask(0, "ukiyoe", "256", "person 1"), b"\xff\xd8\xff picture")
        assert b"\xff\xd8\xff picture" in request.body
        assert "ukiyoe" in f"{request.path} {request.headers} {request.body!r}"


def test_a_library_that_takes_notes_is_like_any_other(offer: Offer) -> None:
    import torch

    style = NotedLibrary(offer).load("ukiyoe", device="cpu", dtype=torch.float32)
    assert style.card == Library.open().card("ukiyoe")
    assert style.weight_bytes == simulated.WEIGHTS * 4
    assert notes.read(Path(offer.notes), 0, time.monotonic() + 1) == Noted(1, ())


# What is shown.


def outcome(*measured: Measured) -> Outcome:
    from deploy.bench.bare import Bare

    return Outcome(trace("one"), True, Bare({"one after another": 8.0, "processes": 10.0}, 12.0, 1, 8), measured)


def measured(load: str, *rates: float, name: str = "atelier", took_s: float = 1) -> Measured:
    limits = (10.0, 5.0, 20.0)[: len(rates)] if load == "saturated" else ()
    return Measured(name, load, figures([turn(answer(took_s=took_s))]), "", rates, limits)


def test_only_a_saturated_engine_is_held_against_the_bare_pipeline_of_the_same_round() -> None:
    both = outcome(measured("saturated", 9.0, 4.7, 19.8), measured("steady", 7.0))
    assert [ratio(one) for one in both.measured] == [pytest.approx(0.94), None]
    shown = tables([both])
    assert "0.940  0.90–0.99" in shown
    assert "SIMULATED" in shown
    assert "processes 10.00" in shown


def test_engines_are_held_against_each_other_round_by_round() -> None:
    ours, other = measured("saturated", 9.0, 4.5, 20.0), measured("saturated", 10.0, 3.0, 20.0, name="fifo")
    silent = measured("saturated", 0.0, 0.0, 0.0, name="silent")
    both = outcome(ours, measured("steady", 7.0), other, measured("steady", 7.0, name="fifo"))
    assert ahead(both) == {"fifo": [0.9, 1.5, 1.0]}
    assert "atelier does 1.00 times as much as fifo (0.90 to 1.50)" in tables([both])
    assert "inf" in tables([outcome(ours, silent)])


def test_what_the_greedy_person_costs_is_the_polite_ones_wait_beside_it() -> None:
    both = outcome(measured("alone", 9.0, took_s=2), measured("beside", 9.0, took_s=3))
    assert polite_cost(both, "atelier") == pytest.approx(1.5)


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system pauses no process")
def test_whose_turn_it_is_not_takes_nothing_and_goes_on_in_its_turn() -> None:
    busy = "import time\nwhile True: sum(range(1000))"
    with subprocess.Popen([sys.executable, "-c", busy]) as process:
        running = Started("", process.pid)
        running.pause()
        time.sleep(0.1)
        before_s = watch.cpu_s(process.pid)
        time.sleep(0.3)
        assert watch.cpu_s(process.pid) == before_s
        with running.awake():
            assert watch.cpu_s(process.pid) > before_s
        running.resume()
        process.terminate()
        assert process.wait(10) == -signal.SIGTERM


@pytest.mark.timeout(300)
def test_one_command_measures_the_service_and_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "WARM_S", 1.0)
    monkeypatch.setattr(traces, "OUTSTANDING", (4, 24))
    quick = ["--trace", "one", "--rounds", "2", "--seconds", "2", "--simulated"]
    words = ["bench", *quick, "--json", "--keep", str(tmp_path)]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    [found] = json.loads(done.stdout)["traces"]
    assert found["bare"]["rate"] > 0
    assert [one["load"] for one in found["measured"]] == ["saturated", "steady"]
    assert all(one["figures"]["pictures_per_second"] > 0 for one in found["measured"])
    assert found["measured"][0]["ratio_to_bare_pipeline"] > 0
    assert [len(one["rates"]) for one in found["measured"]] == [2, 2]
    again = CliRunner().invoke(main, words)
    assert json.loads(again.stdout) == json.loads(done.stdout)


def free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0
