#!/usr/bin/python3
"""Twelve clients on a unix socket; one waits for a list for 20 s at a time, one is subscribed."""

import sys
import threading
import time

import redis


def client(**options):
    return redis.Redis(unix_socket_path=sys.argv[1], **options)


def asks(number):
    own = client(socket_timeout=5)
    while True:
        own.incr(f"counter-{number}")
        time.sleep(1 + number % 4)


def waits():
    own = client(socket_timeout=60)
    while True:
        own.blpop("queue", timeout=20)


def listens():
    own = client().pubsub()
    own.subscribe("news")
    while True:
        own.get_message(timeout=10)


for number in range(12):
    threading.Thread(target=asks, args=(number,)).start()
threading.Thread(target=waits).start()
threading.Thread(target=listens).start()
