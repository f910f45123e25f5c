#!/usr/bin/python3
"""Asks one URL after the other on one kept connection: ask.py PAUSE_SECONDS LIMIT_SECONDS URL..."""

import sys
import time

import requests

pause, limit = float(sys.argv[1]), float(sys.argv[2])
with requests.Session() as session:
    session.mount("http://", requests.adapters.HTTPAdapter(max_retries=3))  # a server may end an idle connection
    while True:
        for url in sys.argv[3:]:
            session.get(url, timeout=limit).raise_for_status()
            time.sleep(pause)
