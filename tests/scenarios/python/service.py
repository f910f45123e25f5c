"""A small HTTP service on http.server, with threads of its own."""

import http.server
import queue
import signal
import socketserver
import threading
import time

import plan

stock = threading.Lock()
ready = threading.Event()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = plan.seconds("timeout")

    def reply(self, text="ok"):
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def do_GET(self):
        what = self.path.strip("/").split("/")
        if what[0] == "job":  # waits for a worker that never sets it
            ready.wait()
        elif what[0] == "slow":
            time.sleep(float(what[1]))
        elif what[0] == "wait":
            ready.wait(float(what[1]))
        elif what[0] == "order":
            stock.acquire()
            int(what[1])  # a bad number raises, and the lock stays taken
            stock.release()
        self.reply()

    def do_POST(self):
        self.reply(str(len(self.rfile.read(int(self.headers["Content-Length"])))))

    def log_message(self, *_):
        pass


class Pooled(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """A fixed number of threads takes connections from a queue."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.waiting = queue.Queue()
        for _ in range(plan.number("threads")):
            threading.Thread(target=self.work, daemon=True).start()

    def work(self):
        while True:
            self.process_request_thread(*self.waiting.get())

    def process_request(self, request, address):
        self.waiting.put((request, address))


kind = Pooled if plan.number("threads") else http.server.ThreadingHTTPServer
kind.request_queue_size = plan.number("backlog", 128)
server = kind(("127.0.0.1", 0), Handler)
server.daemon_threads = True
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
plan.say(port=server.server_address[1])
if plan.seconds("stall"):
    time.sleep(plan.seconds("stall"))
server.serve_forever(poll_interval=plan.seconds("poll_interval") or 0.5)
