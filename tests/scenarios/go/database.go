package main

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/lib/pq"
)

// An engine is what differs between the databases.
type engine struct {
	driver, sleep, rows string
	where               func() string
}

var engines = map[string]engine{
	"":      {"postgres", "SELECT pg_sleep($1)", "SELECT g, repeat('x', 1000) FROM generate_series(1, 2000) g", postgres},
	"mysql": {"mysql", "SELECT sleep(?)", "SELECT seq, repeat('x', 1000) FROM seq_1_to_2000", mysql},
}

func postgres() string {
	host, port, err := net.SplitHostPort(plan["address"])
	check(err)
	where := fmt.Sprintf("host=%s port=%s user=scenarios dbname=postgres sslmode=disable connect_timeout=5", host, port)
	if plan["session_limit"] != "" { // the server ends sessions that are idle for longer
		where += fmt.Sprintf(" options='-c idle_session_timeout=%ss'", plan["session_limit"])
	}
	return where
}

func mysql() string {
	where := fmt.Sprintf("scenarios:scenarios@tcp(%s)/shop?timeout=5s&interpolateParams=%t", plan["address"], plan["statements"] == "text")
	if plan["session_limit"] != "" {
		where += "&wait_timeout=" + plan["session_limit"]
	}
	return where
}

func open() *sql.DB {
	db, err := sql.Open(engines[plan["engine"]].driver, engines[plan["engine"]].where())
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
	prepared *sql.Stmt
)

// query is one unit of work as the plan has it.
func query(db *sql.DB) {
	switch plan["work"] {
	case "rows": // read one row and forget the rest
		rows, err := db.Query(engines[plan["engine"]].rows)
		check(err)
		rows.Next()
		rowsKept = append(rowsKept, rows)
	case "read": // all rows: the last one closes the set
		rows, err := db.Query(engines[plan["engine"]].rows)
		check(err)
		for rows.Next() {
		}
		check(rows.Err())
	case "commit":
		tx, err := db.Begin()
		check(err)
		_, err = tx.Exec("SELECT 1")
		check(err)
		check(tx.Commit())
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
		if err := sleepIn(db); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
}

func sleepIn(db *sql.DB) error {
	takes := seconds("takes").Seconds()
	if plan["statements"] == "prepared" { // once for each connection, and executed many times
		_, err := prepared.Exec(takes)
		return err
	}
	_, err := db.ExecContext(context.Background(), engines[plan["engine"]].sleep, takes)
	return err
}

// database: in each round `workers` queries at once, then a pause; `burst` at once in the middle round.
func database() {
	db := open()
	if plan["statements"] == "prepared" {
		var err error
		prepared, err = db.Prepare(engines[plan["engine"]].sleep)
		check(err)
	}
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
