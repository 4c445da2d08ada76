"""Worker and API die by SIGKILL at random instants under load, again and again: `--kills=200` for a long run."""

import random
import threading
from collections import Counter

import pytest

from waiting import eventually

pytestmark = pytest.mark.timeout(1800)

SUBJECTS = [f"product/PR-{n}" for n in range(12)]


class Producer(threading.Thread):
    """Publishes batches under ids of its own; what got no answer it tells again, as producers are told to."""

    def __init__(self, service, number):
        super().__init__(daemon=True)
        self._service = service
        self._number = number
        self._random = random.Random(number)
        self._stopping = threading.Event()
        self.accepted = []
        self.start()

    def stop(self):
        self._stopping.set()
        self.join()

    def run(self):
        batch = 0
        while not self._stopping.is_set():
            batch += 1
            events = [
                self._service.event(id=f"p{self._number}-{batch}-{n}", subject=self._random.choice(SUBJECTS))
                for n in range(self._random.randint(1, 8))
            ]
            eventually(lambda: self._publish(events), "the API takes the batch")
            self.accepted += [event["id"] for event in events]
            # A pause that is as long as it takes to hear of half of it keeps the backlog short.
            eventually(lambda: self._stopping.is_set() or self._service.backlog() < 300, "the workers keep up")

    def _publish(self, events):
        try:
            return self._service.producer.post("/events", {"events": events}).expect(202)
        except OSError:
            return None  # the API has just died


def in_flight(service):
    return service.sql("SELECT count(*) FROM claim")[0][0]


def repeats(arrivals):
    """How many arrivals came after that event had been answered already."""
    return sum(count - 1 for count in Counter(a.event_id for a in arrivals).values())


def test_killed_at_random_instants_nothing_is_lost_or_out_of_order(make_service, make_receiver, request):
    kills = request.config.getoption("--kills")
    dice = random.Random(request.config.getoption("--kill-seed"))
    service = make_service(attempt_timeout="30s").start()
    receivers = {order: make_receiver() for order in ("by_subject", "latest", "any")}
    for order, receiver in receivers.items():
        service.create_webhook(receiver, delivery_order=order)
    producers = [Producer(service, number) for number in range(2)]
    ordered = receivers["by_subject"]
    may_repeat = 0
    for _ in range(kills):
        ordered.wait_for(count=len(ordered.arrivals()) + dice.randint(1, 40))
        victims = dice.choice([["worker"], ["worker"], ["api"], ["worker", "api"]])
        if "api" in victims:
            service.api.kill9()
        if "worker" in victims:
            service.worker.kill9()
            may_repeat += in_flight(service)
            for receiver in receivers.values():
                receiver.wait_idle()  # what the dead worker has sent is all read, so that its order is known
            service.start_worker()
        if "api" in victims:
            service.start_api()
    for producer in producers:
        producer.stop()
    eventually(lambda: service.backlog() == 0, "everything is sent")

    accepted = {event for producer in producers for event in producer.accepted}
    position = dict(service.sql("SELECT id, position FROM outbox"))
    assert accepted == set(position)  # nothing is lost, nothing is there twice
    for order in ("by_subject", "any"):
        assert {a.event_id for a in receivers[order].arrivals()} == accepted
    assert sum(repeats(receiver.arrivals()) for receiver in receivers.values()) <= may_repeat

    for order in ("by_subject", "latest"):
        for subject in SUBJECTS:
            came = [position[a.event_id] for a in receivers[order].arrivals() if a.subject == subject]
            assert came == sorted(came), f"{order}: {subject}"
    states = {state for (state,) in service.sql("SELECT DISTINCT state FROM delivery")}
    assert states <= {"delivered", "superseded"}
    last = {a.subject: a.event_id for a in ordered.arrivals()}
    assert {a.subject: a.event_id for a in receivers["latest"].arrivals()} == last  # superseded ones had a newer

    for webhook, count, first, newest in service.sql(
        "SELECT webhook, count(*), min(sequence), max(sequence) FROM delivery GROUP BY webhook"
    ):
        assert (first, newest) == (1, count), f"webhook {webhook}: a gap in its sequence"
    assert service.sql("PRAGMA integrity_check") == [("ok",)]
    assert service.sql("PRAGMA foreign_key_check") == []
