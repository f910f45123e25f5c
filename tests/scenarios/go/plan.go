package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// What the program is told: the environment variable PLAN, one key=value a line.
var plan = readPlan()

func readPlan() map[string]string {
	values := map[string]string{}
	for _, line := range strings.Split(os.Getenv("PLAN"), "\n") {
		if key, value, found := strings.Cut(line, "="); found {
			values[key] = value
		}
	}
	return values
}

func number(key string, fallback int) int {
	if value, err := strconv.Atoi(plan[key]); err == nil {
		return value
	}
	return fallback
}

// seconds is 0 where the plan sets none: what net/http takes for "no limit".
func seconds(key string) time.Duration {
	value, _ := strconv.ParseFloat(plan[key], 64)
	return time.Duration(value * float64(time.Second))
}

// now is CLOCK_MONOTONIC, which the reader of our facts shares with us.
func now() float64 {
	var at syscall.Timespec
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, 1, uintptr(unsafe.Pointer(&at)), 0)
	return float64(at.Sec) + float64(at.Nsec)/1e9
}

type facts map[string]interface{}

var said = facts{}
var saying sync.Mutex

func say(more facts) {
	saying.Lock()
	defer saying.Unlock()
	for key, value := range more {
		said[key] = value
	}
	line, _ := json.Marshal(map[string]interface{}{"pid": os.Getpid(), "facts": said})
	fmt.Println(string(line))
}

// barrier says how many workers wait, and since when, as the last of them arrives.
type barrier struct {
	sync.Mutex
	left, count int
	fact        string
}

func newBarrier(count int, fact string) *barrier {
	return &barrier{left: count, count: count, fact: fact}
}

func (b *barrier) arrive() {
	b.Lock()
	defer b.Unlock()
	b.left--
	if b.left == 0 {
		say(facts{b.fact: b.count, "began": now()})
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
