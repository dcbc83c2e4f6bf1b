package protocol_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/wsspec/wsspec/protocol"
)

// An observer tolerates every rule: it notes what a peer does wrong and goes on.
func ExampleReader() {
	r := protocol.Reader{Client: true, Tolerate: protocol.AllRules}
	r.Feed([]byte("\x81\x05Hello"))
	r.Feed([]byte("\x80\x02lo")) // continues nothing
	r.Feed([]byte("\xC9\x00"))   // RSV1
	r.Feed([]byte("\x82\x0510")) // not all of it is here yet

	for piece, err := range r.All() {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%v, %d of %d bytes\n", piece.Opcode(), len(piece.Payload), r.Header().Length)
		for rule := range r.Broken().All() {
			fmt.Printf("  %v (%s)\n", rule, rule.Clause())
		}
	}
	// Output:
	// Text, 5 of 5 bytes
	// Continuation, 2 of 2 bytes
	//   continuation frame with nothing to continue (RFC 6455, section 5.4)
	// Ping, 0 of 0 bytes
	//   reserved bit set without an extension (RFC 6455, section 5.2)
	// Binary, 2 of 5 bytes
}

// TestReaderExamples reads the examples of RFC 6455, section 5.7.
func TestReaderExamples(t *testing.T) {
	for _, test := range []struct {
		name   string
		client bool
		wire   []byte
		want   []string
	}{
		{"a single-frame unmasked text message", true, unhex("81 05 48 65 6c 6c 6f"), []string{`Text "Hello"`}},
		{"a single-frame masked text message", false, unhex("81 85 37 fa 21 3d 7f 9f 4d 51 58"), []string{`Text "Hello"`}},
		{"a fragmented unmasked text message", true, unhex("01 03 48 65 6c  80 02 6c 6f"), []string{`Text+ "Hel"`, `Continuation "lo"`}},
		{"unmasked Ping request", true, unhex("89 05 48 65 6c 6c 6f"), []string{`Ping "Hello"`}},
		{"masked Ping response", false, unhex("8a 85 37 fa 21 3d 7f 9f 4d 51 58"), []string{`Pong "Hello"`}},
		{"256 bytes binary message", true, append(unhex("82 7E 0100"), make([]byte, 256)...),
			[]string{fmt.Sprintf("Binary %q", make([]byte, 256))}},
	} {
		t.Run(test.name, func(t *testing.T) {
			frames := feedCuts(t, test.wire, func(chunks [][]byte) []seen {
				frames, end := readFrames(&protocol.Reader{Client: test.client}, chunks)
				equal(t, end, fault{EOF: io.EOF})
				return frames
			})
			equal(t, shown(frames), test.want)
		})
	}
	frames, end := readFrames(&protocol.Reader{Client: true}, [][]byte{append(unhex("82 7F 0000000000010000"), make([]byte, 65536)...)})
	equal(t, end, fault{EOF: io.EOF})
	equal(t, len(frames), 1)
	equal(t, frames[0].Payload, string(make([]byte, 65536)))
}

// naive reads a stream as RFC 6455, section 5 describes it, one byte after the other. It stops at a frame that is not
// complete.
func naive(stream []byte, client bool) (frames []seen) {
	inside, closed, i := false, false, 0
	for {
		number := func(bytes int) (n uint64) {
			for range bytes {
				if i++; i <= len(stream) {
					n = n<<8 | uint64(stream[i-1])
				}
			}
			return n
		}
		var rules []protocol.Rule
		breaks := func(rule protocol.Rule, broken bool) {
			if broken {
				rules = append(rules, rule)
			}
		}
		first, second := byte(number(1)), byte(number(1))
		opcode, control, fin := first%16, first%16 >= 8, first >= 128
		length, form := uint64(second%128), protocol.Form7
		switch length {
		case 126:
			length, form = number(2), protocol.Form16
			breaks(protocol.MinimalLength, length < 126)
		case 127:
			length, form = number(8), protocol.Form64
			breaks(protocol.MinimalLength, length < 65536)
		}
		var key [4]byte
		if second >= 128 {
			key = [4]byte{byte(number(1)), byte(number(1)), byte(number(1)), byte(number(1))}
		}
		if i > len(stream) || length > uint64(len(stream)-i) {
			return frames
		}
		payload := make([]byte, length)
		for j := range payload {
			payload[j] = byte(number(1)) ^ key[j%4]
		}
		data := opcode == 1 || opcode == 2 || opcode >= 3 && opcode <= 7
		breaks(protocol.MaskedFrame, client && second >= 128)
		breaks(protocol.UnmaskedFrame, !client && second < 128)
		breaks(protocol.ReservedBits, first/16%8 != 0)
		breaks(protocol.ReservedOpcode, opcode >= 3 && opcode <= 7 || opcode >= 11)
		breaks(protocol.FragmentedControl, control && !fin)
		breaks(protocol.LongControl, control && length > 125)
		breaks(protocol.LoneContinuation, opcode == 0 && !inside)
		breaks(protocol.BrokenMessage, data && inside)
		breaks(protocol.DataAfterClose, !control && closed)
		if data || opcode == 0 && inside {
			inside = !fin
		}
		closed = closed || opcode == 8
		frames = append(frames, seen{first, string(payload), true, protocol.Header{
			FIN: fin, RSV: first / 16 % 8, Opcode: protocol.Opcode(opcode), Masked: second >= 128, Form: form,
			Key: binary.LittleEndian.Uint32(key[:]), Length: length,
		}, protocol.RulesOf(rules...)})
	}
}

