#!/usr/bin/python3
"""A session that comes to use 150 tables, and then uses them again and again."""

import sys
import time

import psycopg2

connection = psycopg2.connect(host="127.0.0.1", port=sys.argv[1], user="test", dbname="postgres", options="-c statement_timeout=60000")
connection.autocommit = True
cursor = connection.cursor()
tables = 150
for number in range(tables):
    cursor.execute(f"CREATE TABLE many_{number} (id int)")
while True:
    for number in range(tables):
        cursor.execute(f"INSERT INTO many_{number} VALUES (1)")
        cursor.execute(f"SELECT count(*) FROM many_{number}")
        cursor.fetchall()
        time.sleep(0.7)
