package main

import (
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/bench/echo"
	"github.com/wsspec/wsspec/bench/parse"
)

// The test binary is the executable that is started for a server and for a load.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "serve" || os.Args[1] == "load") {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestTargetsFitTheColumns(t *testing.T) {
	if len(parseTargets) != len(parse.Rows) {
		t.Errorf("%d targets for %d rows", len(parseTargets), len(parse.Rows))
	}
	if len(echoTargets) != len(echo.Loads) {
		t.Errorf("%d targets for %d loads", len(echoTargets), len(echo.Loads))
	}
}

func TestCompareParsers(t *testing.T) {
	got, err := compareParsers(1, 10*time.Microsecond)
	if err != nil {
		t.Fatal(err)
	}
	for c, column := range got.columns {
		if best := got.competitor(c); best == nil || best.ours {
			t.Errorf("%s: the best competitor is %+v", column.name, best)
		}
	}
	checkLines(t, got)
}

func TestCompareServers(t *testing.T) {
	if runtime.GOOS != "linux" || runtime.NumCPU() < 2 {
		t.Skip("needs Linux and two cores")
	}
	got, err := compareServers(1, 10*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if r := got.competitor(0); r.name != "raw TCP" {
		t.Errorf("the measure is %s", r.name)
	}
	checkLines(t, got)
}

// checkLines sees to it that a table has as many cells in every line as it should.
func checkLines(t *testing.T, got *table) {
	t.Helper()
	text := got.String()
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "|") && strings.Count(line, "|") != len(got.columns)+2 && strings.Count(line, "|") != 7 {
			t.Errorf("%q", line)
		}
	}
	for _, r := range got.rows {
		if !strings.Contains(text, r.name) {
			t.Errorf("no %s in\n%s", r.name, text)
		}
	}
}

func TestRatiosAndTargets(t *testing.T) {
	tab := &table{
		columns: []column{{"small", 0.5}, {"large", 0.5}},
		rows:    []row{{name: "us", ours: true, entrant: true}, {name: "slow"}, {name: "fast"}},
		typical: median,
	}
	for i, cost := range []float64{4, 100, 10} {
		tab.add(i, 0, sample{cost: cost})
		tab.add(i, 0, sample{cost: 2 * cost})
	}
	for i, cost := range []float64{6, 10, 100} {
		tab.add(i, 1, sample{cost: cost})
	}
	for _, want := range []string{
		"| us | **6 (0.40), 0** | **6 (0.60), 0** |",
		"| small | us | fast | 0.40 (0.40) | <= 0.50 | yes |",
		"| large | us | slow | 0.60 (0.60) | <= 0.50 | no |",
	} {
		if got := tab.String(); !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestTypical(t *testing.T) {
	sorted := []float64{1, 2, 3, 4, 5, 6, 7, 9}
	if got := median(sorted); got != 4.5 {
		t.Errorf("median %v, want 4.5", got)
	}
	if got := quartile(sorted); got != 2 {
		t.Errorf("first quartile %v, want 2", got)
	}
}
