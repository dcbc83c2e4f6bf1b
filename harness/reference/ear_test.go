package reference

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/protocol"
)

// TestEarPasses: who mishears nothing hears every byte, however the bytes arrive.
func TestEarPasses(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var wire []byte
		for range rnd.IntN(6) {
			f := protocol.NewFrame(protocol.Opcode(rnd.IntN(16)), make([]byte, []int{0, 1, 125, 126, 70000}[rnd.IntN(5)]))
			f.FIN, f.RSV, f.Form = rnd.IntN(2) == 0, byte(rnd.IntN(8)), protocol.Form64
			wire = append(wire, masked(f)...)
		}
		e := &ear{in: &pieces{rest: wire, rnd: rnd}, hear: func(*incoming) bool { return true }}
		got, err := io.ReadAll(e)
		if err != nil || !bytes.Equal(got, wire) {
			t.Fatalf("%d of %d bytes, %v", len(got), len(wire), err)
		}
	}
}

// pieces reads some of the bytes that are left.
type pieces struct {
	rest []byte
	rnd  *rand.Rand
}

func (r *pieces) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), 1+r.rnd.IntN(40))], r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// TestEarKnows: the ear tells where a frame stands, and what it does not hear never arrives.
func TestEarKnows(t *testing.T) {
	reads := [][]byte{
		masked(more(frame(protocol.Text, "a")), frame(protocol.Ping, "")),
		masked(more(frame(protocol.Continuation, "b")))[:1],
		masked(more(frame(protocol.Continuation, "b")))[1:],
		append(masked(frame(protocol.Continuation, "c")), masked(frame(protocol.Binary, "dd"))[:7]...),
		masked(frame(protocol.Binary, "dd"))[7:],
	}
	var heard []incoming
	e := &ear{in: &script{reads}, hear: func(f *incoming) bool {
		heard = append(heard, *f)
		return f.Opcode != protocol.Ping
	}}
	got, _ := io.ReadAll(e)
	want := masked(more(frame(protocol.Text, "a")), more(frame(protocol.Continuation, "b")), frame(protocol.Continuation, "c"), frame(protocol.Binary, "dd"))
	if !bytes.Equal(got, want) {
		t.Errorf("got % x\nwant % x", got, want)
	}
	type place struct {
		Op     protocol.Opcode
		Inside bool
		Read   int
		Whole  bool
	}
	var places []place
	for _, f := range heard {
		places = append(places, place{f.Opcode, f.inside, f.read, f.whole})
	}
	if diff := cmp.Diff([]place{
		{protocol.Text, false, 1, true}, {protocol.Ping, true, 1, true}, {protocol.Continuation, true, 3, false},
		{protocol.Continuation, true, 4, true}, {protocol.Binary, false, 4, false},
	}, places); diff != "" {
		t.Error(diff)
	}
}

// script is an io.Reader of which is known what each read brings.
type script struct{ reads [][]byte }

func (s *script) Read(p []byte) (int, error) {
	if len(s.reads) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.reads[0])
	s.reads = s.reads[1:]
	return n, nil
}

// TestEarMishears: a length that is taken for another one turns payload into headers.
func TestEarMishears(t *testing.T) {
	inner := masked(frame(protocol.Pong, ""))
	outer := protocol.NewFrame(protocol.Binary, inner).Append(nil)
	var heard []protocol.Opcode
	e := &ear{in: bytes.NewReader(outer), hear: func(f *incoming) bool {
		heard = append(heard, f.Opcode)
		f.Length = 0
		return true
	}}
	io.Copy(io.Discard, e)
	if diff := cmp.Diff([]protocol.Opcode{protocol.Binary, protocol.Pong}, heard); diff != "" {
		t.Error(diff)
	}
}
