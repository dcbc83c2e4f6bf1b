package protocol_test

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"weak"

	"github.com/wsspec/wsspec/protocol"
)

// An echo server without a network: bytes go in, bytes come out.
func ExampleConn() {
	server := protocol.NewConn(protocol.Config{})
	server.Feed([]byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58")) // Text "Hello", masked
	server.Feed([]byte("\x89\x80\x37\xfa\x21\x3d"))                     // Ping
	server.Feed([]byte("\x88\x82\x37\xfa\x21\x3d\x34\x12"))             // Close 1000

	for ev, err := range server.All() {
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println("got", ev.Opcode, protocol.Show(ev.Data))
		if ev.Opcode == protocol.Text || ev.Opcode == protocol.Binary {
			if err := server.Message(ev.Opcode, ev.Data, ev.Part); err != nil {
				fmt.Println(err)
			}
		}
	}
	fmt.Printf("write % x\n", server.Out())
	server.Sent(len(server.Out()))
	fmt.Println(server.State(), server.HangUp())
	// Output:
	// got Text "Hello"
	// got Ping ""
	// got Close 03 e8
	// write 81 05 48 65 6c 6c 6f 8a 00 88 02 03 e8
	// closed true
}

// heardBy feeds frames to an endpoint of that role, cut everywhere, and returns its story.
func heardBy(t *testing.T, config protocol.Config, frames ...protocol.Frame) story {
	t.Helper()
	return heardRaw(t, config, sentTo(config.Client, frames...))
}

func heardRaw(t *testing.T, config protocol.Config, wire []byte) story {
	t.Helper()
	config.Rand = func() uint32 { return 0x9D3F21A7 }
	read := func(chunks [][]byte) story { return tell(protocol.NewConn(config), chunks, false) }
	if len(wire) <= 1000 {
		return feedCuts(t, wire, read)
	}
	want := read([][]byte{wire})
	for _, n := range []int{701, 30_001} {
		equal(t, read(slices.Collect(slices.Chunk(wire, n))), want)
	}
	return want
}

// eventsOf returns the texts of events, such as `Text "Hello"`.
func eventsOf(s story) (texts []string) {
	for _, ev := range s.Events {
		texts = append(texts, fmt.Sprintf("%v %q", ev.Opcode, ev.Data))
	}
	return texts
}

func TestMessages(t *testing.T) {
	for _, test := range []struct {
		name   string
		frames []protocol.Frame
		want   []string
	}{
		{"text", []protocol.Frame{frame(protocol.Text, "κόσμε")}, []string{`Text "κόσμε"`}},
		{"binary", []protocol.Frame{frame(protocol.Binary, "\x80")}, []string{`Binary "\x80"`}},
		{"empty", []protocol.Frame{frame(protocol.Text, ""), frame(protocol.Binary, "")}, []string{`Text ""`, `Binary ""`}},
		{"fragments", []protocol.Frame{more(frame(protocol.Text, "Hel")), more(frame(protocol.Continuation, "l")), frame(protocol.Continuation, "o")},
			[]string{`Text "Hello"`}},
		{"empty fragments", []protocol.Frame{more(frame(protocol.Text, "")), more(frame(protocol.Continuation, "a")), frame(protocol.Continuation, "")},
			[]string{`Text "a"`}},
		{"only empty fragments", []protocol.Frame{more(frame(protocol.Binary, "")), more(frame(protocol.Continuation, "")), frame(protocol.Continuation, "")},
			[]string{`Binary ""`}},
		{"control frames between fragments", []protocol.Frame{more(frame(protocol.Text, "a")), frame(protocol.Ping, "1"), frame(protocol.Pong, "2"),
			frame(protocol.Continuation, "b"), frame(protocol.Ping, "3")},
			[]string{`Ping "1"`, `Pong "2"`, `Text "ab"`, `Ping "3"`}},
		{"a code point in four fragments", []protocol.Frame{more(frame(protocol.Text, "\xF0")), frame(protocol.Ping, "\x9F"),
			more(frame(protocol.Continuation, "\x9F")), more(frame(protocol.Continuation, "")), more(frame(protocol.Continuation, "\x98")), frame(protocol.Continuation, "\x80")},
			[]string{`Ping "\x9f"`, `Text "😀"`}},
		{"binary after text after binary", []protocol.Frame{more(frame(protocol.Binary, "\xF0")), frame(protocol.Continuation, "\xF0"),
			frame(protocol.Text, "a"), more(frame(protocol.Text, "b")), frame(protocol.Continuation, "c"), frame(protocol.Binary, "\xF0")},
			[]string{`Binary "\xf0\xf0"`, `Text "a"`, `Text "bc"`, `Binary "\xf0"`}},
		{"a long one", []protocol.Frame{frame(protocol.Text, strings.Repeat("κόσμε", 20_000))},
			[]string{fmt.Sprintf("Text %q", strings.Repeat("κόσμε", 20_000))}},
	} {
		t.Run(test.name, func(t *testing.T) {
			bothRoles(t, func(t *testing.T, client bool) {
				for _, whole := range []bool{false, true} {
					s := heardBy(t, protocol.Config{Client: client, Whole: whole}, test.frames...)
					equal(t, eventsOf(s), test.want)
					equal(t, s.End, fault{})
					equal(t, s.State, protocol.Open)
				}
			})
		})
	}
}

// TestParts reads how the parts of a message are marked as they arrive.
func TestParts(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		c := protocol.NewConn(protocol.Config{Client: client})
		next := func(want ...protocol.Event) {
			t.Helper()
			var got []protocol.Event
			for ev, err := range c.All() {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, ev)
			}
			equal(t, got, want)
		}
		text := func(part protocol.Part, s string) protocol.Event {
			return protocol.Event{Opcode: protocol.Text, Part: part, Data: []byte(s)}
		}
		c.Feed(sentTo(client, more(frame(protocol.Text, ""))))
		next()
		c.Feed(sentTo(client, more(frame(protocol.Continuation, "ab"))))
		next(text(protocol.First, "ab"))
		wire := sentTo(client, more(frame(protocol.Continuation, "cdef")))
		c.Feed(wire[:len(wire)-3])
		next(text(0, "c"))
		c.Feed(wire[len(wire)-3:])
		next(text(0, "def"))
		c.Feed(sentTo(client, more(frame(protocol.Continuation, "")), frame(protocol.Ping, "p")))
		next(protocol.Event{Opcode: protocol.Ping, Part: protocol.Whole, Data: []byte("p")})
		c.Feed(sentTo(client, frame(protocol.Continuation, ""), frame(protocol.Text, "g")))
		next(text(protocol.Last, ""), text(protocol.Whole, "g"))
	})
}

