"""Raw sockets: connect, send a request, read until the peer ends it, each step limited or not as the plan says."""

import os
import select
import socket
import ssl
import struct
import sys
import threading

import plan

waiting = plan.Barrier(plan.number("workers", 3))
host, _, port = plan.text("address").rpartition(":")
host = host.strip("[]")


def read_by_poll(sock):
    """A poll loop; without `poll_timeout` it polls for ever."""
    limit = plan.seconds("poll_timeout")
    poller = select.poll()
    poller.register(sock, select.POLLIN)
    while True:
        ready = poller.poll(None if limit is None else limit * 1000)
        if not ready:
            raise TimeoutError("poll timed out")
        if not sock.recv(65536):
            return


def read_by_select(sock):
    while select.select([sock], [], [], plan.seconds("poll_timeout"))[0]:
        if not sock.recv(65536):
            return
    raise TimeoutError("select timed out")


def read_by_recv(sock):
    pause = plan.seconds("pause")
    while sock.recv(plan.number("chunk", 65536)):
        if pause:
            threading.Event().wait(pause)


READERS = {"poll": read_by_poll, "select": read_by_select, "recv": read_by_recv}


def attempt():
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.settimeout(plan.seconds("timeout"))
        if plan.seconds("receive_timeout"):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", plan.number("receive_timeout"), 0))
        if plan.text("stop_at") == "dial":
            waiting.arrive()
        sock.connect((host, int(port)))
        if plan.text("tls") == "yes":
            context = ssl.create_default_context(cafile=os.environ["SCENARIOS_CERTIFICATE"])
            waiting.arrive()
            sock = context.wrap_socket(sock, server_hostname="localhost")
        if plan.text("poll_mode") == "nonblocking":
            sock.setblocking(False)
        if plan.text("speak") != "no":
            sock.sendall(f"GET {plan.text('path', '/silent')} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        waiting.arrive()
        READERS[plan.text("reader", "recv")](sock)


def work():
    for _ in range(plan.number("attempts", 1)):
        try:
            attempt()
        except OSError as error:
            print(repr(error), file=sys.stderr)


threads = [threading.Thread(target=work) for _ in range(plan.number("workers", 3))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
plan.say(done=True)
