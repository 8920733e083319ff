"""One address for several processes: each has a share of the connections, and a second instance none."""

import pickle
import socket
import subprocess
import sys
from contextlib import ExitStack
from multiprocessing.reduction import ForkingPickler

import pytest

from coexai_app import doors
from tests.servers import free_port

LISTENS = """
import pickle, sys, time
door = pickle.loads(bytes.fromhex(sys.argv[1]))
door.listen(256)
print("open", flush=True)
sys.stdin.read()
door.setblocking(False)
taken = 0
while True:
    try:
        door.accept()
    except BlockingIOError:
        break
    taken += 1
print(taken)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the processes share one socket")


def test_connections_are_shared_out_and_none_goes_to_the_parent():
    port = free_port()
    with ExitStack() as opened:
        door = opened.enter_context(doors.open_for_all("127.0.0.1", port))
        sent = bytes(ForkingPickler.dumps(door)).hex()
        command = [sys.executable, "-c", LISTENS, sent]
        children = [
            opened.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)) for _ in range(2)
        ]
        for child in children:
            assert child.stdout.readline() == "open\n"
        for _ in range(100):
            opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
        taken = [int(child.communicate(timeout=20)[0]) for child in children]
    assert sum(taken) == 100
    assert min(taken) >= 20  # one in ten thousand million runs has fewer


def test_a_second_instance_on_the_same_address_is_told_so():
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(OSError, match="in use"):
        doors.open_for_all("127.0.0.1", other.getsockname()[1])


def test_a_second_instance_beside_one_with_several_processes_is_told_so():
    port = free_port()
    with doors.open_for_all("127.0.0.1", port) as first:
        first.listen()
        with pytest.raises(OSError, match="in use"):
            doors.open_for_all("127.0.0.1", port)


def test_a_door_that_cannot_be_opened_again_says_why():
    port = free_port()
    with doors.Door("127.0.0.1", port) as door:
        sent = pickle.dumps(door)
    with socket.create_server(("127.0.0.1", port)), pytest.raises(OSError, match="in use"):
        pickle.loads(sent)