// TestWhole has no parts in it, however the message comes.
func TestWhole(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		big := strings.Repeat("0123456789", 20_000)
		c := protocol.NewConn(protocol.Config{Client: client, Whole: true})
		for range 2 {
			c.Feed(sentTo(client, more(frame(protocol.Text, "Hel")), frame(protocol.Continuation, "lo"), frame(protocol.Binary, big)))
			for _, want := range []string{"Hello", big} {
				ev, err := c.Next()
				if err != nil || ev.Part != protocol.Whole || string(ev.Data) != want {
					t.Fatalf("got %v, %d bytes, %v", ev.Part, len(ev.Data), err)
				}
			}
		}
	})
}

func TestPing(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		long := strings.Repeat("x", 125)
		frames := []protocol.Frame{frame(protocol.Ping, ""), frame(protocol.Ping, "\x00\xFF"), frame(protocol.Pong, "unasked"),
			more(frame(protocol.Text, "a")), frame(protocol.Ping, long), frame(protocol.Continuation, "b")}
		s := heardBy(t, protocol.Config{Client: client}, frames...)
		equal(t, shown(written(t, client, []byte(s.Out))), []string{`Pong ""`, `Pong "\x00\xff"`, fmt.Sprintf("Pong %q", long)})
		s = heardBy(t, protocol.Config{Client: client, ManualPong: true}, frames...)
		equal(t, s.Out, "")
		equal(t, len(s.Events), 5)
	})
}