// randomStream returns frames of which most are legal where they stand, and some bits of which are flipped.
func randomStream(rnd *rand.Rand, client bool) (b []byte) {
	inside := false
	for range 1 + rnd.IntN(8) {
		lengths := []int{0, 1, 2, rnd.IntN(30), rnd.IntN(30), 125, 126, 127, 200}
		f := protocol.NewFrame([]protocol.Opcode{1, 2, 9, 10, 1, 2, 9, 8}[rnd.IntN(8)], make([]byte, lengths[rnd.IntN(len(lengths))]))
		for i := range f.Payload {
			f.Payload[i] = byte(rnd.Uint32())
		}
		if inside && !f.Opcode.Control() {
			f.Opcode = protocol.Continuation
		}
		if !f.Opcode.Control() {
			f.FIN = rnd.IntN(2) == 0
			inside = !f.FIN
		}
		f.Masked, f.Key = !client, rnd.Uint32()
		if rnd.IntN(20) == 0 {
			f.Form = protocol.Form(rnd.IntN(4))
		}
		b = f.Append(b)
	}
	for range rnd.IntN(3) {
		b[rnd.IntN(len(b))] ^= 1 << rnd.IntN(8)
	}
	return b[:len(b)-rnd.IntN(2)*rnd.IntN(len(b))]
}

// TestReaderAgainstNaive compares what an observer and a strict reader see with what naive sees.
func TestReaderAgainstNaive(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		rnd := rand.New(rand.NewPCG(7, 8))
		for range 4000 {
			stream := randomStream(rnd, client)
			want := naive(stream, client)
			observer := protocol.Reader{Client: client, Tolerate: protocol.AllRules, Limits: protocol.Limits{Frame: -1, Message: -1, Fragments: -1}}
			got, _ := readFrames(&observer, randomCuts(rnd, stream))
			got = slices.DeleteFunc(got, func(f seen) bool { return !f.Whole })
			if !slices.Equal(got, want) {
				t.Fatalf("of % x\n got %v\nwant %v", stream, got, want)
			}
			compareStrict(t, rnd, stream, client, want)
		}
	})
}

// compareStrict expects the strict reader to return the frames before the first bad one, and to name a rule of that.
func compareStrict(t *testing.T, rnd *rand.Rand, stream []byte, client bool, frames []seen) {
	bad := slices.IndexFunc(frames, func(f seen) bool { return !f.Broken.Empty() })
	if bad < 0 {
		return // what is not complete at the end may be bad or not
	}
	got, end := readFrames(&protocol.Reader{Client: client, Limits: protocol.Limits{Frame: -1}}, randomCuts(rnd, stream))
	offset := 0
	for _, f := range frames[:bad] {
		offset += len(protocol.AppendHeader(nil, f.Header)) + len(f.Payload)
	}
	if !slices.Equal(got, frames[:bad]) || !frames[bad].Broken.Has(end.Rule) || end.Frame != int64(bad) || end.Offset != int64(offset) {
		t.Fatalf("of % x\n got %v, %+v\nwant %v, then %v", stream, got, end, frames[:bad], frames[bad])
	}
}

// TestReaderCuts reads legal and illegal streams cut everywhere.
func TestReaderCuts(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		rnd := rand.New(rand.NewPCG(9, 10))
		for range 20 {
			stream := randomStream(rnd, client)
			for _, tolerate := range []protocol.RuleSet{{}, protocol.AllRules} {
				type result struct {
					Frames []seen
					End    fault
				}
				feedCuts(t, stream, func(chunks [][]byte) (r result) {
					r.Frames, r.End = readFrames(&protocol.Reader{Client: client, Tolerate: tolerate}, chunks)
					return r
				})
			}
		}
	})
}

