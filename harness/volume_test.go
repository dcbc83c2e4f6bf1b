package harness_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/reference"
	"github.com/wsspec/wsspec/protocol"
)

// faulty is the reference server with a fault, in memory.
func faulty(name string) harness.Target {
	return target(func(c *wire) { reference.Serve(context.Background(), c, reference.Find(name)) })
}

// pour puts one case that measures to a target, in a profile, and returns what is recorded of it.
func pour(t *testing.T, to harness.Target, profile harness.Profile, id string) (c record.Case, transcript *record.Transcript) {
	t.Helper()
	r := runner(to, id)
	r.Profile, r.Retries = profile, 0
	r.Result = func(found record.Case, of *record.Transcript) { c, transcript = found, of }
	if err := r.Run(t.Context(), harness.Probe{Connections: 1}); err != nil {
		t.Fatal(err)
	}
	return c, transcript
}

// A peer whose echoes come, but too slowly, is not said to send nothing.
func TestTooSlowInWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := pour(t, faulty("late-writes"), harness.Standard, "9.7.2")
		const want = "20 of 1000 messages, so slowly that not all of it would come within 1m0s"
		if c.Verdict != record.Fail || c.Findings[0].Got != want {
			t.Errorf("%s %+v, want %q", c.Verdict, c.Findings, want)
		}
	})
}

// What is wrong with an echo is said in words that tell where to look.
func TestEchoInWords(t *testing.T) {
	for _, test := range []struct {
		fault, id string
		got       []string // all of them in the finding
		wstest    string
	}{
		{"long-messages-shortened", "9.1.2", []string{"73727 bytes: the last 1 are missing"}, "FAILED"},
		{"long-messages-lengthened", "9.2.2", []string{"more than 73728 bytes"}, "FAILED"},
		{"long-text-as-binary", "9.1.2", []string{"Binary, 73728 bytes"}, "FAILED"},
		{"byte-between-buffers-lost", "9.2.3", []string{"another byte at offset 65536: ", ", what was sent 1 bytes further on", "; and 81919 bytes in all"}, "FAILED"},
		{"first-buffer-sent-twice", "9.1.2", []string{"another byte at offset 32768: ", ", what was sent 32768 bytes before"}, "OK"},
		{"bit-flipped-beyond-128-kib", "9.2.6", []string{"another byte at offset 131072: "}, "OK"},
		{"fragments-beyond-60-lost", "9.3.2", []string{"15360 bytes: the last 1024 are missing"}, "FAILED"},
		{"full-read-of-64-shortened", "9.6.1", []string{"another byte at offset 55: "}, "FAILED"},
		{"long-messages-lost", "9.1.4", []string{"nothing of it, then nothing for 2s"}, "FAILED"},
		{"long-messages-end-tcp", "9.1.3", []string{"the first ", " bytes of it, then the end of the stream"}, "FAILED"},
		{"long-messages-refused-as-error", "9.2.3", []string{", then Close 1002 (protocol error)"}, "FAILED"},
		{"messages-up-to-100-kib", "9.1.5", []string{"nothing of it, then Close 1009 (message too big): a limit of its own"}, "FAILED"},
		{"messages-up-to-100-kib-by-policy", "9.4.6", []string{"then Close 1008 (policy violation): a limit of its own"}, "FAILED"},
		{"message-before-sent-again", "9.7.3", []string{"message 1 once more"}, "OK"},
		{"every-tenth-message-twice", "9.8.2", []string{"message 10 once more"}, "OK"},
		{"tenth-message-lost", "9.7.1", []string{"nothing of it, then nothing for 2s"}, "FAILED"},
		{"ten-messages-a-connection", "9.7.6", []string{"nothing of it, then Close 1000 (normal closure)"}, "FAILED"},
	} {
		t.Run(test.fault, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, transcript := pour(t, faulty(test.fault), harness.Quick, test.id)
				if len(c.Findings) == 0 {
					t.Fatalf("%s without a finding", c.Verdict)
				}
				for _, words := range test.got {
					if !strings.Contains(c.Findings[0].Got, words) {
						t.Errorf("got %q, without %q", c.Findings[0].Got, words)
					}
				}
				if limit := strings.Contains(test.got[0], "a limit of its own"); limit != (c.Verdict == record.NonStrict) {
					t.Errorf("%s", c.Verdict)
				}
				if c.WSTest.Behavior != test.wstest {
					t.Errorf("the Autobahn testsuite would say %s, not %s", test.wstest, c.WSTest.Behavior)
				}
				if c.Volume != nil && c.Verdict == record.Fail && test.wstest != "OK" {
					t.Errorf("measured what did not come: %+v", c.Volume)
				}
				if len(transcript.Entries) > 60 {
					t.Errorf("%d entries", len(transcript.Entries))
				}
			})
		})
	}
}