// TestTextFails finds the exact byte at which text stops to be UTF-8, before the message or even the frame ends.
func TestTextFails(t *testing.T) {
	for _, test := range []struct {
		name   string
		frames []protocol.Frame
		frame  int64
		back   int // the byte is so far from the end of the stream
		detail string
	}{
		{"whole", []protocol.Frame{frame(protocol.Text, "κόσμε\xED\xA0\x80edited")}, 0, 8, `0xA0 after "\xed"`},
		{"at once", []protocol.Frame{frame(protocol.Text, "\x80")}, 0, 1, `0x80 after ""`},
		{"at the end", []protocol.Frame{frame(protocol.Text, "a\xC2")}, 0, 0, "the end is inside a code point"},
		{"in a fragment", []protocol.Frame{more(frame(protocol.Text, "a\xE0\xA0")), more(frame(protocol.Continuation, "\x41"))}, 1, 1, `0x41 after "\xe0\xa0"`},
		{"at the end of fragments", []protocol.Frame{more(frame(protocol.Text, "\xC2")), frame(protocol.Continuation, "")}, 1, 0, "the end is inside a code point"},
	} {
		t.Run(test.name, func(t *testing.T) {
			bothRoles(t, func(t *testing.T, client bool) {
				wire := sentTo(client, test.frames...)
				s := heardRaw(t, protocol.Config{Client: client}, wire)
				equal(t, s.End, fault{Rule: protocol.TextEncoding, Offset: int64(len(wire) - test.back), Frame: test.frame})

				c := protocol.NewConn(protocol.Config{Client: client})
				c.Feed(wire)
				var err error
				for err == nil {
					_, err = c.Next()
				}
				var e *protocol.Error
				if !errors.As(err, &e) || e.Detail != test.detail {
					t.Errorf("got %v, want the detail %s", err, test.detail)
				}
			})
		})
	}
	c := protocol.NewConn(protocol.Config{Client: true})
	c.Feed(unhex("01 7f 0000000000010000 61 ff")) // 65 534 bytes are still to come
	if _, err := c.Next(); !errors.Is(err, protocol.TextEncoding) {
		t.Errorf("inside a frame: %v", err)
	}
}

// TestTolerance: a Conn that tolerates everything tells each frame for what it is, and keeps the state of the messages right.
func TestTolerance(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for _, test := range []struct {
		name   string
		frames []protocol.Frame
		want   []string
		broken []protocol.Rule
	}{
		{"a lone continuation opens no message",
			[]protocol.Frame{more(frame(protocol.Continuation, "a")), frame(protocol.Text, "b"), frame(protocol.Continuation, "\xFF"), frame(protocol.Binary, "c")},
			[]string{`Continuation "a"`, `Text "b"`, `Continuation "\xff"`, `Binary "c"`},
			[]protocol.Rule{protocol.LoneContinuation}},
		{"a lone continuation adds nothing to the message before",
			[]protocol.Frame{more(frame(protocol.Text, "a")), frame(protocol.Continuation, "b"), frame(protocol.Continuation, "c"), frame(protocol.Text, "d")},
			[]string{`Text "ab"`, `Continuation "c"`, `Text "d"`},
			[]protocol.Rule{protocol.LoneContinuation}},
		{"a long lone continuation",
			[]protocol.Frame{frame(protocol.Continuation, long), frame(protocol.Text, "b")},
			[]string{fmt.Sprintf("Continuation %q", long), `Text "b"`},
			[]protocol.Rule{protocol.LoneContinuation}},
		{"a broken message starts again",
			[]protocol.Frame{more(frame(protocol.Text, "a\xC2")), more(frame(protocol.Text, "b")), frame(protocol.Ping, ""), frame(protocol.Continuation, "c")},
			[]string{`Ping ""`, `Text "bc"`},
			[]protocol.Rule{protocol.BrokenMessage}},
		{"a broken message ends",
			[]protocol.Frame{more(frame(protocol.Text, "a")), frame(protocol.Binary, "b"), frame(protocol.Continuation, "c")},
			[]string{`Binary "b"`, `Continuation "c"`},
			[]protocol.Rule{protocol.LoneContinuation, protocol.BrokenMessage}},
		{"a long ping inside a message",
			[]protocol.Frame{more(frame(protocol.Text, "a")), frame(protocol.Ping, long), frame(protocol.Continuation, "b")},
			[]string{fmt.Sprintf("Ping %q", long), `Text "ab"`},
			[]protocol.Rule{protocol.LongControl}},
		{"two long pings",
			[]protocol.Frame{frame(protocol.Ping, long), frame(protocol.Ping, long[1:])},
			[]string{fmt.Sprintf("Ping %q", long), fmt.Sprintf("Ping %q", long[1:])},
			[]protocol.Rule{protocol.LongControl}},
		{"a long close",
			[]protocol.Frame{closing(1000, long), frame(protocol.Ping, "")},
			[]string{fmt.Sprintf("Close %q", "\x03\xE8"+long), `Ping ""`},
			[]protocol.Rule{protocol.LongControl}},
		{"a fragmented ping inside a message",
			[]protocol.Frame{more(frame(protocol.Text, "a")), more(frame(protocol.Ping, "p")), frame(protocol.Continuation, "b")},
			[]string{`Ping "p"`, `Text "ab"`},
			[]protocol.Rule{protocol.FragmentedControl}},
		{"reserved opcodes",
			[]protocol.Frame{frame(3, "\xFF"), more(frame(4, "a")), frame(11, "c"), frame(protocol.Continuation, "\xFF")},
			[]string{`opcode 3 "\xff"`, `opcode 11 "c"`, `opcode 4 "a\xff"`},
			[]protocol.Rule{protocol.ReservedOpcode}},
		{"text that is not UTF-8",
			[]protocol.Frame{more(frame(protocol.Text, "a\xFF")), frame(protocol.Continuation, "b"), frame(protocol.Text, "c"), frame(protocol.Text, "\xC2")},
			[]string{`Text "a\xffb"`, `Text "c"`, `Text "\xc2"`},
			[]protocol.Rule{protocol.TextEncoding}},
		{"data after close",
			[]protocol.Frame{more(frame(protocol.Text, "a")), closing(1000, ""), frame(protocol.Continuation, "b"), frame(protocol.Close, "")},
			[]string{`Close "\x03\xe8"`, `Text "ab"`, `Close ""`},
			[]protocol.Rule{protocol.DataAfterClose}},
	} {
		t.Run(test.name, func(t *testing.T) {
			bothRoles(t, func(t *testing.T, client bool) {
				for _, whole := range []bool{false, true} {
					s := heardBy(t, protocol.Config{Client: client, Tolerate: protocol.AllRules, Whole: whole}, test.frames...)
					equal(t, s.End, fault{})
					equal(t, eventsOf(s), test.want)
					equal(t, slices.Collect(s.broken().All()), test.broken)
					for _, f := range written(t, client, []byte(s.Out)) {
						equal(t, f.Head == 0x8A && len(f.Payload) > 1, false)
					}
				}
			})
		})
	}
}

