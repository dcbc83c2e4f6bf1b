package main

import (
	"bytes"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/harness/record"
)

// What a run of four cases may need, whatever the peer does.
const (
	longest    = time.Minute
	mostMemory = 256 << 20
)

// hostile are servers that mean no good, or are broken beyond repair.
var hostile = map[string]func(net.Conn){
	"silence after accept":        swallow,
	"silence after 101":           after101(swallow),
	"a reset at once":             reset,
	"a reset instead of a head":   func(c net.Conn) { acceptance(c); reset(c) },
	"a reset inside the head":     func(c net.Conn) { head := acceptance(c); c.Write(head[:len(head)/2]); reset(c) },
	"a reset after 101":           after101(reset),
	"a reset inside a frame":      after101(func(c net.Conn) { c.Write([]byte{0x81, 0x05, 'H'}); reset(c) }),
	"the end inside a frame":      after101(func(c net.Conn) { c.Write([]byte{0x81, 0x05, 'H'}) }),
	"all byte by byte":            func(c net.Conn) { drip(c, append(acceptance(c), bytes.Repeat([]byte("\x8a\x01x"), 1<<10)...)) },
	"a head byte by byte, no end": func(c net.Conn) { acceptance(c); drip(c, []byte("HTTP/1.1 101 X\r\nA: "+strings.Repeat("a", 1<<10))) },
	"frames byte by byte":         after101(func(c net.Conn) { go swallow(c); drip(c, bytes.Repeat([]byte("\x8a\x01x"), 1<<10)) }),
	"a message byte by byte": after101(func(c net.Conn) {
		go swallow(c)
		drip(c, append([]byte{0x81, 0x7e, 0xff, 0xff}, bytes.Repeat([]byte("x"), 1<<10)...))
	}),
	"an endless header field": func(c net.Conn) {
		acceptance(c)
		io.WriteString(c, "HTTP/1.1 101 \x1b[31m\r\nA: ")
		forever(c, "aaaa\x1b[31m")
	},
	"endless header fields":   func(c net.Conn) { acceptance(c); io.WriteString(c, "HTTP/1.1 101 X\r\n"); forever(c, "A: b\r\n") },
	"endless interim answers": func(c net.Conn) { acceptance(c); forever(c, "HTTP/1.1 100 \x1b[31m\r\n\r\n") },
	"an endless message": after101(func(c net.Conn) {
		go swallow(c)
		c.Write([]byte{0x01, 0})
		forever(c, "\x00\x7e\x40\x00"+strings.Repeat("\x1b", 1<<14))
	}),
	"a length of 2^63-1": after101(func(c net.Conn) {
		c.Write([]byte("\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"))
		forever(c, strings.Repeat("\x1b", 1<<14))
	}),
	"a flood of pings":              after101(func(c net.Conn) { go swallow(c); forever(c, strings.Repeat("\x89\x04\x1b[1m", 512)) }),
	"a flood of pings, not reading": after101(func(c net.Conn) { forever(c, strings.Repeat("\x89\x04\x1b[1m", 512)) }),
	"a flood of messages":           after101(func(c net.Conn) { go swallow(c); forever(c, strings.Repeat("\x81\x04\x1b[1m", 512)) }),
	"HTTP after 101": after101(func(c net.Conn) {
		io.WriteString(c, "HTTP/1.1 200 \x1b[31m\r\nContent-Length: 2\r\n\r\nhi")
		swallow(c)
	}),
	"a refusal that steers": func(c net.Conn) {
		acceptance(c)
		io.WriteString(c, "HTTP/1.1 403 Forbidden\r\nContent-Length: 5\r\n\r\n\x1b[31m")
	},
}

