package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

var opened int64
var forgotten []*http.Response // a response that nobody closes
var forgetting sync.Mutex

// traced counts the connections that are opened for a request.
func traced(url string) *http.Request {
	trace := &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		if !got.Reused {
			atomic.AddInt64(&opened, 1)
		}
	}}
	ask, err := http.NewRequestWithContext(httptrace.WithClientTrace(context.Background(), trace), verb(), url, nil)
	check(err)
	return ask
}

func verb() string {
	if plan["method"] != "" {
		return plan["method"]
	}
	return http.MethodGet
}

// use does one request and treats its body as the plan says: read, close unread, read some and close, forget.
func use(client *http.Client, url, body string) {
	response, err := client.Do(traced(url))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	switch body {
	case "leak":
		forgetting.Lock()
		forgotten = append(forgotten, response)
		forgetting.Unlock()
		return
	case "some":
		io.CopyN(io.Discard, response.Body, 100)
	case "close":
	default:
		io.Copy(io.Discard, response.Body)
	}
	response.Body.Close()
}

// rounds: in each round `workers` requests at once, then a pause.
func rounds() {
	client := newClient()
	count := number("rounds", 30)
	workers := number("workers", 1)
	for i := 0; i < count; i++ {
		if plan["grow"] == "yes" { // load that comes and goes
			workers = 1 + number("workers", 1)*min(i, count-1-i)*2/count
		} else if i == count/2 {
			workers = number("burst", workers)
		} else {
			workers = number("workers", 1)
		}
		var all sync.WaitGroup
		for i := 0; i < workers; i++ {
			all.Add(1)
			go func() {
				defer all.Done()
				mine := client
				if plan["client_per"] == "request" {
					mine = newClient()
				}
				use(mine, plan["url"], plan["body"])
				if plan["client_per"] == "request" && plan["forget"] != "yes" {
					mine.CloseIdleConnections()
				}
			}()
		}
		all.Wait()
		time.Sleep(seconds("pause"))
	}
	stay(facts{"opened": atomic.LoadInt64(&opened), "requests": number("workers", 1) * count}, func() { use(client, plan["after"], "") })
}

func min(a, b int) int {
	if a < b {
		return a
	}
	return b
}

// stay says what was done and lives on: with `after` it goes on to work as it should, once a second.
func stay(done facts, work func()) {
	done["began"] = now()
	say(done)
	for plan["stay"] == "yes" {
		if plan["after"] != "" {
			work()
		}
		time.Sleep(time.Second)
	}
}

// hosts: one connection to each of many addresses, as a crawler or a batch does.
func hosts() {
	for i := 0; i < number("count", 40); i++ {
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{}, DisableKeepAlives: true}, Timeout: 5 * time.Second}
		use(client, fmt.Sprintf(plan["pattern"], i+1), "")
		time.Sleep(seconds("pause"))
	}
}