// A message of 16 MiB is never in memory as a whole, neither on its way out nor on its way back.
func TestVolumeIsNotHeld(t *testing.T) {
	var before, most uint64
	var read atomic.Int64
	to := target(func(c *wire) { reference.Serve(context.Background(), counted{c, &read, &before, &most}, nil) })
	for _, id := range []string{"9.1.6", "9.2.6", "9.3.1"} {
		read.Store(0)
		before, most = 0, 0
		c, transcript := pour(t, to, harness.Standard, id)
		if c.Verdict != record.Pass || c.Volume == nil {
			t.Fatalf("%s: %s %+v", id, c.Verdict, c.Findings)
		}
		if read.Load() < c.Volume.MessageBytes {
			t.Errorf("%s: the peer read %d bytes", id, read.Load())
		}
		if most > before+4<<20 {
			t.Errorf("%s: %d KiB of memory for a message of %d KiB", id, (most-before)>>10, c.Volume.MessageBytes>>10)
		}
		if len(transcript.Entries) > 60 {
			t.Errorf("%s: %d entries", id, len(transcript.Entries))
		}
	}
}

// counted looks at the memory now and then while bytes are read.
type counted struct {
	net.Conn
	read         *atomic.Int64
	before, most *uint64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	const step = 1 << 20
	if now := c.read.Add(int64(n)); now/step != (now-int64(n))/step {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if *c.before == 0 {
			*c.before = m.HeapAlloc
		}
		*c.most = max(*c.most, m.HeapAlloc)
	}
	return n, err
}

// A ping that comes while a message is on its way out is answered as soon as there is a place for it: between two fragments,
// or behind a frame.
func TestPingDuringVolume(t *testing.T) {
	for _, test := range []struct {
		id   string
		want string // opcodes, in order, each once in a row
	}{
		{"9.3.4", "Text Continuation Pong Continuation Close"},
		{"9.1.3", "Text Pong Close"},
		{"9.7.4", "Text Pong Text Close"},
	} {
		t.Run(test.id, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var sent bytes.Buffer
				pings := target(func(c *wire) { reference.Serve(context.Background(), &pinging{Conn: c, after: 3000}, nil) })
				dial := pings.Dial
				pings.Dial = func(ctx context.Context) (net.Conn, error) {
					conn, err := dial(ctx)
					return recorded{conn, &sent}, err
				}
				if c, _ := pour(t, pings, harness.Standard, test.id); c.Verdict != record.Pass {
					t.Fatalf("%s %+v", c.Verdict, c.Findings)
				}
				if got := opcodes(t, sent.Bytes()); got != test.want {
					t.Errorf("sent %s, want %s", got, test.want)
				}
			})
		})
	}
}

// pinging sends a ping once so many bytes were read.
type pinging struct {
	net.Conn
	read, after int
}

func (p *pinging) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b[:min(len(b), 1000)])
	if before := p.read; before < p.after && before+n >= p.after {
		p.Conn.Write([]byte("\x89\x04ping"))
	}
	p.read += n
	return n, err
}

// opcodes names the frames behind the head of a handshake; those that are alike in a row are named once.
func opcodes(t *testing.T, wire []byte) string {
	t.Helper()
	_, frames, _ := bytes.Cut(wire, []byte("\r\n\r\n"))
	reader := protocol.Reader{}
	reader.Feed(frames)
	var names []string
	for p, err := range reader.All() {
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, p.Opcode().String())
	}
	return strings.Join(slices.Compact(names), " ")
}

// A peer that sends nothing back before it has read a whole message is given time in proportion to it, and a peer that does
// not read on is not waited for longer than that.
func TestVolumePatience(t *testing.T) {
	late := func(pause time.Duration) harness.Target {
		return target(func(c *wire) { reference.Serve(context.Background(), &hesitant{Conn: c, pause: pause}, nil) })
	}
	for _, test := range []struct {
		name    string
		to      harness.Target
		id      string
		verdict record.Verdict
		least   time.Duration
		most    time.Duration
	}{
		{"4 MiB, 9 s of thought", late(9 * time.Second), "9.1.4", record.Pass, 9 * time.Second, 10 * time.Second},
		{"4 MiB, 13 s of thought", late(13 * time.Second), "9.1.4", record.Fail, 10 * time.Second, 25 * time.Second},
		{"64 KiB, 5 s of thought", late(5 * time.Second), "9.1.1", record.Fail, 2 * time.Second, 8 * time.Second},
		{"not reading", target(after101(func(c *wire) { <-c.gone })), "9.1.4", record.Fail, 10 * time.Second, 12 * time.Second},
		{"a byte each 100 ms", target(after101(func(c *wire) { go swallow(c); drip(c, endlessText) })), "9.1.4", record.Fail, 10 * time.Second, 13 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				c, _ := pour(t, test.to, harness.Standard, test.id)
				if c.Verdict != test.verdict {
					t.Errorf("%s %+v", c.Verdict, c.Findings)
				}
				if took := time.Since(start); took < test.least || took > test.most {
					t.Errorf("took %v, want %v to %v", took, test.least, test.most)
				}
				<-time.After(time.Minute) // the peer comes to its end, too
			})
		})
	}
}

