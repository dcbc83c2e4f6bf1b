package harness_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/protocol"
)

// hostile are peers that mean no good, or are broken beyond repair.
var hostile = map[string]func(*wire){
	"silence after accept":        swallow,
	"neither reads nor writes":    func(c *wire) { <-c.gone },
	"closes at once":              func(c *wire) {},
	"closes inside the head":      func(c *wire) { readHead(c); io.WriteString(c, "HTTP/1.1 101 Swit") },
	"a head byte by byte":         func(c *wire) { key := readHead(c); drip(c, answer(key)) },
	"an endless head":             func(c *wire) { readHead(c); io.WriteString(c, "HTTP/1.1 101 X\r\nA: "); forever(c, []byte("aaaaaaaa")) },
	"endless header fields":       func(c *wire) { readHead(c); io.WriteString(c, "HTTP/1.1 101 X\r\n"); forever(c, []byte("A: b\r\n")) },
	"endless interim answers":     func(c *wire) { readHead(c); forever(c, []byte("HTTP/1.1 100 Continue\r\n\r\n")) },
	"garbage instead of HTTP":     func(c *wire) { readHead(c); c.Write(bytes.Repeat([]byte{0xff, 0x00, 0x1b}, 400)) },
	"silence after 101":           after101(swallow),
	"closes after 101":            after101(func(*wire) {}),
	"HTTP after 101":              after101(func(c *wire) { io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"); swallow(c) }),
	"half a frame, then the end":  after101(func(c *wire) { c.Write([]byte{0x81, 0x05, 'H'}) }),
	"half a header, then the end": after101(func(c *wire) { c.Write([]byte{0x81, 0x7e, 0x00}) }),
	"half a frame, then silence":  after101(func(c *wire) { c.Write([]byte{0x81, 0x05, 'H'}); swallow(c) }),
	"frames byte by byte, no end": after101(func(c *wire) { go swallow(c); drip(c, strings.Repeat("\x8a\x01x", 1<<20)) }),
	"a message byte by byte":      after101(func(c *wire) { go swallow(c); drip(c, endlessText) }),
	"a Close, then such a message": after101(func(c *wire) {
		go swallow(c)
		c.Write([]byte{0x88, 0})
		drip(c, endlessText)
	}),
	"a length of 2^63-1": after101(func(c *wire) { c.Write(announce(1<<63 - 1)); forever(c, make([]byte, 8<<10)) }),
	"a length of 2^64-1": after101(func(c *wire) { c.Write(announce(1<<64 - 1)); swallow(c) }),
	"an endless message": after101(func(c *wire) {
		go swallow(c)
		c.Write([]byte{0x01, 0})
		forever(c, append([]byte{0x00, 0x7e, 0x40, 0}, make([]byte, 1<<14)...))
	}),
	"endless empty fragments":       after101(func(c *wire) { go swallow(c); c.Write([]byte{0x01, 0}); forever(c, bytes.Repeat([]byte{0, 0}, 2048)) }),
	"a flood of pings":              after101(func(c *wire) { go swallow(c); forever(c, bytes.Repeat([]byte("\x89\x04ping"), 512)) }),
	"a flood of pings, not reading": after101(func(c *wire) { forever(c, bytes.Repeat([]byte("\x89\x04ping"), 512)) }),
	"a flood of pongs":              after101(func(c *wire) { go swallow(c); forever(c, bytes.Repeat([]byte("\x8a\x00"), 2048)) }),
	"a flood of messages":           after101(func(c *wire) { go swallow(c); forever(c, bytes.Repeat([]byte("\x81\x04spam"), 512)) }),
	"a Close, then a flood": after101(func(c *wire) {
		go swallow(c)
		c.Write([]byte{0x88, 0})
		forever(c, bytes.Repeat([]byte("\x81\x04spam"), 512))
	}),
	"a flood of Close frames":     after101(func(c *wire) { go swallow(c); forever(c, bytes.Repeat([]byte{0x88, 0}, 2048)) }),
	"answers, but never hangs up": after101(func(c *wire) { go swallow(c); c.Write([]byte{0x88, 0}); <-c.gone }),

	"a redirect to itself": refuse("302 Found", "Location: ws://hostile.invalid/\r\n", nil),
	"a gzip'ed refusal":    refuse("403 Forbidden", "Content-Encoding: gzip\r\n", zipped([]byte("go away\x1b[31m"))),
	"a zip bomb":           refuse("403 Forbidden", "Content-Encoding: gzip\r\n", zipped(make([]byte, 64<<20))),
	"an endless refusal": func(c *wire) {
		readHead(c)
		io.WriteString(c, "HTTP/1.1 403 X\r\n\r\n")
		forever(c, make([]byte, 1<<14))
	},
	"endless chunks": func(c *wire) {
		readHead(c)
		io.WriteString(c, "HTTP/1.1 403 X\r\nTransfer-Encoding: chunked\r\n\r\n")
		forever(c, []byte("8\r\n12345678\r\n"))
	},
	"a zipped 101": func(c *wire) {
		key := readHead(c)
		io.WriteString(c, strings.Replace(answer(key), "Upgrade:", "Content-Encoding: gzip\r\nUpgrade:", 1))
		c.Write(zipped([]byte("\x81\x05Hello")))
		swallow(c)
	},
	"50 000 header lines": func(c *wire) {
		head, rest, _ := strings.Cut(answer(readHead(c)), "\r\n")
		io.WriteString(c, head+"\r\n"+strings.Repeat("A: b\r\n", 50_000)+rest)
		swallow(c)
	},
	"16 MiB of garbage for an echo": after101(func(c *wire) { go swallow(c); c.Write(garbage(16 << 20)); <-c.gone }),
	"16 MiB in one frame for an echo": after101(func(c *wire) {
		go swallow(c)
		c.Write(announce(16 << 20))
		c.Write(garbage(16 << 20))
		<-c.gone
	}),
	"an echo a thousand times as long": after101(multiply),
	"a ping every second, no more":     after101(func(c *wire) { go swallow(c); everySecond(c, "\x89\x04ping") }),
	"an empty fragment every second":   after101(func(c *wire) { go swallow(c); c.Write([]byte{0x01, 0}); everySecond(c, "\x00\x00") }),
	"all a byte a second": func(c *wire) {
		for _, b := range []byte(answer(readHead(c)) + endlessText) {
			afterASecond(c, string(b))
		}
	},
	"reads a byte a second": after101(func(c *wire) { slowly(c); <-c.gone }),
}

// TestHostile: against any of them four cases end with a verdict and a finding, in time, without a goroutine left behind and
// without the memory that is asked for.
func TestHostile(t *testing.T) {
	for name, behave := range hostile {
		t.Run(name, func(t *testing.T) {
			if flood := strings.Contains(name, "flood") || strings.Contains(name, "endless"); flood && raced && name != "a flood of pings" {
				t.Skip("one flood is enough for the race detector: they differ in what is sent, not in what runs")
			}
			synctest.Test(t, func(t *testing.T) {
				start, memory := time.Now(), heap()
				results := ask(t, target(behave), "1.1.2", "2.1", "5.6", "7.7.2")
				if took := time.Since(start); took > time.Minute {
					t.Errorf("took %v", took)
				}
				if grown := heap() - memory; grown > 200<<20 {
					t.Errorf("%d MiB of memory", grown>>20)
				}
				if len(results) != 4 {
					t.Fatalf("%d verdicts, want 4", len(results))
				}
				for _, c := range results {
					if c.Verdict != record.Fail || len(c.Findings) == 0 || c.Findings[0].Requirement == "" || c.Findings[0].Got == "" {
						t.Errorf("%s: %s %+v", c.ID, c.Verdict, c.Findings)
					}
				}
			})
		})
	}
}

// TestEndlessMessageIsNoProgress: a message that nobody asked for does not hold up a case that waits for the end.
func TestEndlessMessageIsNoProgress(t *testing.T) {
	for _, name := range []string{"a message byte by byte", "a Close, then such a message"} {
		for _, id := range []string{"3.3", "4.1.1", "7.1.1", "7.3.1"} {
			t.Run(name+", case "+id, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					start := time.Now()
					if results := ask(t, target(hostile[name]), id); len(results) != 1 || results[0].Verdict != record.Fail {
						t.Errorf("%+v", results)
					}
					if took := time.Since(start); took > 12*time.Second { // tried twice
						t.Errorf("took %v", took)
					}
				})
			})
		}
	}
}

