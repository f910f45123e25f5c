package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// ledger is state behind a lock, as a service has it.
type ledger struct {
	sync.Mutex
	entries map[string]int
}

// add panics on a bad entry; without the deferred unlock the lock stays taken, since net/http recovers the panic.
func (l *ledger) add(key string, deferred bool) int {
	l.Lock()
	if deferred {
		defer l.Unlock()
	}
	if key == "" {
		panic("empty key")
	}
	l.entries[key]++
	total := l.entries[key]
	if !deferred {
		l.Unlock()
	}
	return total
}

func handlers() http.Handler {
	orders := &ledger{entries: map[string]int{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/ok", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") })
	mux.HandleFunc("/order/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, orders.add(strings.TrimPrefix(r.URL.Path, "/order/"), plan["deferred"] == "yes"))
	})
	mux.HandleFunc("/held/", func(w http.ResponseWriter, r *http.Request) { // one after the other
		duration, _ := strconv.ParseFloat(strings.TrimPrefix(r.URL.Path, "/held/"), 64)
		orders.Lock()
		defer orders.Unlock()
		time.Sleep(time.Duration(duration * float64(time.Second)))
		fmt.Fprint(w, "ok")
	})
	mux.HandleFunc("/upload", func(w http.ResponseWriter, r *http.Request) {
		size, _ := io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, size)
	})
	mux.HandleFunc("/slow/", func(w http.ResponseWriter, r *http.Request) {
		duration, _ := strconv.ParseFloat(strings.TrimPrefix(r.URL.Path, "/slow/"), 64)
		time.Sleep(time.Duration(duration * float64(time.Second)))
		fmt.Fprint(w, "ok")
	})
	mux.HandleFunc("/wait/", func(w http.ResponseWriter, r *http.Request) { // a long poll that ends by itself
		duration, _ := strconv.ParseFloat(strings.TrimPrefix(r.URL.Path, "/wait/"), 64)
		select {
		case <-time.After(time.Duration(duration * float64(time.Second))):
			w.WriteHeader(http.StatusNoContent)
		case <-r.Context().Done():
		}
	})
	forever := make(chan int)
	mux.HandleFunc("/job", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, <-forever) })
	mux.HandleFunc("/bytes/", func(w http.ResponseWriter, r *http.Request) {
		size, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/bytes/"))
		w.Header().Set("Content-Length", strconv.Itoa(size))
		w.Write(make([]byte, size))
	})
	mux.HandleFunc("/events/", func(w http.ResponseWriter, r *http.Request) {
		count, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/events/"))
		for i := 0; i < count; i++ {
			fmt.Fprintf(w, "data: %d\n\n", i)
			w.(http.Flusher).Flush()
			time.Sleep(time.Second)
		}
	})
	return mux
}

// listen opens a listener with a backlog of its own, which net.Listen does not offer.
func listen() net.Listener {
	if plan["backlog"] == "" {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		check(err)
		return listener
	}
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	check(err)
	check(syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	check(syscall.Listen(fd, number("backlog", 1)))
	file := os.NewFile(uintptr(fd), "listener")
	defer file.Close()
	listener, err := net.FileListener(file)
	check(err)
	return listener
}

// stalling accepts `accepts` connections and is then busy with something else.
type stalling struct {
	net.Listener
	accepts int
}

func (s *stalling) Accept() (net.Conn, error) {
	if s.accepts == 0 {
		time.Sleep(seconds("stall"))
		s.accepts = -1
	}
	if s.accepts > 0 {
		s.accepts--
	}
	return s.Listener.Accept()
}

func serve() {
	listener := listen()
	port := listener.Addr().(*net.TCPAddr).Port
	if plan["stall"] != "" {
		listener = &stalling{listener, number("accepts", 1)}
	}
	server := &http.Server{
		Handler:           handlers(),
		ReadHeaderTimeout: seconds("header_timeout"),
		ReadTimeout:       seconds("read_timeout"),
		IdleTimeout:       seconds("idle_timeout"),
		WriteTimeout:      seconds("write_timeout"),
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	drained := make(chan bool)
	go func() {
		<-stop
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		server.Shutdown(ctx)
		close(drained)
	}()
	tick()
	say(facts{"port": port})
	if plan["tls"] == "yes" {
		server.ServeTLS(listener, os.Getenv("SCENARIOS_CERTIFICATE"), os.Getenv("SCENARIOS_KEY"))
	} else {
		server.Serve(listener)
	}
	<-drained
}
