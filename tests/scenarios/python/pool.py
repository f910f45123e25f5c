"""Rounds of requests: which client does them, for how long it lives, and what becomes of the body."""

import http.client
import os
import threading
import time
import urllib.parse

import plan

CERTIFICATE = os.environ.get("SCENARIOS_CERTIFICATE")
forgotten = []
counts = {"requests": 0, "kept": 0}
guard = threading.Lock()


class Requests:
    def __init__(self):
        import requests
        import requests.adapters

        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = CERTIFICATE
        size = plan.number("pool", 10)
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, requests.adapters.HTTPAdapter(pool_connections=size, pool_maxsize=size))
        if plan.text("keep_alive") == "off":
            self.session.headers["Connection"] = "close"

    def use(self, url, body):
        response = self.session.request(plan.text("method", "GET"), url, stream=True, timeout=10)
        if body == "leak":
            forgotten.append(response)
            return
        if body == "some":
            next(response.iter_content(100))
        elif body == "read":
            response.content
        response.close()

    def close(self):
        self.session.close()


class HttpClient:
    def __init__(self):
        parts = urllib.parse.urlsplit(plan.text("url"))
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)

    def use(self, url, body):
        self.connection.request(plan.text("method", "GET"), urllib.parse.urlsplit(url).path)
        response = self.connection.getresponse()
        if body == "leak":
            forgotten.append((self.connection, response))
            self.connection = None
            self.__init__()
        elif body == "read":
            response.read()
        else:
            response.close()
            self.connection.close()

    def close(self):
        self.connection.close()


LIBRARIES = {"requests": Requests, "http.client": HttpClient}


def one(client):
    fresh = plan.text("client_per") == "request"
    mine = LIBRARIES[plan.text("library")]() if fresh else client
    mine.use(plan.text("url"), plan.text("body", "read"))
    if fresh:
        mine.close()
    with guard:
        counts["requests"] += 1


shared = LIBRARIES[plan.text("library")]()
for _ in range(plan.number("rounds", 30)):
    threads = [threading.Thread(target=one, args=(shared,)) for _ in range(plan.number("workers", 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    time.sleep(plan.seconds("pause") or 0)
plan.say(began=plan.now(), leaked=len(forgotten), **counts)
while plan.text("stay") == "yes":
    if plan.text("after"):
        shared.use(plan.text("after"), "read")
    time.sleep(1)
