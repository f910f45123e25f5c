"""Work with MySQL through PyMySQL: a connection for all, one for each query, or ones that are forgotten."""

import time

import pymysql

import plan

host, _, port = plan.text("address").rpartition(":")
where = {"host": host, "port": int(port), "user": "scenarios", "password": "scenarios", "database": "shop", "connect_timeout": 5}
forgotten = []


def query(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT sleep(%s)", (plan.seconds("takes") or 0,))
        cursor.fetchall()


def per_query():
    connection = pymysql.connect(**where)
    query(connection)
    connection.commit()
    connection.close()


def transaction():
    """Begun by the first statement, never ended; the connection is never closed."""
    connection = pymysql.connect(**where)
    connection.begin()
    query(connection)
    forgotten.append(connection)


def shared():
    query(one)
    one.commit()


one = pymysql.connect(**where) if plan.text("work") == "shared" else None
for _ in range(plan.number("rounds", 30)):
    {"per_query": per_query, "transaction": transaction, "shared": shared}[plan.text("work")]()
    time.sleep(plan.seconds("pause") or 0)
plan.say(began=plan.now(), leaked=len(forgotten))
while plan.text("stay") == "yes":
    if plan.text("after"):
        per_query()
    time.sleep(1)