// TestRedirectIsNotFollowed: a client may follow a redirect (RFC 6455, section 4.1), but the server that is tested is the one
// that was named.
func TestRedirectIsNotFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var dials atomic.Int64
		to := target(func(c *wire) { dials.Add(1); hostile["a redirect to itself"](c) })
		r := runner(to, "1.1.2")
		r.Retries = 0
		r.Result = func(c record.Case, _ *record.Transcript) {
			if got := c.Findings[0].Got; !strings.Contains(got, "302") {
				t.Errorf("got %s", got)
			}
		}
		if err := r.Run(t.Context(), harness.Probe{Connections: 4}); err != nil || dials.Load() != 1 {
			t.Errorf("%d connections, %v", dials.Load(), err)
		}
	})
}

// TestHostileInterrupted: the end of the run ends every conversation at once.
func TestHostileInterrupted(t *testing.T) {
	for _, name := range []string{"silence after accept", "silence after 101", "neither reads nor writes", "half a frame, then silence", "a flood of pings, not reading"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
				defer cancel()
				start := time.Now()
				r := runner(target(hostile[name]), "1.1.2", "2.1", "5.6", "7.7.2")
				if err := r.Run(ctx, harness.Probe{Connections: 4, RoundTrip: time.Second}); err == nil {
					t.Error("Run does not say that it was interrupted")
				}
				if took := time.Since(start); took > 3*time.Second {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}

// ask puts cases to a target and returns the verdicts.
func ask(t *testing.T, target harness.Target, ids ...string) (results []record.Case) {
	t.Helper()
	r := runner(target, ids...)
	r.Result = func(c record.Case, _ *record.Transcript) { results = append(results, c) }
	if err := r.Run(t.Context(), harness.Probe{Connections: 4}); err != nil {
		t.Fatal(err)
	}
	return results
}

func runner(target harness.Target, ids ...string) *harness.Runner {
	r := &harness.Runner{Target: target, Timeout: harness.DefaultProgress, Retries: 3, Seed: "test"}
	for _, id := range ids {
		r.Cases = append(r.Cases, cases.Find(id))
	}
	return r
}

// wire is the peer's side of a connection in memory.
type wire struct {
	net.Conn
	gone chan struct{} // closed when our side is
}

// hangUp is our side of it.
type hangUp struct {
	net.Conn
	once sync.Once
	gone chan struct{}
}

func (h *hangUp) Close() error {
	h.once.Do(func() { close(h.gone) })
	return h.Conn.Close()
}

// target is a server in memory that does with each connection what behave does, and then closes it.
func target(behave func(*wire)) harness.Target {
	u, err := protocol.ParseURL("ws://hostile.invalid/")
	if err != nil {
		panic(err)
	}
	return harness.Target{URL: u, Dial: func(context.Context) (net.Conn, error) {
		ours, theirs := net.Pipe()
		w := &wire{theirs, make(chan struct{})}
		go func() {
			defer theirs.Close()
			behave(w)
		}()
		return &hangUp{Conn: ours, gone: w.gone}, nil
	}}
}

// swallow reads until the end.
func swallow(c *wire) { io.Copy(io.Discard, c) }

// forever writes p again and again until nobody takes it any more.
func forever(c *wire, p []byte) {
	for {
		if _, err := c.Write(p); err != nil {
			return
		}
	}
}

// endlessText is a text frame of 64 KiB: no end for one who writes ten bytes a second.
var endlessText = "\x81\x7e\xff\xff" + strings.Repeat("x", 0xffff)

// drip writes a byte every 100 ms.
func drip(c *wire, text string) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for i := range len(text) {
		select {
		case <-tick.C:
		case <-c.gone:
			return
		}
		if _, err := c.Write([]byte{text[i]}); err != nil {
			return
		}
	}
}

// everySecond writes text until nobody takes it any more.
func everySecond(c *wire, text string) {
	for afterASecond(c, text) {
	}
}

// afterASecond writes text. It returns false if nobody takes it any more.
func afterASecond(c *wire, text string) bool {
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.gone:
		return false
	}
	_, err := io.WriteString(c, text)
	return err == nil
}