// hesitant thinks for a while once, before it reads on in the middle of a message.
type hesitant struct {
	net.Conn
	pause time.Duration
	read  int
}

func (h *hesitant) Read(p []byte) (int, error) {
	n, err := h.Conn.Read(p)
	if h.read < 40_000 && h.read+n >= 40_000 {
		<-time.After(h.pause)
	}
	h.read += n
	return n, err
}

// A peer that serves one connection after the other may still be busy with the volume before. The next case waits for it.
func TestNoVolumeSuffersForTheOneBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one := make(chan struct{}, 1)
		var thought bool
		r := runner(target(func(c *wire) {
			one <- struct{}{}
			defer func() { <-one }()
			pause := 25 * time.Second
			if thought {
				pause = 0
			}
			thought = true
			reference.Serve(context.Background(), &hesitant{Conn: c, pause: pause}, nil)
		}), "9.1.4", "9.2.1")
		r.Retries = 0
		r.Result = func(c record.Case, _ *record.Transcript) {
			if want := map[string]record.Verdict{"9.1.4": record.Fail, "9.2.1": record.Pass}[c.ID]; c.Verdict != want {
				t.Errorf("%s: %s, want %s: %+v", c.ID, c.Verdict, want, c.Findings)
			}
		}
		if err := r.Run(t.Context(), harness.Probe{Connections: 1}); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Minute) // the peer comes to its end, too
	})
}

// Cases that measure run after the others and alone; once nothing comes of them, they need not wait for each other.
func TestVolumesRunAlone(t *testing.T) {
	for _, test := range []struct {
		name   string
		behave func(*wire)
		most   int // cases of chapter 9 at once
	}{
		{"an echo", func(c *wire) { reference.Serve(context.Background(), c, nil) }, 1},
		{"silence", after101(swallow), 4},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var now, most, others atomic.Int64
				to := target(test.behave)
				r := runner(to, "9.7.1", "5.6", "9.7.2", "2.1", "9.7.3", "9.8.1", "1.1.1", "9.8.2", "9.8.3", "9.8.4", "9.8.5", "9.8.6", "9.1.1", "9.1.2", "9.1.3", "9.1.4", "9.1.5", "9.1.6")
				r.Profile, r.Retries = harness.Quick, 0
				r.Before = func(_ context.Context, c *harness.Case) {
					if !c.Alone {
						others.Add(1)
						return
					}
					if others.Load() != 0 {
						t.Errorf("%s starts before the others are over", c.ID)
					}
					now.Add(1)
					for m := most.Load(); now.Load() > m && !most.CompareAndSwap(m, now.Load()); m = most.Load() {
					}
				}
				var ran int
				r.Result = func(c record.Case, _ *record.Transcript) {
					ran++
					if strings.HasPrefix(c.ID, "9.") {
						now.Add(-1)
					} else {
						others.Add(-1)
					}
				}
				if err := r.Run(t.Context(), harness.Probe{Connections: 4}); err != nil {
					t.Fatal(err)
				}
				if ran != 18 || most.Load() != int64(test.most) {
					t.Errorf("%d ran, up to %d at once; want 18 and %d", ran, most.Load(), test.most)
				}
			})
		})
	}
}

func TestVolumeString(t *testing.T) {
	for _, test := range []struct {
		volume harness.Volume
		want   string
	}{
		{harness.Volume{Opcode: protocol.Text, Messages: 1, Bytes: 16 << 20}, "a text message of 16 MiB"},
		{harness.Volume{Opcode: protocol.Binary, Messages: 1, Bytes: 4 << 20, Fragment: 64}, "a binary message of 4 MiB in fragments of 64 bytes"},
		{harness.Volume{Opcode: protocol.Binary, Messages: 1, Bytes: 96 << 10, Write: 2048}, "a binary message of 96 KiB in writes of 2 KiB"},
		{harness.Volume{Opcode: protocol.Text, Messages: 1000}, "1000 empty text messages"},
		{harness.Volume{Opcode: protocol.Text, Messages: 16, Bytes: 4096}, "16 text messages of 4 KiB"},
	} {
		if got := test.volume.String(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

func TestParseProfile(t *testing.T) {
	for _, p := range harness.Profiles {
		if got, err := harness.ParseProfile(string(p)); got != p || err != nil {
			t.Errorf("%s: %s, %v", p, got, err)
		}
	}
	for _, name := range []string{"", "fast", "Quick", "quick "} {
		if _, err := harness.ParseProfile(name); err == nil || !strings.Contains(err.Error(), "choose quick, standard, full") {
			t.Errorf("%q: %v", name, err)
		}
	}
}