// TestBroken: what a frame broke that gave no event of its own is told with the next event.
func TestBroken(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		for _, whole := range []bool{false, true} {
			empty := more(frame(protocol.Text, ""))
			empty.RSV, empty.Form = 2, protocol.Form16
			c := protocol.NewConn(protocol.Config{Client: client, Whole: whole, Tolerate: protocol.AllRules})
			c.Feed(sentTo(client, empty))
			if _, err := c.Next(); err != protocol.ErrNeedMore {
				t.Fatal(err)
			}
			equal(t, c.Broken(), protocol.RuleSet{})
			c.Feed(sentTo(client, frame(protocol.Continuation, "a"), frame(protocol.Text, "b")))
			for _, want := range []protocol.RuleSet{protocol.RulesOf(protocol.ReservedBits, protocol.MinimalLength), {}} {
				if _, err := c.Next(); err != nil {
					t.Fatal(err)
				}
				equal(t, c.Broken(), want)
			}
		}
	})
}

// TestDataHolds writes down what the documentation promises: data of an event stays while the handler sends.
func TestDataHolds(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		for _, whole := range []bool{false, true} {
			c := protocol.NewConn(protocol.Config{Client: client, Whole: whole})
			c.Feed(sentTo(client, frame(protocol.Text, "Hello"), more(frame(protocol.Text, "Wor")), frame(protocol.Continuation, "ld")))
			for range 2 {
				ev, err := c.Next()
				must(t, err)
				before := string(ev.Data)
				must(t, c.Ping([]byte("xxxxxxxxxxx")))
				must(t, c.Message(protocol.Binary, bytes.Repeat([]byte("x"), 100_000), protocol.Whole))
				c.Inject(unhex("8a 00"))
				c.Sent(len(c.Out()))
				c.EOF()
				_, _, _, _ = c.State(), c.CloseStatus(), c.Broken(), c.HangUp()
				equal(t, string(ev.Data), before)
			}
		}
	})
}

