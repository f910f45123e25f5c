"""Clients that wait for a server's first word, each with the limit that the plan sets. PLAN: library = imaplib | pymysql | psycopg2."""

import imaplib
import sys

import psycopg2
import pymysql

import plan

host, _, port = plan.text("address").rpartition(":")
limit = plan.seconds("timeout")
dials = {
    "imaplib": lambda: imaplib.IMAP4(host, int(port), timeout=limit),
    "pymysql": lambda: pymysql.connect(host=host, port=int(port), user="u", password="p", connect_timeout=5, read_timeout=limit),
    "psycopg2": lambda: psycopg2.connect(host=host, port=port, user="u", connect_timeout=int(limit or 0)),
}
plan.say(waiting=1, began=plan.now())
try:
    dials[plan.text("library")]()
except (OSError, pymysql.Error, psycopg2.Error) as error:
    print(repr(error), file=sys.stderr)
