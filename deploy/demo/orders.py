#!/usr/bin/python3
"""A small shop to look at with sockwarden: it works, and mishandles its connections in four usual ways.

Two processes on loopback, on a free port: `inventory` serves HTTP, `orders` calls it and
  - leaves a response unread before it closes the connection        (undrained-body)
  - keeps a connection that it will never use again                 (connection-leak)
  - waits for a report that never comes, with no timeout            (missing-timeout, phase header)
  - opens an invoice and forgets to close it                        (fd-leak)
and, for comparison, asks for prices over one connection as it should. It ends by itself after 15 minutes.
"""

import http.client
import http.server
import multiprocessing
import os
import signal
import tempfile
import threading
import time

LIFETIME_SECONDS = 15 * 60
MOST_LEAKED = 200
MOST_WAITING = 5


class Inventory(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/report":
            threading.Event().wait()
        body = b"x" * (200_000 if self.path == "/catalogue" else 200)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def log_message(self, *_):
        pass


class InventoryServer(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """A client that went away is its own affair."""


def serve(ports):
    server = InventoryServer(("127.0.0.1", 0), Inventory)
    server.daemon_threads = True
    ports.put(server.server_port)
    server.serve_forever()


def read_catalogue_start(port):
    """Reads the headers, decides that it knows enough, and closes 200 kB unread."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/catalogue")
    connection.getresponse()
    connection.close()


def reserve(port, forgotten):
    """Opens a connection for one order and never closes it."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/reserve")
    connection.getresponse().read()
    forgotten.append(connection)


def fetch_report(port):
    """Waits for an answer with no timeout; there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/report")
    try:
        connection.getresponse()
    except OSError:
        """Inventory went away."""


def order(port):
    prices = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    forgotten, invoices = [], []
    waiting = 0
    with tempfile.TemporaryDirectory(prefix="orders-") as folder:
        for number in range(LIFETIME_SECONDS):
            prices.request("GET", "/price")
            prices.getresponse().read()
            read_catalogue_start(port)
            if number < MOST_LEAKED:
                reserve(port, forgotten)
                invoices.append(open(os.path.join(folder, f"invoice-{number}"), "w"))
            if number % 10 == 0 and waiting < MOST_WAITING:
                threading.Thread(target=fetch_report, args=(port,), daemon=True).start()
                waiting += 1
            time.sleep(1)


def main():
    ports = multiprocessing.Queue()
    inventory = multiprocessing.Process(target=serve, args=(ports,), daemon=True)
    inventory.start()
    signal.signal(signal.SIGTERM, lambda *_: exit(0))
    print(f"inventory is process {inventory.pid}, orders is process {os.getpid()}", flush=True)
    order(ports.get(timeout=10))


if __name__ == "__main__":
    main()
