package protocol_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/wsspec/wsspec/protocol"
)

// TestMaskExample is the masked text of RFC 6455, section 5.7.
func TestMaskExample(t *testing.T) {
	b := []byte("Hello")
	protocol.Mask(b, 0x3d21fa37)
	if want := unhex("7f 9f 4d 51 58"); !bytes.Equal(b, want) {
		t.Errorf("got % x, want % x", b, want)
	}
}

// TestMask compares every length and alignment with the definition in RFC 6455, section 5.3: octet i is xored with octet
// i mod 4 of the key.
func TestMask(t *testing.T) {
	key := [4]byte{0x01, 0x83, 0xC5, 0xF7}
	memory := make([]byte, 300)
	for start := range 8 {
		for n := range 260 {
			for i := range memory {
				memory[i] = byte(i * 7)
			}
			want := bytes.Clone(memory)
			for i := range n {
				want[start+i] ^= key[i%4]
			}
			next := protocol.Mask(memory[start:start+n], 0xF7C58301)
			if !bytes.Equal(memory, want) {
				t.Fatalf("start %d, %d bytes: differs from the definition", start, n)
			}
			for i := range 4 {
				if byte(next>>(8*i)) != key[(n+i)%4] {
					t.Fatalf("%d bytes: the next key is %08x", n, next)
				}
			}
		}
	}
}

// TestMaskInPieces goes on with the key that it was given back.
func TestMaskInPieces(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	whole := make([]byte, 1000)
	for i := range whole {
		whole[i] = byte(rnd.Uint32())
	}
	const key = 0x9D3F21A7
	want := bytes.Clone(whole)
	protocol.Mask(want, key)
	for range 100 {
		got, k := bytes.Clone(whole), uint32(key)
		for _, piece := range randomCuts(rnd, got) {
			k = protocol.Mask(piece, k)
		}
		if !bytes.Equal(got, want) {
			t.Fatal("masking in pieces differs from masking at once")
		}
		protocol.Mask(got, key)
		if !bytes.Equal(got, whole) {
			t.Fatal("masking twice does not give back the original")
		}
	}
}

func TestMaskAllocatesNothing(t *testing.T) {
	b := make([]byte, 4099)
	if n := testing.AllocsPerRun(100, func() { protocol.Mask(b, 0x9D3F21A7) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
