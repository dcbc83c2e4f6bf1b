// Command reporter reads what wstest wrote and says whether that is good enough. It looks at the behavior alone, and takes
// FAILED, UNCLEAN and NON-STRICT for failures.
//
//	reporter report/index.json
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// result is what the index says of a case.
type result struct {
	Behavior   string `json:"behavior"`
	ReportFile string `json:"reportfile"`
}

// details are what the file of a case says beside that.
type details struct {
	Description string `json:"description"`
	Expectation string `json:"expectation"`
	Result      string `json:"result"`
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: reporter INDEX")
	}
	var index map[string]map[string]result
	read(os.Args[1], &index)
	failed := 0
	for _, agent := range slices.Sorted(maps.Keys(index)) {
		failed += report(filepath.Dir(os.Args[1]), agent, index[agent])
	}
	if failed > 0 {
		log.Fatalf("FAILED: %d cases", failed)
	}
	fmt.Println("OK")
}

// report prints what an agent did, and returns in how many cases it failed.
func report(dir, agent string, cases map[string]result) (failed int) {
	counts := map[string]int{}
	for _, id := range slices.SortedFunc(maps.Keys(cases), byNumber) {
		c := cases[id]
		counts[c.Behavior]++
		switch c.Behavior {
		case "FAILED", "UNCLEAN", "NON-STRICT":
			failed++
			var d details
			read(filepath.Join(dir, c.ReportFile), &d)
			fmt.Printf("%s %s %s\n  case     %s\n  expected %s\n  got      %s\n", agent, id, c.Behavior, d.Description, d.Expectation, d.Result)
		}
	}
	fmt.Printf("%s: %d cases %v\n", agent, len(cases), counts)
	return failed
}

func read(name string, v any) {
	data, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// byNumber puts 9.2.1 before 10.1.1.
func byNumber(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "."), strings.Split(b, "."), func(a, b string) int {
		x, _ := strconv.Atoi(a)
		y, _ := strconv.Atoi(b)
		return x - y
	})
}
