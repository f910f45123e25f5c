package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

func authorities() *x509.CertPool {
	pool := x509.NewCertPool()
	if pem, err := os.ReadFile(os.Getenv("SCENARIOS_CERTIFICATE")); err == nil {
		pool.AppendCertsFromPEM(pem)
	}
	return pool
}

// newClient is http.Client as the plan has it: "default" is what http.Get uses, "bare" is http.Transport{} with nothing set.
func newClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if plan["client"] == "bare" {
		transport = &http.Transport{}
	}
	transport.TLSClientConfig = &tls.Config{RootCAs: authorities()}
	transport.ForceAttemptHTTP2 = plan["protocol"] == "h2"
	if limit := seconds("dial_timeout"); limit > 0 {
		transport.DialContext = (&net.Dialer{Timeout: limit}).DialContext
	}
	if limit := seconds("tls_timeout"); limit > 0 {
		transport.TLSHandshakeTimeout = limit
	}
	if limit := seconds("idle_timeout"); limit > 0 {
		transport.IdleConnTimeout = limit
	}
	transport.ResponseHeaderTimeout = seconds("header_timeout")
	transport.DisableKeepAlives = plan["keep_alive"] == "off"
	transport.MaxIdleConnsPerHost = number("idle_per_host", transport.MaxIdleConnsPerHost)
	if transport.MaxIdleConnsPerHost > transport.MaxIdleConns {
		transport.MaxIdleConns = transport.MaxIdleConnsPerHost
	}
	return &http.Client{Transport: transport, Timeout: seconds("timeout")}
}

func request(client *http.Client, url string) (*http.Response, context.CancelFunc, error) {
	ctx, cancel := context.Background(), context.CancelFunc(func() {})
	if limit := seconds("context"); limit > 0 {
		ctx, cancel = context.WithTimeout(ctx, limit)
	}
	method := plan["method"]
	if method == "" {
		method = http.MethodGet
	}
	ask, err := http.NewRequestWithContext(ctx, method, url, nil)
	check(err)
	response, err := client.Do(ask)
	return response, cancel, err
}

// fetch reads a response to its end, as one should.
func fetch(client *http.Client, url string) error {
	response, cancel, err := request(client, url)
	defer cancel()
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

// tick is what many a program does besides: a heartbeat, a refresh of something.
func tick() {
	if period := seconds("ticker"); period > 0 {
		go func() {
			for range time.Tick(period) {
			}
		}()
	}
}

// get: `workers` goroutines fetch the url after `warm` complete requests each, `attempts` times.
func get() {
	client := newClient()
	tick()
	workers := number("workers", 3)
	waiting := newBarrier(workers, "waiting")
	var all sync.WaitGroup
	for i := 0; i < workers; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for i := 0; i < number("warm", 0); i++ {
				check(fetch(client, plan["warm_url"]))
			}
			waiting.arrive()
			for i := 0; i < number("attempts", 1); i++ {
				if err := fetch(client, plan["url"]); err != nil {
					fmt.Fprintln(os.Stderr, err)
				}
				time.Sleep(seconds("pause"))
			}
		}()
	}
	all.Wait()
	say(facts{"done": true})
}

// poll: long polls, each with its own deadline, one after the other.
func pollEvents() {
	client := newClient()
	say(facts{"polls": number("attempts", 3)})
	for i := 0; i < number("attempts", 3); i++ {
		ctx, cancel := context.WithTimeout(context.Background(), seconds("deadline"))
		ask, err := http.NewRequestWithContext(ctx, http.MethodGet, plan["url"], nil)
		check(err)
		if response, err := client.Do(ask); err == nil {
			io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
		cancel()
	}
}

// connect: a plain connection, with a deadline or without, that reads until the peer says something.
func connect() {
	workers := number("workers", 3)
	waiting := newBarrier(workers, "waiting")
	var all sync.WaitGroup
	for i := 0; i < workers; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			if plan["stop_at"] == "dial" {
				waiting.arrive()
			}
			for i := 0; i < number("attempts", 1); i++ {
				talk(waiting)
			}
		}()
	}
	all.Wait()
}

func talk(waiting *barrier) {
	conn, err := net.DialTimeout("tcp", plan["address"], seconds("dial_timeout"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	defer conn.Close()
	if limit := seconds("deadline"); limit > 0 {
		conn.SetDeadline(time.Now().Add(limit))
	}
	if plan["tls"] == "yes" {
		secure := tls.Client(conn, &tls.Config{RootCAs: authorities(), ServerName: "localhost"})
		waiting.arrive()
		if err := secure.Handshake(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		return
	}
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", plan["path"])
	waiting.arrive()
	io.Copy(io.Discard, conn)
}