// TestReaderTruncated ends a stream after each of its bytes: inside a frame that is no proper end.
func TestReaderTruncated(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		stream := sentTo(client, frame(protocol.Text, "Hello"), frame(protocol.Ping, "ping"),
			more(protocol.NewFrame(protocol.Binary, make([]byte, 130))), frame(protocol.Pong, ""), frame(protocol.Continuation, ""), closing(1000, "bye"))
		whole := naive(stream, client)
		for n := range len(stream) + 1 {
			got, end := readFrames(&protocol.Reader{Client: client}, [][]byte{stream[:n]})
			want := naive(stream[:n], client)
			complete := slices.DeleteFunc(got, func(f seen) bool { return !f.Whole })
			if !slices.Equal(complete, want) || !slices.Equal(complete, whole[:len(want)]) {
				t.Fatalf("after %d bytes: got %v, want %v", n, got, want)
			}
			size := 0
			for _, f := range want {
				size += len(protocol.AppendHeader(nil, f.Header)) + len(f.Payload)
			}
			if wantEOF := size == n; wantEOF != (end.EOF == io.EOF) || !wantEOF && end.EOF != io.ErrUnexpectedEOF {
				t.Fatalf("after %d bytes, frames of %d: got %v", n, size, end.EOF)
			}
		}
	})
}

// TestReaderPieces delivers a data frame as it arrives, but a control frame only when it is whole.
func TestReaderPieces(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		r := protocol.Reader{Client: client}
		wire := sentTo(client, frame(protocol.Binary, "abcdef"), frame(protocol.Ping, "ping"), frame(protocol.Text, ""))
		header := len(wire) - len("abcdefping")
		header /= 3
		feed := func(n int) {
			r.Feed(wire[:n])
			wire = wire[n:]
		}
		next := func(head byte, part protocol.Part, payload string) {
			t.Helper()
			p, err := r.Next()
			if err != nil || p.Head != head || p.Part != part || string(p.Payload) != payload {
				t.Fatalf("got %+v, %v", p, err)
			}
			if fin := head&0x80 != 0; p.FIN() != fin || p.Opcode() != protocol.Opcode(head&15) {
				t.Errorf("FIN %v, %v", p.FIN(), p.Opcode())
			}
		}
		starved := func() {
			t.Helper()
			if p, err := r.Next(); err != protocol.ErrNeedMore {
				t.Fatalf("got %+v, %v", p, err)
			}
		}
		starved()
		feed(header - 1)
		starved()
		feed(1)
		starved()
		feed(2)
		next(0x82, protocol.First, "ab")
		starved()
		feed(3)
		next(0x82, 0, "cde")
		feed(1)
		next(0x82, protocol.Last, "f")
		feed(header + 3)
		starved()
		feed(1)
		next(0x89, protocol.Whole, "ping")
		feed(header)
		next(0x81, protocol.Whole, "")
		starved()
	})
}

// TestReaderHeader asks for the header late: after the bytes of the frame are gone.
func TestReaderHeader(t *testing.T) {
	for _, payload := range []string{"", "Hello", strings.Repeat("a", 126), strings.Repeat("a", 70000)} {
		f := masked(frame(protocol.Binary, payload), 0x3d21fa37)
		want, _ := protocol.ParseHeader(f.Append(nil))
		for _, cover := range []func(r *protocol.Reader){
			func(r *protocol.Reader) {},
			func(r *protocol.Reader) { b := r.Buffer(); copy(b, bytes.Repeat([]byte{0xFF}, len(b))) },
			func(r *protocol.Reader) { r.Feed(bytes.Repeat([]byte{0xFF}, 200_000)) },
			func(r *protocol.Reader) { r.Advance(len(r.Buffer())); r.Feed(nil); r.Feed(nil) },
		} {
			var r protocol.Reader
			r.Feed(f.Append(nil))
			if _, err := r.Next(); err != nil {
				t.Fatal(err)
			}
			cover(&r)
			equal(t, r.Header(), want)
			equal(t, r.Header(), want)
		}
	}
	var r protocol.Reader
	equal(t, r.Header(), protocol.Header{})
}

// TestReaderHeaderOfABadFrame shows the header that was refused, not the one before.
func TestReaderHeaderOfABadFrame(t *testing.T) {
	r := protocol.Reader{Client: true}
	_, end := readFrames(&r, [][]byte{unhex("81 01 61  b2 7e 0003 616263")})
	equal(t, end.Rule, protocol.ReservedBits)
	equal(t, r.Header(), protocol.Header{FIN: true, RSV: 3, Opcode: protocol.Binary, Form: protocol.Form16, Length: 3})
}

