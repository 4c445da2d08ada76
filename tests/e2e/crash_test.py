"""Either process may be killed at any instant, and nothing that was acknowledged is lost."""

from concurrent.futures import ThreadPoolExecutor


def test_worker_killed_mid_attempt_delivers_again(service, receiver):
    webhook = service.create_webhook(receiver)
    receiver.hold()
    event = service.publish()
    receiver.wait_for(event)

    service.worker.kill9()
    receiver.release()
    service.start_worker()

    assert service.wait_delivered(webhook, event)["attempts"][-1]["status_code"] == 200
    assert len(receiver.arrivals(event)) == 2


def test_worker_killed_under_load_loses_nothing(service, receiver):
    webhook = service.create_webhook(receiver)
    accepted = service.publish_many(200)
    may_repeat = 0
    for count in (20, 60, 120):
        receiver.wait_for(count=count)
        service.worker.kill9()
        may_repeat += service.sql("SELECT count(*) FROM claim")[0][0]
        service.start_worker()

    for event in accepted:
        receiver.wait_for(event)
    assert len(receiver.arrivals()) <= len(accepted) + may_repeat  # only what was claimed may have come twice
    service.wait_delivered(webhook, accepted[-1])


def test_api_killed_right_after_202_loses_nothing(service, receiver):
    webhook = service.create_webhook(receiver)
    service.worker.stop()
    with ThreadPoolExecutor(4) as producers:
        events = list(producers.map(lambda _: service.publish(), range(20)))
    service.api.kill9()

    service.start_worker()
    for event in events:
        receiver.wait_for(event)
    service.start_api()
    for event in events:
        service.wait_delivered(webhook, event)


def test_api_killed_in_the_middle_of_publishing_keeps_its_word(service, receiver):
    service.create_webhook(receiver)

    def publish_until_it_dies(_):
        mine = []
        try:
            while True:
                mine.append(service.publish())
        except OSError:
            return mine

    with ThreadPoolExecutor(4) as producers:
        running = [producers.submit(publish_until_it_dies, n) for n in range(4)]
        receiver.wait_for(count=20)
        service.api.kill9()
    accepted = [event for producer in running for event in producer.result()]

    assert len(accepted) >= 20
    for event in accepted:
        receiver.wait_for(event)


def test_the_worker_finishes_what_is_in_flight_when_asked_to_stop(service, receiver):
    webhook = service.create_webhook(receiver)
    receiver.hold()
    event = service.publish()
    receiver.wait_for(event)

    service.worker.signal_stop()
    service.worker.wait_for_log("worker.stopping")
    receiver.release()
    service.worker.wait_stopped()

    assert service.delivery(webhook, event)["state"] == "delivered"
    service.start_worker()
    service.wait_delivered(webhook, service.publish())
    assert len(receiver.arrivals(event)) == 1


def test_draining_ends_at_its_timeout(start_service, receiver):
    service = start_service(attempt_timeout="30s", drain_timeout="300ms")
    webhook = service.create_webhook(receiver)
    receiver.hold()
    event = service.publish()
    receiver.wait_for(event)

    service.worker.signal_stop()
    service.worker.wait_stopped(within=20)
    receiver.release()
    service.start_worker()
    service.wait_delivered(webhook, event)


def test_an_api_that_is_asked_to_stop_keeps_what_it_accepted(service, receiver):
    webhook = service.create_webhook(receiver)
    events = [service.publish() for _ in range(5)]
    service.api.stop()
    service.start_api()
    for event in events:
        service.wait_delivered(webhook, event)
