"""MySQL: what a replica asks for, a stream of events without an end, or a statement that takes for ever; neither under a limit.

PLAN: do = stream | statement; lasts = seconds until another thread ends it.
"""

import struct
import threading

import pymysql

import plan

COM_BINLOG_DUMP = 18
host, _, port = plan.text("address").rpartition(":")
connection = pymysql.connect(host=host, port=int(port), user="scenarios", password="scenarios", connect_timeout=5)


def stream():
    # MariaDB sends what a replica with checksums understands, or says that this one does not.
    connection.query("SET @master_binlog_checksum = 'NONE'")
    connection._execute_command(COM_BINLOG_DUMP, struct.pack("<IHI", 4, 0, 4242) + b"binlog.000001")
    events = 0
    try:
        while connection._read_packet():
            events += 1
    except pymysql.Error:
        assert ending.is_set(), "the server refuses"
    plan.say(events=events)


def statement():
    with connection.cursor() as cursor:
        cursor.execute("SELECT sleep(600)")


ending = threading.Event()


def end():
    if not ending.wait(plan.seconds("lasts")):
        ending.set()
        connection._sock.shutdown(2)


if plan.seconds("lasts"):
    threading.Thread(target=end, daemon=True).start()
plan.say(waiting=1, began=plan.now())
{"stream": stream, "statement": statement}[plan.text("do")]()