// TestBigMessagesAreLetGo: the memory of a big message is not kept for the next one, neither of one that came in parts nor of
// one that was sent.
func TestBigMessagesAreLetGo(t *testing.T) {
	c := protocol.NewConn(protocol.Config{Client: true, Whole: true})
	c.Feed(sentTo(true, more(protocol.NewFrame(protocol.Binary, make([]byte, 1<<20))), frame(protocol.Continuation, "")))
	received := func() weak.Pointer[byte] {
		ev, err := c.Next()
		must(t, err)
		equal(t, len(ev.Data), 1<<20)
		return weak.Make(&ev.Data[0])
	}()
	sent := func() weak.Pointer[byte] {
		must(t, c.Message(protocol.Binary, make([]byte, 1<<20), protocol.Whole))
		out := c.Out()
		c.Sent(len(out))
		return weak.Make(&out[0])
	}()
	runtime.GC()
	if received.Value() != nil || sent.Value() != nil {
		t.Errorf("still held: received %v, sent %v", received.Value() != nil, sent.Value() != nil)
	}
	runtime.KeepAlive(c)
}

// TestConnBuffer reads into the Conn as a socket would.
func TestConnBuffer(t *testing.T) {
	c := protocol.NewConn(protocol.Config{Client: true})
	c.Advance(copy(c.Buffer(), unhex("81 01 61")))
	ev, err := c.Next()
	if err != nil || string(ev.Data) != "a" {
		t.Errorf("got %v, %v", ev, err)
	}
}

func TestStateNames(t *testing.T) {
	for state, name := range map[protocol.State]string{protocol.Open: "open", protocol.CloseSent: "close sent",
		protocol.CloseReceived: "close received", protocol.Closed: "closed", protocol.Failed: "failed"} {
		equal(t, state.String(), name)
	}
}

func TestEchoAllocatesNothing(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		for _, whole := range []bool{false, true} {
			c := protocol.NewConn(protocol.Config{Client: client, Whole: whole})
			stream := sentTo(client, frame(protocol.Text, "κόσμε"), frame(protocol.Ping, "p"), more(frame(protocol.Binary, "a")), frame(protocol.Continuation, "b"),
				frame(protocol.Text, strings.Repeat("x", 2000)))
			n := testing.AllocsPerRun(100, func() { echo(t, c, stream) })
			if n != 0 {
				t.Errorf("%v allocations", n)
			}
		}
	})
}

// echo lets c read the stream in as few reads as its buffer allows, and answer each.
func echo(t testing.TB, c *protocol.Conn, stream []byte) (messages int) {
	for len(stream) > 0 {
		n := copy(c.Buffer(), stream)
		stream = stream[n:]
		c.Advance(n)
		messages += echoInput(t, c)
	}
	return messages
}

func echoInput(t testing.TB, c *protocol.Conn) (messages int) {
	for ev, err := range c.All() {
		if err != nil {
			t.Fatal(err)
		}
		if ev.Opcode.Control() {
			continue
		}
		if err := c.Message(ev.Opcode, ev.Data, ev.Part); err != nil {
			t.Fatal(err)
		}
		if ev.Part&protocol.Last != 0 {
			messages++
		}
	}
	c.Sent(len(c.Out()))
	return messages
}

// TestBusyEchoKeepsItsMemory fills the buffer with each read: the answers to it are not thrown away with their memory.
func TestBusyEchoKeepsItsMemory(t *testing.T) {
	c := protocol.NewConn(protocol.Config{})
	stream := sentTo(false, slices.Repeat([]protocol.Frame{frame(protocol.Text, strings.Repeat("x", 1000))}, 60)...)
	for range 10 {
		echo(t, c, stream) // the buffer grows
	}
	if n := testing.AllocsPerRun(50, func() { echo(t, c, stream) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkEcho(b *testing.B) {
	for _, size := range []int{16, 125, 1024} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			c := protocol.NewConn(protocol.Config{})
			var stream []byte
			for len(stream) < 60<<10 {
				stream = append(stream, sentTo(false, frame(protocol.Text, strings.Repeat("x", size)))...)
			}
			for messages := 0; messages < b.N; {
				messages += echo(b, c, stream)
			}
		})
	}
}
