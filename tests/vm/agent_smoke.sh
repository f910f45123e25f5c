#!/bin/busybox sh
# Runs in the virtual machine: the whole agent, as a user would start it, on this kernel.
agent=/payload/sockwarden
log=/tmp/agent.log

fail() {
  echo "FAILED: $*"
  cat "$log" 2>/dev/null
  kill -KILL "$pid" 2>/dev/null
  exit 1
}

# await SECONDS COMMAND...
await() {
  deadline=$(($(cut -d. -f1 /proc/uptime) + $1))
  shift
  until "$@" 2>/dev/null; do
    [ "$(cut -d. -f1 /proc/uptime)" -lt "$deadline" ] || return 1
    kill -0 "$pid" 2>/dev/null || return 1
    sleep 0.2
  done
}

programs() { find /proc/[0-9]*/fdinfo -type f -exec grep -l '^prog_id' {} + 2>/dev/null | wc -l; }
sees_connections() { get /metrics | grep '^sockwarden_connections_opened_total{' | grep -qv ' 0$'; }

echo "kernel $(uname -r)"
$agent --version || fail "--version"
$agent doctor
status=$?
[ $status -le 1 ] || fail "doctor says that this kernel is unable: $status"

$agent agent --profile development >"$log" 2>&1 &
pid=$!
await 300 get /-/ready >/dev/null || fail "not ready within 300 s"
await 120 sees_connections || fail "its own scrapes are connections, and none is counted"
get /metrics | grep '^sockwarden_hook_attached' | sort >/tmp/hooks.free
get /metrics | grep -q '^sockwarden_build_info' || fail "no sockwarden_build_info"
get /api/v1/findings | grep -q '"status": *"success"' || fail "/api/v1/findings"
[ "$(programs)" -gt 0 ] || fail "no BPF program is held while the agent runs: this check is blind"
kill -TERM $pid
wait $pid
status=$?
[ $status = 0 ] || fail "SIGTERM ended the agent with $status"
[ "$(programs)" = 0 ] || fail "BPF programs are left behind"
echo "the agent works on $(uname -r)"
