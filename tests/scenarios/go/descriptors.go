package main

import (
	"fmt"
	"net"
	"os"
	"syscall"
	"time"
)

var kept []interface{} // what nobody closes, and no finalizer gets

// forget opens descriptors of one type and keeps no other use for them; it returns how many.
func forget(kind string, index int) int {
	switch kind {
	case "file":
		file, err := os.Open("/etc/hostname")
		check(err)
		kept = append(kept, file)
		return 1
	case "pipe":
		reader, writer, err := os.Pipe()
		check(err)
		kept = append(kept, reader, writer)
		return 2
	case "udp":
		conn, err := net.ListenPacket("udp", "127.0.0.1:0")
		check(err)
		kept = append(kept, conn)
		return 1
	case "unix":
		pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
		check(err)
		kept = append(kept, pair)
		return 2
	case "conn": // a connection whose peer hangs up, and which is never closed
		conn, err := net.DialTimeout("tcp", plan["address"], 5*time.Second)
		check(err)
		fmt.Fprint(conn, "GET /hangup/200 HTTP/1.1\r\nHost: localhost\r\n\r\n")
		conn.SetReadDeadline(time.Now().Add(2 * time.Second))
		conn.Read(make([]byte, 4096))
		conn.SetReadDeadline(time.Time{})
		kept = append(kept, conn)
		return 1
	}
	fmt.Fprintf(os.Stderr, "PLAN: no descriptor %q\n", kind)
	os.Exit(2)
	return 0
}

// descriptors: `count` times something is opened and forgotten.
func descriptors() {
	leaked := 0
	for i := 0; i < number("count", 60); i++ {
		leaked += forget(plan["kind"], i)
		time.Sleep(seconds("pause"))
	}
	stay(facts{"leaked": leaked}, func() {})
}
