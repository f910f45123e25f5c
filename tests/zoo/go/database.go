package main

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	_ "github.com/lib/pq"
)

func open() *sql.DB {
	host, port, err := net.SplitHostPort(plan["address"])
	check(err)
	where := fmt.Sprintf("host=%s port=%s user=zoo dbname=postgres sslmode=disable connect_timeout=5", host, port)
	if plan["session_limit"] != "" { // the server ends sessions that are idle for longer
		where += fmt.Sprintf(" options='-c idle_session_timeout=%ss'", plan["session_limit"])
	}
	db, err := sql.Open("postgres", where)
	check(err)
	if plan["max_open"] != "" {
		db.SetMaxOpenConns(number("max_open", 0))
	}
	if plan["max_idle"] != "" {
		db.SetMaxIdleConns(number("max_idle", 2))
	}
	db.SetConnMaxIdleTime(seconds("idle_time"))
	return db
}

var (
	rowsKept []*sql.Rows
	txsKept  []*sql.Tx
)

const statement = "SELECT g, repeat('x', 1000) FROM generate_series(1, 2000) g"

// query is one unit of work as the plan has it.
func query(db *sql.DB) {
	switch plan["work"] {
	case "rows": // read one row and forget the rest
		rows, err := db.Query(statement)
		check(err)
		rows.Next()
		rowsKept = append(rowsKept, rows)
	case "transaction": // begun, used, never ended
		tx, err := db.Begin()
		check(err)
		_, err = tx.Exec("SELECT 1")
		check(err)
		txsKept = append(txsKept, tx)
	case "reopen": // a database handle for each query
		mine := open()
		_, err := mine.Exec("SELECT 1")
		check(err)
		mine.Close()
	default:
		if _, err := db.ExecContext(context.Background(), "SELECT pg_sleep($1)", seconds("takes").Seconds()); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
}

// database: in each round `workers` queries at once, then a pause; `burst` at once in the middle round.
func database() {
	db := open()
	rounds := number("rounds", 30)
	for i := 0; i < rounds; i++ {
		workers := number("workers", 1)
		if i == rounds/2 {
			workers = number("burst", workers)
		}
		var all sync.WaitGroup
		for i := 0; i < workers; i++ {
			all.Add(1)
			go func() {
				defer all.Done()
				query(db)
			}()
		}
		all.Wait()
		time.Sleep(seconds("pause"))
	}
	stay(facts{"leaked": len(rowsKept) + len(txsKept), "queries": rounds * number("workers", 1), "burst": number("burst", 0)},
		func() { db.Exec("SELECT 1") })
}