// TestHostile: against any of them the program ends in time and within its memory, with a verdict and a reason for every case.
// All run at once, since nearly all that they do is to wait.
func TestHostile(t *testing.T) {
	t.Parallel()
	running, dirs := map[string]*process{}, map[string]string{}
	for name, behave := range hostile {
		if raceDetector && strings.Contains(name, "flood") && name != "a flood of pings, not reading" {
			continue // one is enough for it: they differ in what is sent, not in what runs
		}
		dirs[name] = t.TempDir()
		running[name] = confront(t, dirs[name], behave)
	}
	for name, p := range running {
		t.Run(name, func(t *testing.T) {
			e := <-p.done
			e.check(t)
			checkBounds(t, e)
			if e.code != exitFails {
				t.Errorf("exit code %d, want %d\n%s%s", e.code, exitFails, e.stdout, e.stderr)
			}
			rec := readRecord(t, dirs[name])
			if rec.Planned != 4 || rec.Ran != 4 || rec.Interrupted != "" || len(rec.Peers) != 1 || len(rec.Peers[0].Cases) != 4 {
				t.Fatalf("%d planned, %d ran, interrupted %q: %+v", rec.Planned, rec.Ran, rec.Interrupted, rec.Peers)
			}
			for _, c := range rec.Peers[0].Cases {
				checkFailure(t, c)
			}
		})
	}
}

// TestGarbage: what speaks no HTTP cannot be tested.
func TestGarbage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := <-confront(t, dir, func(c net.Conn) {
		acceptance(c)
		c.Write(bytes.Repeat([]byte{0xff, 0x00, 0x1b, '[', '3', '1', 'm', 0x9b}, 400))
	}).done
	e.check(t)
	checkBounds(t, e)
	if e.code != exitUntested || !strings.Contains(e.stderr, "what listens there does not speak HTTP") {
		t.Errorf("exit code %d, want %d\n%s", e.code, exitUntested, e.stderr)
	}
	if rec := readRecord(t, dir); rec.Planned != 4 || rec.Ran != 0 {
		t.Errorf("%d planned, %d ran", rec.Planned, rec.Ran)
	}
}

// confront puts four cases to a hostile server.
func confront(t *testing.T, dir string, behave func(net.Conn)) *process {
	t.Helper()
	return start(t, "test", "--cases", "1.1.2,2.1,5.6,7.7.2", "--exclude", "0.*", "--out", dir, listen(t, behave))
}

// checkBounds looks at time and memory. The race detector needs several times as much of both.
func checkBounds(t *testing.T, e ended) {
	t.Helper()
	t.Logf("%v, %d MiB", e.took.Round(time.Millisecond), e.memory>>20)
	if raceDetector {
		return
	}
	if e.took > longest {
		t.Errorf("took %v", e.took)
	}
	if e.memory > mostMemory {
		t.Errorf("%d MiB of memory", e.memory>>20)
	}
}

// checkFailure: a failure says what was expected of whom, and what came instead.
func checkFailure(t *testing.T, c record.Case) {
	t.Helper()
	if c.Verdict != record.Fail || len(c.Findings) == 0 {
		t.Errorf("%s: %s %+v", c.ID, c.Verdict, c.Findings)
		return
	}
	for _, f := range c.Findings {
		if f.Requirement == "" || f.Level == "" || f.Expected == "" || f.Got == "" {
			t.Errorf("%s: %+v", c.ID, f)
		}
	}
	if filepath.Ext(c.Transcript) != ".json" {
		t.Errorf("%s: no transcript: %q", c.ID, c.Transcript)
	}
}

// swallow reads until the end.
func swallow(c net.Conn) { io.Copy(io.Discard, c) }

// forever writes text again and again until nobody takes it any more.
func forever(c net.Conn, text string) {
	for p := []byte(text); ; {
		if _, err := c.Write(p); err != nil {
			return
		}
	}
}

// drip writes a byte every 100 ms.
func drip(c net.Conn, p []byte) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for len(p) > 0 {
		<-tick.C
		if _, err := c.Write(p[:1]); err != nil {
			return
		}
		p = p[1:]
	}
}

// reset ends the connection as a crash of the machine would.
func reset(c net.Conn) {
	c.(*net.TCPConn).SetLinger(0)
	c.Close()
}

// after101 does the opening handshake first.
func after101(behave func(net.Conn)) func(net.Conn) {
	return func(c net.Conn) {
		answer101(c)
		behave(c)
	}
}
