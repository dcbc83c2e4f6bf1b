package autobahn

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// spoken is what wstest writes, with what may be around it.
const spoken = "Using explicit spec file 'x'\r\n\r\n" +
	"Autobahn Fuzzing WebSocket Client (Autobahn Testsuite Version 25.10.1 / Autobahn Version 0.10.9)\n" +
	"Ok, will run 3 test cases against 1 servers\nCases = ['1.1.1', '2.1', '2.2']\n" +
	"Running test case ID 1.1.1 for agent a\x1b[2Jb from peer tcp4:127.0.0.1:9001\n" +
	"Running test case ID 9.9.9 for agent a from peer tcp4:127.0.0.1:9001\n" +
	"Ok, will run 9 test cases for any clients connecting\n" +
	"Running test case ID 2.1 for agent a from peer tcp4:127.0.0.1:9001\r\n" +
	"Connection to ws://127.0.0.1:9001 failed (Connection was refused by other side: 111: Connection refused.)\n" +
	"no end"

// TestLogbook: however the output comes in pieces, the same is read from it.
func TestLogbook(t *testing.T) {
	for _, size := range []int{1, 2, 7, 64, len(spoken)} {
		var began []string
		b := newLogbook([]string{"1.1.1", "2.1", "2.2"}, func(id string) { began = append(began, id) })
		for piece := range slices.Chunk([]byte(spoken), size) {
			b.Write(piece)
		}
		got := b.look()
		if !slices.Equal(began, []string{"1.1.1", "2.1"}) || got.current != "2.1" || len(got.begun) != 2 {
			t.Errorf("in pieces of %d: began %q, %+v", size, began, got)
		}
		if got.version != "25.10.1" || got.size != 3 || got.refused != "Connection was refused by other side: 111: Connection refused" {
			t.Errorf("in pieces of %d: %+v", size, got)
		}
		if n := len(got.last); n != 9 || got.last[n-1] != "no end" || got.last[3] != `Running test case ID 1.1.1 for agent a\x1b[2Jb from peer tcp4:127.0.0.1:9001` {
			t.Errorf("in pieces of %d: %q", size, got.last)
		}
		select {
		case <-b.moved:
		default:
			t.Error("nothing has moved")
		}
	}
}

// TestLogbookAgents: the cases of several agents are told apart, as long as there are not too many. Of one whose name was not
// understood, what any has begun counts.
func TestLogbookAgents(t *testing.T) {
	b := newLogbook([]string{"1.1.1", "2.1"}, nil)
	fmt.Fprint(b, "Running test case ID 1.1.1 for agent a from peer b from peer tcp4:127.0.0.1:9001\nRunning test case ID 2.1 for agent c\n")
	got := b.look()
	for _, c := range []struct {
		agent, id string
		asked     bool
	}{
		{"a from peer b", "1.1.1", true}, {"a from peer b", "2.1", false}, {"c", "2.1", true}, {"c", "1.1.1", false},
		{"nobody", "1.1.1", true}, {"nobody", "2.1", true}, {"nobody", "2.2", false},
	} {
		if got.asked(c.agent, c.id) != c.asked {
			t.Errorf("agent %s, case %s: not %v", c.agent, c.id, c.asked)
		}
	}
	for i := range 2 * maxAgents {
		fmt.Fprintf(b, "Running test case ID 2.1 for agent %d from peer tcp4:127.0.0.1:9001\n", i)
	}
	if got := b.look(); len(got.agents) != maxAgents || !got.asked("1999", "1.1.1") {
		t.Errorf("%d agents", len(got.agents))
	}
}

// TestLogbookVersions: both modes, and the order of words of older versions.
func TestLogbookVersions(t *testing.T) {
	for line, want := range map[string]string{
		"Autobahn WebSocket 25.10.1/0.10.9 Fuzzing Server (Port 9001)":                                       "25.10.1",
		"Autobahn WebSocket 0.8.2/0.10.9 Fuzzing Server (Port 9001 TLS)":                                     "0.8.2",
		"Autobahn Fuzzing WebSocket Client (Autobahn Version 0.7.0 / Autobahn Testsuite Version 0.6.1)":      "0.6.1",
		"Autobahn Fuzzing WebSocket Client (Autobahn Testsuite Version \x1b]0;x\x07 / Autobahn Version 0.1)": "",
	} {
		b := newLogbook(nil, nil)
		b.Write([]byte(line + "\n"))
		if got := b.look().version; got != want {
			t.Errorf("%q: version %q, want %q", line, got, want)
		}
	}
}

// TestLogbookFlood: memory does not grow with the output, and what comes after the flood is read.
func TestLogbookFlood(t *testing.T) {
	b := newLogbook([]string{"1.1.1"}, nil)
	chunk := []byte(strings.Repeat("\x1b", 1<<20))
	for range 64 {
		b.Write(chunk)
	}
	if len(b.line) > lineLimit {
		t.Errorf("%d bytes of a line are kept", len(b.line))
	}
	b.Write([]byte("\n" + strings.Repeat("x\n", 1<<20) + "Running test case ID 1.1.1 for agent a from peer b\n"))
	got := b.look()
	if len(got.last) != tailLines || got.current != "1.1.1" {
		t.Errorf("%d lines are kept, current %q", len(got.last), got.current)
	}
	if n := len(strings.Join(got.last, "")); n > tailLines*lineLimit {
		t.Errorf("%d bytes are kept", n)
	}
}

// TestPrintable: nothing that a program writes steers a terminal or commands a CI system.
func TestPrintable(t *testing.T) {
	for line, want := range map[string]string{
		"plain \"quoted\" a\\b\tü": "plain \"quoted\" a\\b\tü",
		"\x1b[31m\a\u009b\u202e":   `\x1b[31m\a\u009b\u202e`,
		"\xff":                     `\xff`,
		"##[group]x ###":           `#\x23[group]x #\x23#`,
	} {
		if got := printable(line); got != want {
			t.Errorf("printable(%q) = %q, want %q", line, got, want)
		}
	}
}
