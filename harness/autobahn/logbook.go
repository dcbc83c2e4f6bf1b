package autobahn

import (
	"bytes"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// logbook is what a wstest tells of itself while it runs: it reads the lines that the program writes. They hold what peers say,
// so that they are believed only as far as nothing depends on them but the progress that is shown, and words.
type logbook struct {
	begins func(id string) // is told of each planned case that begins
	known  map[string]bool // the IDs that can be begun

	mu      sync.Mutex
	line    []byte // that is being written, up to lineLimit
	last    [tailLines]string
	count   int    // lines that were kept
	version string // of the testsuite
	size    int    // how many cases it is going to run, by its own words; -1 before
	current string // ID of the case that began last, "" before
	begun   map[string]bool
	agents  map[string]map[string]bool // the cases that have begun, of each of the first agents
	refused string                     // why it could not connect, "" if it could

	moved chan struct{} // holds something when a case has begun since it was last read
	idle  chan struct{} // closed when it says that there is nothing to do
}

const (
	lineLimit = 4 << 10 // bytes of a line that are looked at
	tailLines = 20      // the last lines, which are kept
	maxAgents = 1000    // whose cases are told apart: clients call themselves as they like
)

func newLogbook(planned []string, begins func(string)) *logbook {
	b := &logbook{
		begins: begins, known: make(map[string]bool), size: -1, begun: make(map[string]bool),
		agents: make(map[string]map[string]bool), moved: make(chan struct{}, 1), idle: make(chan struct{}),
	}
	for _, id := range planned {
		b.known[id] = true
	}
	return b
}

// Write never fails.
func (b *logbook) Write(p []byte) (int, error) {
	for rest, ended := p, true; ended; {
		var line []byte
		line, rest, ended = bytes.Cut(rest, []byte("\n"))
		if id := b.extend(line, ended); id != "" && b.begins != nil {
			b.begins(id)
		}
	}
	return len(p), nil
}

// extend adds to the line that is being written. If it has ended, it is read; the ID is that of the case that it begins.
func (b *logbook) extend(part []byte, ended bool) (id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.line = append(b.line, part[:min(len(part), lineLimit-len(b.line))]...)
	if !ended {
		return ""
	}
	line := string(bytes.TrimSuffix(b.line, []byte("\r")))
	b.line = b.line[:0]
	if line != "" && !strings.HasPrefix(line, "Cases = ") { // which is long and says nothing
		b.last[b.count%tailLines] = line
		b.count++
	}
	return b.read(line)
}

// What wstest writes, in the versions that are around.
var (
	runningLine = regexp.MustCompile(`^Running test case ID ([0-9.]+) for agent (.*?)(?: from peer \S*)?$`)
	refusedLine = regexp.MustCompile(`^Connection to .* failed \((.*)$`)
	sizeLine    = regexp.MustCompile(`^Ok, will run ([0-9]{1,6}) test cases`)
	clientLine  = regexp.MustCompile(`^Autobahn Fuzzing WebSocket Client .*Testsuite Version ([\w.+-]{1,40})`)
	serverLine  = regexp.MustCompile(`^Autobahn WebSocket ([\w.+-]{1,40})/\S+ Fuzzing Server `)
)

func (b *logbook) read(line string) (begun string) {
	if m := runningLine.FindStringSubmatch(line); m != nil && b.known[m[1]] {
		b.begin(m[1], m[2])
		select {
		case b.moved <- struct{}{}:
		default:
		}
		return m[1]
	}
	if m := refusedLine.FindStringSubmatch(line); m != nil {
		b.refused = printable(strings.TrimSuffix(strings.TrimSuffix(m[1], ")"), "."))
	}
	if m := sizeLine.FindStringSubmatch(line); m != nil && b.size < 0 {
		if b.size, _ = strconv.Atoi(m[1]); b.size == 0 {
			close(b.idle)
		}
	}
	for _, form := range []*regexp.Regexp{clientLine, serverLine} {
		if m := form.FindStringSubmatch(line); m != nil {
			b.version = m[1]
		}
	}
	return ""
}

// begin notes that a case begins.
func (b *logbook) begin(id, agent string) {
	b.current, b.begun[id] = id, true
	if b.agents[agent] == nil && len(b.agents) < maxAgents {
		b.agents[agent] = make(map[string]bool)
	}
	if b.agents[agent] != nil {
		b.agents[agent][id] = true
	}
}

// chronicle is what a logbook holds at some moment.
type chronicle struct {
	version string
	size    int
	current string
	begun   map[string]bool
	agents  map[string]map[string]bool
	refused string
	last    []string // the last lines, printable
}

// asked tells whether a case has begun for an agent; for anyone, if nothing is known of that one.
func (c *chronicle) asked(agent, id string) bool {
	if cases, known := c.agents[agent]; known {
		return cases[id]
	}
	return c.begun[id]
}

func (b *logbook) look() chronicle {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := chronicle{b.version, b.size, b.current, maps.Clone(b.begun), make(map[string]map[string]bool), b.refused, nil}
	for agent, cases := range b.agents {
		c.agents[agent] = maps.Clone(cases)
	}
	for i := max(0, b.count-tailLines); i < b.count; i++ {
		c.last = append(c.last, printable(b.last[i%tailLines]))
	}
	if len(b.line) > 0 {
		c.last = append(c.last, printable(string(b.line)))
	}
	return c
}

// printable spells out, as in a Go string, what could steer a terminal, and what the runners of CI systems take for a command.
func printable(line string) string {
	quoted := strconv.Quote(line)
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\t`, "\t", `##`, `#\x23`).Replace(quoted[1 : len(quoted)-1])
}
