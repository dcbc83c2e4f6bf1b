package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/reference"
	"github.com/wsspec/wsspec/reports"
)

// What a run of four cases may need, whatever the peer does.
const (
	longest    = time.Minute
	mostMemory = 256 << 20
	mostVolume = 384 << 20 // of cases that expect 16 MiB back
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
	"a redirect to itself": func(c net.Conn) {
		acceptance(c)
		fmt.Fprintf(c, "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://%s/\r\nContent-Length: 0\r\n\r\n", c.LocalAddr())
	},
	"a zip bomb": func(c net.Conn) {
		acceptance(c)
		io.WriteString(c, "HTTP/1.1 403 Forbidden\r\nContent-Encoding: gzip\r\n\r\n")
		forever(c, bomb())
	},
	"50 000 header lines": func(c net.Conn) {
		head, rest, _ := strings.Cut(string(acceptance(c)), "\r\n")
		io.WriteString(c, head+"\r\n"+strings.Repeat("A\x1b: b\r\n", 50_000)+rest)
		swallow(c)
	},
	"a Close, then a flood": after101(func(c net.Conn) {
		go swallow(c)
		c.Write([]byte{0x88, 0})
		forever(c, strings.Repeat("\x81\x04\x1b[1m", 512))
	}),
	"endless empty fragments": after101(func(c net.Conn) {
		go swallow(c)
		c.Write([]byte{0x01, 0})
		forever(c, strings.Repeat("\x00\x00", 2048))
	}),
	"16 MiB for an echo":          after101(func(c net.Conn) { go swallow(c); io.WriteString(c, strings.Repeat("\x1b[31m\x9b", 16<<20/6)); idle(c) }),
	"a thousand echoes in one":    after101(multiply),
	"takes a connection and idle": idle,
	"idle after 101":              after101(idle),
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
			checkSchema(t, dirs[name])
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

// TestHostileToVolume: so it is with cases that expect 16 MiB back. Their rules are of the same kind, but their limits others.
func TestHostileToVolume(t *testing.T) {
	t.Parallel()
	running, dirs := map[string]*process{}, map[string]string{}
	for _, name := range []string{"a flood of pings", "a flood of pings, not reading", "a flood of messages", "endless empty fragments", "an endless message"} {
		if raceDetector && name != "a flood of pings, not reading" {
			continue // as above
		}
		dirs[name] = t.TempDir()
		running[name] = start(t, "test", "--cases", "9.1.1,9.1.6,9.3.1,9.7.1", "--exclude", "0.*", "--out", dirs[name], listen(t, hostile[name]))
	}
	for name, p := range running {
		t.Run(name, func(t *testing.T) {
			e := <-p.done
			e.check(t)
			checkWithin(t, e, mostVolume)
			checkSchema(t, dirs[name])
			rec := readRecord(t, dirs[name])
			if e.code != exitFails || rec.Ran != 4 || rec.Counts()[record.Fail] != 4 {
				t.Errorf("exit code %d, %v\n%s%s", e.code, rec.Counts(), e.stdout, e.stderr)
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

// TestEverySecondConnection: a server that takes only every second connection is asked again, and each case has a verdict. It
// hangs on the order of connections whether a case meets the same fault twice, which counts.
func TestEverySecondConnection(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var taken atomic.Int64
	e := <-confront(t, dir, func(c net.Conn) {
		if taken.Add(1)%2 == 0 {
			reset(c)
			return
		}
		reference.Serve(t.Context(), c, nil)
	}).done
	e.check(t)
	checkBounds(t, e)
	checkSchema(t, dir)
	rec := readRecord(t, dir)
	if counts := rec.Counts(); e.code != exitConforms && e.code != exitFails || rec.Ran != 4 || counts[record.Error] > 0 {
		t.Errorf("exit code %d, %v\n%s%s", e.code, counts, e.stdout, e.stderr)
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
	checkWithin(t, e, mostMemory)
}

func checkWithin(t *testing.T, e ended, memory int64) {
	t.Helper()
	t.Logf("%v, %d MiB", e.took.Round(time.Millisecond), e.memory>>20)
	if raceDetector {
		return
	}
	if e.took > longest {
		t.Errorf("took %v", e.took)
	}
	if e.memory > memory {
		t.Errorf("%d MiB of memory", e.memory>>20)
	}
}

// checkSchema: the record is one that others can read.
func checkSchema(t *testing.T, dir string) {
	t.Helper()
	schema := recordSchema(t)
	text, err := os.ReadFile(filepath.Join(dir, "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err == nil {
		err = schema.Validate(doc)
	}
	if err != nil {
		t.Errorf("the record does not meet its schema: %v", err)
	}
}

func recordSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	const name = "results.schema.json"
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(reports.Schema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return schema
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

// idle neither reads nor writes until the test is over.
func idle(c net.Conn) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if _, err := c.Write(nil); err != nil {
			return
		}
	}
}

// multiply answers whatever comes with a text that is a thousand times as long.
func multiply(c net.Conn) {
	buf := make([]byte, 4096)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		header := binary.BigEndian.AppendUint64([]byte{0x81, 0x7f}, uint64(1000*n))
		if _, err := c.Write(append(header, bytes.Repeat([]byte("x"), 1000*n)...)); err != nil {
			return
		}
	}
}

// bomb is 16 MiB of nothing, zipped.
var bomb = sync.OnceValue(func() string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(make([]byte, 16<<20))
	w.Close()
	return b.String()
})

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
