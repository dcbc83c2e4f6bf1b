package parse

import (
	"io"
	"testing"
	"unicode/utf8"

	"github.com/wsspec/wsspec/protocol"
)

// run lets a parser read n frames.
func run(t testing.TB, p Parser, s *Stream, text bool, n int) Count {
	t.Helper()
	read := open(t, p, s, text, n)
	got, err := read()
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func open(t testing.TB, p Parser, s *Stream, text bool, n int) func() (Count, error) {
	t.Helper()
	read, err := p.Open(s.Conn(n), text)
	if err != nil {
		t.Fatal(err)
	}
	if read == nil {
		t.Skip("does not check text")
	}
	return read
}

func TestEveryParserSeesAllOfTheStream(t *testing.T) {
	for _, row := range Rows {
		s := NewStream(row)
		n := 2*len(s.ends) + len(s.ends)/3
		for _, p := range Parsers {
			t.Run(row.Name+"/"+p.Name, func(t *testing.T) {
				got, want := run(t, p, s, row.Opcode == protocol.Text, n), s.Count(n)
				if p.Name == "wsspec ws ReadMessage" {
					want.Pings = 0 // it keeps them to itself
				}
				if got != want {
					t.Errorf("%d frames: got %+v, want %+v", n, got, want)
				}
			})
		}
	}
}

// The sum that is compared above depends on each payload, so a parser that does not unmask is found out.
func TestStreamIsMasked(t *testing.T) {
	for _, row := range Rows {
		s := NewStream(row)
		h, size := protocol.ParseHeader(s.data)
		if !h.Masked || h.Key == 0 {
			t.Errorf("%s: header %+v", row.Name, h)
		}
		payload := s.data[size:s.ends[0]]
		if row.Opcode == protocol.Text && utf8.Valid(payload) {
			t.Errorf("%s: the first payload on the wire is text: %q", row.Name, payload)
		}
	}
}

func TestEveryParserRefusesBrokenText(t *testing.T) {
	s := NewStream(Row{Opcode: protocol.Text, Size: 16})
	broken := protocol.NewFrame(protocol.Text, []byte("\xC0\xAF"))
	broken.Masked = true
	s.data = broken.Append(s.data[:s.ends[4]])
	s.ends = append(s.ends[:5], len(s.data))
	for _, p := range Parsers {
		t.Run(p.Name, func(t *testing.T) {
			if got, err := open(t, p, s, true, len(s.ends))(); err == nil && got.Messages > 5 {
				t.Errorf("took it as text: %+v", got)
			}
		})
	}
}

func TestConnEndsAfterItsFrames(t *testing.T) {
	for _, row := range Rows {
		s := NewStream(row)
		for _, n := range []int{0, 1, len(s.ends) - 1, len(s.ends), 3*len(s.ends) + 1} {
			got, err := io.Copy(io.Discard, s.Conn(n))
			if err != nil || int(got) != s.size(n) {
				t.Errorf("%s: %d frames have %d bytes (%v), want %d", row.Name, n, got, err, s.size(n))
			}
		}
	}
}

func TestOursDoNotAllocate(t *testing.T) {
	const frames = 20_000
	for _, row := range Rows {
		s := NewStream(row)
		for _, p := range Parsers {
			if !p.Ours {
				continue
			}
			t.Run(row.Name+"/"+p.Name, func(t *testing.T) {
				text := row.Opcode == protocol.Text
				once := testing.AllocsPerRun(3, func() { run(t, p, s, text, frames) })
				twice := testing.AllocsPerRun(3, func() { run(t, p, s, text, 2*frames) })
				if more := twice - once; more > frames/1000 { // a buffer may still grow now and then
					t.Errorf("%v allocations for %d frames more", more, frames)
				}
			})
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for _, row := range Rows {
		s := NewStream(row)
		for _, p := range Parsers {
			b.Run(row.Name+"/"+p.Name, func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(s.data) / len(s.ends)))
				read := open(b, p, s, row.Opcode == protocol.Text, b.N)
				b.ResetTimer()
				got, err := read()
				b.StopTimer()
				if err != nil || got.Bytes != s.Count(b.N).Bytes {
					b.Fatalf("got %+v, error %v, want %+v", got, err, s.Count(b.N))
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N), "ns/frame")
			})
		}
	}
}
