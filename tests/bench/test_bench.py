"""The bench itself: that its rows run, and that what it says of a figure is right. Nothing here measures."""

import contextlib
import hashlib
import os
import sqlite3
import subprocess
import sys
import time
from collections import Counter, defaultdict
from email import message_from_bytes
from urllib.parse import parse_qsl

import pytest
from twilio.request_validator import RequestValidator

from bench import machine, phones, report
from bench.bare.mails import read
from bench.harness import Figure, Goal
from bench.load.day import MIX, Day
from bench.load.webhooks import Callbacks, People, Provider, Sent, news
from bench.mails import mail
from bench.product import make_data
from bench.report import Line
from bench.rows import ROWS
from bench.rows.scroll import tasks_of
from bench.seed import Files
from bench.words import COMMONEST, QUERIES, Writer
from gateway.media.dimensions import image_size
from tests.house.sources import ROOT


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", "--short", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=50,
    )


def test_rows_run() -> None:
    """One on the wire with its bare program, one of a process, one of files."""
    done = run("durable_0", "idle_process", "widget_bytes")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [
        line for line in done.stdout.splitlines() if line.startswith(("| durable_0", "| idle", "| widget"))
    ]
    assert len(lines) == 6, done.stdout
    assert "× bare POST" in lines[0]
    assert not any("not measured" in line for line in lines)


def test_the_row_of_mails_runs() -> None:
    done = run("mail")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "× bare parse" in done.stdout and "memory added" in done.stdout
    assert "not measured" not in done.stdout


def test_mails_of_the_bench_are_distinct_and_of_each_kind() -> None:
    mails = [mail(number) for number in range(40)]
    assert len(set(mails)) == 40 and mails == [mail(number) for number in range(40)]
    assert {message_from_bytes(raw).get_content_type() for raw in mails} == {
        "text/plain",
        "multipart/alternative",
        "multipart/mixed",
    }
    assert all(read(raw) for raw in mails)


def test_no_page_outgrows_its_floor() -> None:
    """Sizes are no matter of luck: they are asserted here, and pursued in bench/RESULTS.md."""
    sizes = run("widget_bytes", "shell_bytes").stdout
    assert sizes.count(" KB |") == 3, sizes
    assert "missed" not in sizes


def test_the_row_of_two_processes_runs() -> None:
    done = run("redis_hop")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("| redis_hop ") == 2, done.stdout
    assert "not measured" not in done.stdout


def test_the_rows_of_a_cluster_run() -> None:
    """One of them, which has in it what all have: two processes, a mix of calls, a provider, CPU by part."""
    done = run("day")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("| day ") == 3 and "seconds of CPU: Parley" in done.stdout, done.stdout
    assert "not measured" not in done.stdout


def test_a_day_is_made_of_calls_that_can_be_read() -> None:
    told = {"tokens": ["t"], "cookies": ["c"], "people": 3, "web": ["w1", "w2"], "phone": ["p1"]}
    day = Day(told)
    firsts = []
    for at in range(len(MIX)):
        head, _, body = day.request(at).partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        assert int(headers.get("Content-Length", 0)) == len(body)
        firsts.append(first.split(" ")[0])
    about = day.about()
    assert about["kinds"] == Counter(MIX)
    assert about["shown"] == firsts.count("POST") - about["kinds"]["phone"] - about["kinds"]["reply_phone"]
    assert day.about() == {"kinds": {}, "shown": 0}


def test_rows_of_a_provider_run() -> None:
    """What it tells us, how soon agents see it, what it is handed; and webhooks of our own."""
    done = run("callbacks", "webhook_latency", "outbox", "webhooks_out")
    assert done.returncode == 0, done.stdout + done.stderr
    names = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("| ")][1:]
    assert Counter(names) == {"---": 1, "callbacks": 3, "webhook_latency": 2, "outbox": 1, "webhooks_out": 1}


@pytest.mark.parametrize("caller", [People(40), Callbacks([Sent("phone1", "SM" + "1" * 32, "a1")])])
def test_a_provider_signs_as_twilio_does(caller: Provider) -> None:
    head, _, body = caller.request(5).decode().partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    path, form = first.split()[1], dict(parse_qsl(body, strict_parsing=True))
    assert int(headers["Content-Length"]) == len(body) and list(form) == sorted(form)
    signed = RequestValidator(phones.TOKEN).compute_signature(phones.PUBLIC + path, form)
    assert headers["X-Twilio-Signature"] == signed


def test_each_state_of_a_message_is_told_once_and_in_order() -> None:
    states = defaultdict(list)
    for sent, state in news([Sent("phone0", str(one), f"a{one}") for one in range(200)]):
        states[sent].append(state)
    assert len(states) == 200
    assert all(one == ["sent", "delivered", "read"] for one in states.values())


def test_what_waits_and_what_went_is_what_was_asked_for(tmp_path) -> None:
    data = make_data(tmp_path, agents=1, customers=1, config=phones.config(9))
    lines = [line.split() for line in phones.send(data, 30, 20).read_text().splitlines()]
    assert len({sid for _, sid, _ in lines}) == len({key for *_, key in lines}) == len(lines) == 30
    with contextlib.closing(sqlite3.connect(tmp_path / "parley.db")) as database:
        states = "select state, count(*) from deliveries group by state"
        assert database.execute(states).fetchall() == [("sent", 30)]
        named = database.execute("select account_id, provider_id, id from deliveries").fetchall()
        assert sorted(named) == sorted(map(tuple, lines))


