"""Several workers share one database."""

import time
from collections import Counter
from datetime import datetime

from waiting import eventually


def attempts_of(service, ops):
    return service.metric('webhooks_attempts_total{error="none",verdict="delivered"}', ops) + service.metric(
        'webhooks_attempts_total{verdict="delivered",error="none"}', ops
    )


def begun(attempt):
    return datetime.fromisoformat(attempt["started_at"])


def test_workers_share_the_work_and_attempt_nothing_twice(start_service, make_receiver):
    service = start_service(attempt_timeout="30s")
    receivers = [make_receiver() for _ in range(3)]
    for receiver in receivers:
        service.create_webhook(receiver)
    second = service.add_worker("worker-2")
    events = []
    # Until both have done their part: which of two gets a batch is up to them.
    while not (attempts_of(service, service.worker_ops) and attempts_of(service, second.ops)):
        assert len(events) < 20_000, "one of the workers does all the work"
        events += service.publish_many(200)
        eventually(lambda: service.backlog() == 0, "everything is sent")

    for receiver in receivers:
        assert Counter(a.event_id for a in receiver.arrivals()) == Counter(events)
        assert sorted(a.payload["sequence"] for a in receiver.arrivals()) == list(range(1, len(events) + 1))
    total = attempts_of(service, service.worker_ops) + attempts_of(service, second.ops)
    assert total == len(receivers) * len(events)


def test_order_by_subject_holds_across_workers(start_service, receiver):
    service = start_service(attempt_timeout="30s")
    service.create_webhook(receiver)
    service.add_worker("worker-2")
    events = [event for n in range(5) for event in service.publish_many(40, subject=f"product/PR-{n % 2}")]
    eventually(lambda: service.backlog() == 0, "everything is sent")
    assert len(receiver.arrivals()) == len(events)
    for subject in ("product/PR-0", "product/PR-1"):
        came = [a.payload["sequence"] for a in receiver.arrivals() if a.subject == subject]
        assert came == sorted(came)


def test_the_work_of_a_killed_worker_passes_on_when_its_lease_ends(start_service, receiver):
    service = start_service(attempt_timeout="30s")
    webhook = service.create_webhook(receiver)
    service.wait_delivered(webhook, service.publish())
    receiver.hold()
    event = service.publish()
    receiver.wait_for(event)
    service.worker.kill9()
    receiver.release()
    [(lease,)] = service.sql("SELECT lease_until - started_at FROM claim")
    assert lease > 2 * 30_000  # two of the timeouts and a margin: too long to wait for here
    soon = time.time_ns() // 1_000_000 + 2_000
    [(lease,)] = service.sql("UPDATE claim SET lease_until = ? RETURNING lease_until - started_at", soon)

    second = service.add_worker("worker-2")
    first, again = service.wait_delivered(webhook, event)["attempts"]
    assert (first["error"], first["status_code"]) == ("worker_lost", None)
    assert again["status_code"] == 200
    assert (begun(again) - begun(first)).total_seconds() * 1000 >= lease  # and not before
    assert service.metric("webhooks_claims_reclaimed_total", second.ops) == 1


def test_a_worker_that_comes_back_takes_up_its_work_at_once(start_service, receiver):
    service = start_service(attempt_timeout="60s")
    webhook = service.create_webhook(receiver)
    receiver.hold()
    event = service.publish()
    receiver.wait_for(event)
    service.add_worker("worker-2")  # which leaves alone what is not its own
    service.worker.kill9()
    receiver.release()
    [(lease,)] = service.sql("SELECT lease_until - started_at FROM claim")

    service.start_worker()
    first, again = service.wait_delivered(webhook, event)["attempts"]
    assert first["error"] == "worker_lost"
    assert (begun(again) - begun(first)).total_seconds() * 1000 < lease / 2
