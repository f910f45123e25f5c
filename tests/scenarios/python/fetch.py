"""Workers that fetch one url, each with the library and the timeouts that the plan names."""

import http.client
import os
import ssl
import sys
import threading
import time
import urllib.parse
import urllib.request

import plan

CERTIFICATE = os.environ.get("SCENARIOS_CERTIFICATE")


def with_requests():
    import requests

    session = requests.Session()
    session.trust_env = False
    session.verify = CERTIFICATE
    limit = plan.seconds("timeout")
    if plan.seconds("dial_timeout"):
        limit = (plan.seconds("dial_timeout"), limit)
    return lambda url: session.get(url, timeout=limit).content


def with_urllib3():
    import urllib3

    limit = urllib3.Timeout(connect=plan.seconds("dial_timeout"), read=plan.seconds("timeout"))
    manager = urllib3.PoolManager(ca_certs=CERTIFICATE, timeout=limit, retries=plan.number("retries"))
    return lambda url: manager.request("GET", url).data


def with_http_client():
    connections = {}
    options = {"timeout": plan.seconds("timeout")} if plan.seconds("timeout") else {}

    def fetch(url):
        parts = urllib.parse.urlsplit(url)
        if parts.netloc not in connections:
            if parts.scheme == "https":
                context = ssl.create_default_context(cafile=CERTIFICATE)
                connection = http.client.HTTPSConnection(parts.hostname, parts.port, context=context, **options)
            else:
                connection = http.client.HTTPConnection(parts.hostname, parts.port, **options)
            connections[parts.netloc] = connection
        connection = connections[parts.netloc]
        try:
            connection.request("GET", parts.path)
            return connection.getresponse().read()
        except OSError:
            connection.close()
            raise

    return fetch


def with_urlopen():
    context = ssl.create_default_context(cafile=CERTIFICATE)
    options = {"timeout": plan.seconds("timeout")} if plan.seconds("timeout") else {}
    return lambda url: urllib.request.urlopen(url, context=context, **options).read()


LIBRARIES = {"requests": with_requests, "urllib3": with_urllib3, "http.client": with_http_client, "urlopen": with_urlopen}
waiting = plan.Barrier(plan.number("workers", 3))


def work():
    fetch = LIBRARIES[plan.text("library")]()
    for _ in range(plan.number("warm")):
        fetch(plan.text("warm_url"))
    waiting.arrive()
    for _ in range(plan.number("attempts", 1)):
        try:
            fetch(plan.text("url"))
        except Exception as error:  # whatever this library calls a timeout
            print(error, file=sys.stderr)
        time.sleep(plan.seconds("pause") or 0)


threads = [threading.Thread(target=work) for _ in range(plan.number("workers", 3))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
plan.say(done=True)
