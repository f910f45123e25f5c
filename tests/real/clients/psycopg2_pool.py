#!/usr/bin/python3
"""A pool of 15 connections of which two are used."""

import sys
import threading
import time

from psycopg2.pool import ThreadedConnectionPool

pool = ThreadedConnectionPool(15, 20, host="127.0.0.1", port=sys.argv[1], user="test", dbname="postgres",
                              options="-c statement_timeout=60000")


def work():
    while True:
        connection = pool.getconn()
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        time.sleep(0.5)
        pool.putconn(connection)
        time.sleep(3)


for _ in range(2):
    threading.Thread(target=work).start()