def test_the_longest_task_is_found_in_a_trace() -> None:
    """Of the page that did most, by its thread's own time."""

    def task(pid: int, tid: int, took: int, own: int) -> dict[str, object]:
        return {
            "name": "RunTask",
            "ph": "X",
            "pid": pid,
            "tid": tid,
            "ts": 0,
            "dur": took,
            "tdur": own,
            "args": {},
        }

    def thread(pid: int, tid: int, name: str) -> dict[str, object]:
        return {"name": "thread_name", "ph": "M", "pid": pid, "tid": tid, "args": {"name": name}}

    events = [
        thread(1, 1, "CrRendererMain"),
        thread(2, 1, "CrRendererMain"),
        thread(2, 2, "Compositor"),
        task(1, 1, 9_000, 9_000),
        task(2, 1, 90_000, 51_000),
        task(2, 1, 20_000, 20_000),
        task(2, 2, 400_000, 400_000),
    ]
    found = tasks_of(events)
    assert found.longest == 51
    assert found.raw == "2 tasks over 1 ms, median 36 ms, 1 over 50 ms"


def test_what_the_longest_task_was_at() -> None:
    """Layout within a script counts as both, a script within a script once; what another task was at is not told."""

    def span(name: str, ts: int, took: int) -> dict[str, object]:
        return {"name": name, "ph": "X", "pid": 1, "tid": 1, "ts": ts, "dur": took, "tdur": took, "args": {}}

    events = [
        {"name": "thread_name", "ph": "M", "pid": 1, "tid": 1, "args": {"name": "CrRendererMain"}},
        span("RunTask", 0, 60_000),
        span("FunctionCall", 1_000, 30_000),
        span("FunctionCall", 2_000, 20_000),
        span("Layout", 3_000, 9_000),
        span("UpdateLayoutTree", 40_000, 2_000),
        span("RunTask", 100_000, 20_000),
        span("MajorGC", 101_000, 15_000),
    ]
    raw = tasks_of(events).raw
    assert raw.endswith("the longest: script 30, style and layout 11 ms")
    assert "; of 80 ms in all: script 30, style and layout 11, collecting waste 15; " in raw


def test_pictures_and_papers_lie_where_the_server_looks(tmp_path) -> None:
    files = Files(tmp_path)
    digest, name, mime, size, width, height = files.file(10)
    content = (tmp_path / digest[:2] / digest).read_bytes()
    assert (name, mime, width, height) == ("picture-10.png", "image/png", 320, 200)
    assert hashlib.sha256(content).hexdigest() == digest and len(content) == size
    assert image_size(mime, content) == (320, 200)
    assert files.file(5)[2] == "application/pdf"


def test_a_row_that_is_not_there_is_named() -> None:
    done = run("durable_7")
    assert done.returncode == 2
    assert "durable_7" in done.stderr and "durable_50" in done.stderr


def test_every_row_says_what_it_shows() -> None:
    assert len(ROWS) >= 18
    assert all((measure.__doc__ or "").strip() for measure in ROWS.values())


@pytest.mark.parametrize(
    ("goal", "value", "said"),
    [
        (Goal(0.2, 0.3), 0.31, "target"),
        (Goal(0.2, 0.3), 0.2, "floor"),
        (Goal(0.2, 0.3), 0.19, "missed"),
        (Goal(30, 15, at_most=True), 14, "target"),
        (Goal(30, 15, at_most=True), 30, "floor"),
        (Goal(30, 15, at_most=True), 31, "missed"),
    ],
)
def test_a_goal_is_met_or_missed(goal: Goal, value: float, said: str) -> None:
    assert goal.says(value) == said


def test_a_row_measured_again_replaces_its_lines_only(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(report, "FILE", tmp_path / "RESULTS.md")
    first, other = (Figure(what, 1.0, "×", Goal(0.5, 2), "raw") for what in ("the first", "the other"))
    report.write([Line("durable_0", first, 0.0), Line("storm", other, 0.0)], ["a machine"])
    again = Figure("the first", 3.0, "×", Goal(0.5, 2), "raw")
    report.write([Line("durable_0", again, 0.1)], ["a machine"])
    report.write([Line("burst", other, 0.2)], ["a machine"])
    text = report.FILE.read_text()
    alone, _, cluster = text.partition("## Several processes")
    assert "| burst |" in cluster and "| burst |" not in alone and "| storm |" not in cluster
    assert text.count("| durable_0 |") == 1 and "**3.00** ×" in text
    assert text.count("| storm |") == 1 and "make bench" in text


def test_the_words_are_always_the_same() -> None:
    one, same = Writer(5), Writer(5)
    said = [one.message() for _ in range(400)]
    assert said == [same.message() for _ in range(400)]
    assert len(set(said)) == 400
    assert sum(COMMONEST in message for message in said) >= 100
    assert len(QUERIES) == 20


def test_what_has_ended_counts_with_what_started_it() -> None:
    """PostgreSQL's processes end with their connections; what they used is not lost to the figure."""
    burn = "import time\nwhile time.process_time() < 0.5: pass"
    run_it = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}]); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", run_it], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as family:
        assert family.stdout is not None
        family.stdout.readline()
        used = machine.family_cpu(family.pid)
        own = machine.cpu(family.pid)
        family.communicate(b"\n")
    assert used - own >= 0.45


def test_what_others_use_is_not_ours() -> None:
    with machine.others() as seen:
        until = time.process_time() + 0.3
        while time.process_time() < until:
            pass
    assert 0 <= seen.cores <= (os.cpu_count() or 1)
