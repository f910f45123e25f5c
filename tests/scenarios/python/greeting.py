"""Clients of protocols in which the server speaks first, each with the limit that the plan sets. PLAN: library = imaplib | pymysql."""

import imaplib
import sys

import pymysql

import plan

host, _, port = plan.text("address").rpartition(":")
limit = plan.seconds("timeout")
dials = {
    "imaplib": lambda: imaplib.IMAP4(host, int(port), timeout=limit),
    "pymysql": lambda: pymysql.connect(host=host, port=int(port), user="u", password="p", connect_timeout=5, read_timeout=limit),
}
plan.say(waiting=1, began=plan.now())
try:
    dials[plan.text("library")]()
except (OSError, pymysql.Error) as error:
    print(repr(error), file=sys.stderr)
