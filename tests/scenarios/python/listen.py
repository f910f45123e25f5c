"""LISTEN on one PostgreSQL connection, with select and its own timeout; NOTIFY comes from another now and then."""

import select

import psycopg2

import plan

host, _, port = plan.text("address").rpartition(":")


def connection():
    opened = psycopg2.connect(host=host, port=port, user="scenarios", dbname="postgres", connect_timeout=5)
    opened.autocommit = True
    return opened


listener = connection()
listener.cursor().execute("LISTEN jobs")
heard = 0
for _ in range(plan.number("attempts", 2)):
    if not select.select([listener], [], [], plan.seconds("timeout"))[0]:
        with connection() as notifier:
            notifier.cursor().execute("NOTIFY jobs")
        notifier.close()
        select.select([listener], [], [], 5)
    listener.poll()
    heard += len(listener.notifies)
    listener.notifies.clear()
plan.say(heard=heard)
