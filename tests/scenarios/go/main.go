// One program, many ways to use it: the plan says which.
package main

import (
	"fmt"
	"os"
)

var ways = map[string]func(){
	"get":         get,
	"poll":        pollEvents,
	"connect":     connect,
	"serve":       serve,
	"rounds":      rounds,
	"hosts":       hosts,
	"database":    database,
	"descriptors": descriptors,
}

func main() {
	way, known := ways[plan["do"]]
	if !known {
		fmt.Fprintf(os.Stderr, "PLAN: no way %q\n", plan["do"])
		os.Exit(2)
	}
	way()
}