func TestReaderCounts(t *testing.T) {
	r := protocol.Reader{Client: true}
	equal(t, r.Need(), 2)
	r.Feed(unhex("82"))
	equal(t, r.Need(), 1)
	r.Feed(unhex("7f"))
	equal(t, r.Need(), 8)
	r.Feed(unhex("0000000000010000"))
	equal(t, r.Need(), 65536)
	r.Feed(make([]byte, 65530))
	equal(t, r.Need(), 6)
	equal(t, r.Offset(), 0)
	equal(t, r.Frames(), 0)
	equal(t, r.String(), "frame 0, byte 0, 65540 bytes unread")
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	equal(t, r.Need(), 6)
	equal(t, r.Offset(), 65540)
	equal(t, r.Frames(), 1)
	r.Feed(make([]byte, 8))
	equal(t, r.Need(), 0)
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	equal(t, r.Offset(), 65546)
	r.Feed(unhex("8101 61"))
	equal(t, r.Need(), 0) // two zero bytes are a frame, of 16 bits that say nothing of what comes
	equal(t, r.String(), "frame 1, byte 65546, 5 bytes unread")
}

// TestReaderClaimedBits reads RSV1 as an extension claims it: on the first frame of a message, and nowhere else.
func TestReaderClaimedBits(t *testing.T) {
	for _, test := range []struct {
		wire  string
		legal bool
	}{
		{"c1 00", true},
		{"c2 00", true},
		{"41 00  80 00", true},
		{"81 00", true},
		{"e1 00", false},
		{"41 00  c0 00", false},
		{"c9 00", false},
		{"c8 00", false},
		{"c3 00", false},
		{"c0 00", false},
	} {
		_, end := readFrames(&protocol.Reader{Client: true, RSV: 4}, [][]byte{unhex(test.wire)})
		if legal := end.EOF == io.EOF; legal != test.legal || !legal && end.Rule == 0 {
			t.Errorf("%s: got %+v", test.wire, end)
		}
	}
}

// TestReaderIsDoneAfterAnError gives it the most harmless of frames.
func TestReaderIsDoneAfterAnError(t *testing.T) {
	for name, before := range map[string]func(r *protocol.Reader){
		"a broken rule": func(r *protocol.Reader) { r.Feed(unhex("c1 00")) },
		"a limit":       func(r *protocol.Reader) { r.Feed(unhex("81 7f 0000000001000001")) },
		"the end":       func(r *protocol.Reader) { r.EOF() },
		"a bad end":     func(r *protocol.Reader) { r.Feed(unhex("81")); r.EOF() },
	} {
		r := protocol.Reader{Client: true}
		before(&r)
		_, first := r.Next()
		for range 3 {
			r.Feed(unhex("81 01 61"))
			if _, err := r.Next(); first == nil || err != first {
				t.Errorf("after %s: got %v, then %v", name, first, err)
			}
		}
		r.Feed(make([]byte, 1<<20))
		for range 3 {
			if n := len(r.Buffer()); n > 4<<20 {
				t.Errorf("after %s: %d bytes of input are kept", name, n)
			}
			r.Advance(len(r.Buffer()))
		}
	}
}

// TestReaderBuffer reads as a socket would: into Buffer, as much as there is room for, or a little.
func TestReaderBuffer(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		rnd := rand.New(rand.NewPCG(11, 12))
		var frames []protocol.Frame
		for i := range 100 {
			frames = append(frames, protocol.NewFrame(protocol.Binary, bytes.Repeat([]byte{byte(i)}, rnd.IntN(3000))))
		}
		frames = append(frames, protocol.NewFrame(protocol.Binary, bytes.Repeat([]byte("big"), 100_000)), frame(protocol.Text, "end"))
		stream := sentTo(client, frames...)
		want := naive(stream, client)
		for _, most := range []int{101, 1000, 1 << 30} {
			r, rest := protocol.Reader{Client: client}, stream
			var got []seen
			for len(rest) > 0 {
				b := r.Buffer()
				if len(b) == 0 || len(b) > 64<<10 {
					t.Fatalf("the buffer has room for %d bytes", len(b))
				}
				n := copy(b[:min(most, len(b))], rest)
				rest = rest[n:]
				r.Advance(n)
				var end fault
				if got, end = nextFrames(&r, got); end != (fault{}) {
					t.Fatal(end)
				}
			}
			equal(t, r.Offset(), int64(len(stream)))
			if !slices.Equal(got, want) {
				t.Fatalf("%d bytes at most: the frames differ", most)
			}
		}
	})
}