// slowly reads a byte a second, until nobody writes any more.
func slowly(c *wire) {
	for {
		if _, err := c.Read(make([]byte, 1)); err != nil {
			return
		}
		timer := time.NewTimer(time.Second)
		select {
		case <-timer.C:
		case <-c.gone:
		}
		timer.Stop()
	}
}

// multiply answers whatever comes with a text that is a thousand times as long.
func multiply(c *wire) {
	buf := make([]byte, 4096)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		header := announce(uint64(1000 * n))
		header[0] = 0x81
		c.Write(header)
		c.Write(bytes.Repeat([]byte("x"), 1000*n))
	}
}

// refuse answers with a status and a body.
func refuse(status, fields string, body []byte) func(*wire) {
	return func(c *wire) {
		readHead(c)
		fmt.Fprintf(c, "HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s", status, fields, len(body), body)
		swallow(c)
	}
}

func zipped(p []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(p)
	w.Close()
	return b.Bytes()
}

// garbage is n bytes without sense, always the same.
func garbage(n int) []byte {
	p := make([]byte, n)
	rand.NewChaCha8([32]byte{}).Read(p)
	return p
}

// readHead reads a request and returns its key.
func readHead(c *wire) (key string) {
	h := new(protocol.ServerHandshake)
	buf := make([]byte, 4096)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return ""
		}
		h.Feed(buf[:n])
		if r, err := h.Next(); err == nil {
			return r.Fields.Get("Sec-WebSocket-Key")
		}
	}
}

// answer is a response that accepts the key.
func answer(key string) string {
	return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
		protocol.AcceptKey(key) + "\r\n\r\n"
}

// after101 does the opening handshake first.
func after101(behave func(*wire)) func(*wire) {
	return func(c *wire) {
		io.WriteString(c, answer(readHead(c)))
		behave(c)
	}
}

// announce is the header of a binary frame of that many bytes.
func announce(length uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{0x82, 0x7f}, length)
}

func heap() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
