"""The broker in a folder under load: every message arrives once and whole, in order."""

import threading

from kombu import Connection, Queue

from pipeline_exec.orchestration.transport import Transport

MESSAGES = 1500


def test_no_message_is_lost_or_torn_while_others_poll(tmp_path):
    folders = {name: str(tmp_path / name) for name in ("queue", "control")}
    for folder in folders.values():
        (tmp_path / folder).mkdir()
    options = {
        "data_folder_in": folders["queue"],
        "data_folder_out": folders["queue"],
        "control_folder": folders["control"],
        "store_processed": False,
    }
    queue = Queue("runs", routing_key="runs")
    received, done = [], threading.Event()

    def poll():
        with Connection(transport=Transport, transport_options=options) as connection:
            simple = connection.SimpleQueue(queue)
            while not done.is_set():
                try:
                    message = simple.get(block=False)
                except simple.Empty:
                    continue
                received.append(message.payload)
                message.ack()

    pollers = [threading.Thread(target=poll) for _ in range(2)]
    for poller in pollers:
        poller.start()
    with Connection(transport=Transport, transport_options=options) as connection:
        simple = connection.SimpleQueue(queue)
        for number in range(MESSAGES):
            simple.put({"number": number, "filler": "x" * 4000})
    deadline = threading.Event()
    for _ in range(600):
        if len(received) >= MESSAGES or deadline.wait(0.05):
            break
    done.set()
    for poller in pollers:
        poller.join()
    assert sorted(message["number"] for message in received) == list(range(MESSAGES))
