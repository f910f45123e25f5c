"""A kept-alive connection that is used again after the server's idle limit: without a look whether it still stands."""

import http.client
import select
import time

import plan

host, _, port = plan.text("address").rpartition(":")
connection = http.client.HTTPConnection(host, int(port), timeout=5)
stale = 0
for _ in range(plan.number("rounds", 6)):
    try:
        if plan.text("look") == "yes" and connection.sock and select.select([connection.sock], [], [], 0)[0]:
            connection.close()
        connection.request("GET", "/bytes/200")
        connection.getresponse().read()
    except (http.client.HTTPException, OSError):
        stale += 1
        connection.close()
        if stale == 2:  # once may be an accident
            plan.say(began=plan.now())
    time.sleep(plan.seconds("pause"))
plan.say(stale=stale)
while plan.text("stay") == "yes":
    time.sleep(1)
