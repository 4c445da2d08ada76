"""New versions come without a pause: a second API takes over while the first drains, a second worker beside the first."""

import itertools
import threading

import pytest

from process import Process
from waiting import PATIENCE


class Api:
    """One more API over the same database, at an address of its own, as behind a balancer."""

    def __init__(self, service, name):
        self._process = Process(name, service.api.command, service.environment)
        self._process.start()
        fields = self._process.wait_for_log("api.listening")
        self.address = f"http://{fields['address']}"

    def signal_stop(self):
        self._process.signal_stop()

    def wait_stopped(self):
        self._process.wait_stopped()


class Load:
    """Producers that publish without a pause, each request to whoever the balancer names; it ends with what went wrong."""

    def __init__(self, service, producers=3):
        self._service = service
        self._ending = threading.Event()
        self._numbers = itertools.count()
        self.accepted, self.failures = [], []
        self._changed = threading.Condition()
        self._threads = [threading.Thread(target=self._publish, daemon=True) for _ in range(producers)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._ending.set()
        for thread in self._threads:
            thread.join(PATIENCE)

    def wait_for(self, count):
        """Until so many more were accepted, so that every phase has traffic."""
        with self._changed:
            goal = len(self.accepted) + count
            assert self._changed.wait_for(lambda: self.failures or len(self.accepted) >= goal, PATIENCE)
        assert not self.failures, self.failures

    def _publish(self):
        while not self._ending.is_set():
            event = self._service.event(id=f"rolling-{next(self._numbers)}")
            failure = self._publish_one(event)
            with self._changed:
                if failure:
                    self.failures.append(failure)
                else:
                    self.accepted.append(event["id"])
                self._changed.notify_all()
            if failure:
                return

    def _publish_one(self, event):
        """Returns what went wrong, if anything did. What reaches an API that is stopping is refused with 503, or, if its
        kernel had taken the connection and nobody had accepted it, not answered: a balancer sends it to the next one, which
        the event's own id makes safe."""
        while True:
            try:
                answer = self._service.producer.post("/events", event)
            except ConnectionError:
                continue
            except OSError as error:
                return repr(error)
            if answer.status == 503 and "stopping" in answer.problem(503)["detail"]:
                continue
            return None if answer.status == 202 else answer.status


@pytest.fixture
def balanced(service):
    """`take_over(name)`: starts one more API, sends the balancer's traffic there, and stops the one before."""
    started = []

    def take_over(name):
        fresh = Api(service, name)
        started.append(fresh)
        service.api_address = fresh.address
        return fresh

    yield take_over
    for api in started[-1:]:
        api.signal_stop()
        api.wait_stopped()


def test_api_and_worker_are_replaced_under_load_without_an_error_or_a_loss(service, receiver, balanced):
    webhook = service.create_webhook(receiver)
    with Load(service) as load:
        load.wait_for(20)
        second = balanced("webhooks-api-2")
        load.wait_for(20)
        service.api.stop()
        load.wait_for(20)

        service.worker.stop()
        load.wait_for(20)
        service.start_worker()
        load.wait_for(20)

        balanced("webhooks-api-3")
        second.signal_stop()
        load.wait_for(20)
        second.wait_stopped()
        load.wait_for(20)
    assert not load.failures
    for event in load.accepted:
        receiver.wait_for(event)
    service.wait_delivered(webhook, load.accepted[-1])
    assert len(receiver.arrivals()) == len(load.accepted), "a clean stop repeats nothing"
