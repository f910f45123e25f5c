"""Work with PostgreSQL through psycopg2: a connection for all, one for each query, or ones that are forgotten."""

import threading
import time

import psycopg2
import psycopg2.pool

import plan

host, _, port = plan.text("address").rpartition(":")
where = {"host": host, "port": port, "user": "scenarios", "dbname": "postgres", "connect_timeout": 5}
forgotten, stale = [], []


def per_query(_pool):
    connection = psycopg2.connect(**where)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    connection.commit()
    connection.close()


def transaction(_pool):
    """Begun by the first statement, never ended; the connection is never given back."""
    connection = psycopg2.connect(**where)
    connection.cursor().execute("SELECT 1")
    forgotten.append(connection)


def checked_out(pool):
    """Committed, but the connection is never put back."""
    connection = pool.getconn()
    connection.cursor().execute("SELECT 1")
    connection.commit()
    forgotten.append(connection)


def pooled(pool):
    connection = pool.getconn()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(%s)", (takes,))
        connection.commit()
    except psycopg2.OperationalError as error:  # the server has closed it
        print(error)
        pool.putconn(connection, close=True)
        stale.append(plan.now())
        if len(stale) == 2:  # once may be an accident
            plan.say(began=stale[1])
    else:
        pool.putconn(connection)


limit = f"-c idle_session_timeout={plan.text('session_limit')}s" if plan.text("session_limit") else ""
pool = psycopg2.pool.ThreadedConnectionPool(plan.number("least", 1), plan.number("most", 50), **where, options=limit)
works = {"per_query": per_query, "transaction": transaction, "checked_out": checked_out, "pooled": pooled}
takes = plan.seconds("takes") or 0
for index in range(plan.number("rounds", 30)):
    bursts = index == plan.number("rounds", 30) // 2
    burst = plan.number("burst") if bursts else 1
    # The pool connects one after the other: work that is done sooner leaves its connection to the next thread.
    takes = plan.seconds("burst_takes" if bursts and plan.text("burst_takes") else "takes") or 0
    threads = [threading.Thread(target=works[plan.text("work")], args=(pool,)) for _ in range(burst)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    time.sleep(plan.seconds("pause") or 0)
plan.say(began=stale[1] if len(stale) > 1 else plan.now(), leaked=len(forgotten))
while plan.text("stay") == "yes":
    if plan.text("after"):
        pooled(pool)
    time.sleep(1)
