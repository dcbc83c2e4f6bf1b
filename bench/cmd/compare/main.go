// Compare measures wsspec's protocol packages and four other WebSocket libraries side by side, and prints Markdown tables.
//
//	go run ./cmd/compare [-rounds 8] [-only parse|echo]
//
// All contenders take turns in each round, so that whatever else the machine does meets all of them: the ratios are the medians
// of those of each round. Only they mean anything on another machine. A target that is missed is no failure of the command.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"time"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("compare: ")
	var err error
	switch {
	case len(os.Args) == 3 && os.Args[1] == "serve":
		err = serve(os.Args[2])
	case len(os.Args) == 2 && os.Args[1] == "load":
		err = load()
	default:
		err = compare()
	}
	if err != nil {
		log.Fatal(err)
	}
}

// compare runs all rounds, and prints what they gave.
func compare() error {
	rounds := flag.Int("rounds", 8, "how often every contender has its turn")
	parseTime := flag.Duration("parse", 50*time.Millisecond, "processor time of one parse measurement")
	echoTime := flag.Duration("echo", time.Second, "length of one echo measurement")
	only := flag.String("only", "", "run only \"parse\" or \"echo\"")
	flag.Parse()

	fmt.Println(machine(*rounds))
	if *only != "echo" {
		t, err := compareParsers(*rounds, *parseTime)
		if err != nil {
			return err
		}
		fmt.Println(t)
	}
	if *only != "parse" {
		t, err := compareServers(*rounds, *echoTime)
		if err != nil {
			return err
		}
		fmt.Println(t)
	}
	return nil
}
