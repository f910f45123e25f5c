#!/usr/bin/python3
"""Twelve sessions on a unix socket, some with a connection of their own for a minute."""

import sys
import threading
import time

import pymysql


def session(number):
    while True:
        connection = pymysql.connect(unix_socket=sys.argv[1], user="root", read_timeout=30, autocommit=True)
        with connection, connection.cursor() as cursor:
            for _ in range(20):
                cursor.execute("SELECT 1")
                cursor.fetchall()
                time.sleep(2 + number % 3)


for number in range(12):
    threading.Thread(target=session, args=(number,)).start()