// TestReaderBufferIsBounded fills the buffer with every read, and has a Ping that waits for more at each end.
func TestReaderBufferIsBounded(t *testing.T) {
	ping := protocol.NewFrame(protocol.Ping, make([]byte, 98)).Append(nil)
	stream := bytes.Repeat(ping, 5000)
	r := protocol.Reader{Client: true}
	for len(stream) > 0 {
		b := r.Buffer()
		if len(b) > 64<<10 {
			t.Fatalf("room for %d bytes", len(b))
		}
		n := copy(b, stream)
		stream = stream[n:]
		r.Advance(n)
		for _, err := range r.All() {
			if err != nil || r.Offset() != r.Frames()*int64(len(ping)) {
				t.Fatalf("frame %d ends at byte %d, %v", r.Frames(), r.Offset(), err)
			}
		}
	}
	equal(t, r.Frames(), 5000)
}

// TestReaderWithoutNext lets input pile up.
func TestReaderWithoutNext(t *testing.T) {
	var stream []byte
	r := protocol.Reader{Client: true}
	for i := range 3000 {
		f := protocol.NewFrame(protocol.Binary, bytes.Repeat([]byte{byte(i)}, i%90)).Append(nil)
		stream = append(stream, f...)
		if i%2 == 0 {
			r.Feed(f)
		} else {
			for len(f) > 0 {
				n := copy(r.Buffer(), f)
				f = f[n:]
				r.Advance(n)
			}
		}
	}
	got, _ := nextFrames(&r, nil)
	if want := naive(stream, true); !slices.Equal(got, want) {
		t.Errorf("got %d frames, want %d", len(got), len(want))
	}
}

// TestPayloadHolds writes down what the documentation promises: a payload stays as it is while the Reader is asked things,
// until the next call of Next, Buffer, Advance or Feed; and Feed keeps nothing of its argument.
func TestPayloadHolds(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		r := protocol.Reader{Client: client}
		input := sentTo(client, frame(protocol.Text, "Hello"), frame(protocol.Binary, "World"))
		before := bytes.Clone(input)
		r.Feed(input)
		clear(input)
		for _, want := range []string{"Hello", "World"} {
			p, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			r.EOF()
			_, _, _, _, _, _ = r.Header(), r.Broken(), r.Need(), r.Offset(), r.Frames(), r.String()
			equal(t, string(p.Payload), want)
			_ = append(p.Payload, "xxxxxxxxxxxxxxxxxxxxxx"...) // has no room, and so does no harm
		}
		r = protocol.Reader{Client: client}
		r.Feed(before)
		r.Feed(sentTo(client, more(frame(protocol.Binary, "!")), frame(protocol.Continuation, "")))
		for _, want := range []int{5, 5, 1} {
			p, _ := r.Next()
			equal(t, cap(p.Payload), want)
		}
	})
}

// TestHotStructsFitRegisters fixes what Next returns to five words: more would go through memory.
func TestHotStructsFitRegisters(t *testing.T) {
	const words = 5 * unsafe.Sizeof(uintptr(0))
	if size := unsafe.Sizeof(protocol.Piece{}); size > words {
		t.Errorf("a Piece has %d bytes", size)
	}
	if size := unsafe.Sizeof(protocol.Event{}); size > words {
		t.Errorf("an Event has %d bytes", size)
	}
}

func TestReaderAllocatesNothing(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		stream := sentTo(client, frame(protocol.Text, "Hello"), more(frame(protocol.Binary, "a")), frame(protocol.Ping, "ping"),
			frame(protocol.Continuation, "b"), protocol.NewFrame(protocol.Binary, make([]byte, 500)))
		r := protocol.Reader{Client: client}
		n := testing.AllocsPerRun(100, func() {
			r.Advance(copy(r.Buffer(), stream))
			for _, err := range r.All() {
				if err != nil {
					t.Fatal(err)
				}
			}
		})
		if n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}

func BenchmarkReader(b *testing.B) {
	for _, size := range []int{16, 125, 1024, 64 << 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			var stream []byte
			for len(stream) < 64<<10 {
				stream = append(stream, sentTo(false, protocol.NewFrame(protocol.Binary, make([]byte, size)))...)
			}
			var r protocol.Reader
			rest := stream
			for frames := 0; frames < b.N; {
				n := copy(r.Buffer(), rest)
				r.Advance(n)
				if rest = rest[n:]; len(rest) == 0 {
					rest = stream
				}
				for p := range r.All() {
					if p.Part&protocol.Last != 0 {
						frames++
					}
				}
			}
		})
	}
}
