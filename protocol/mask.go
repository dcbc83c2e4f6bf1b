package protocol

import (
	"encoding/binary"
	"math/bits"
)

// Mask xors b with the masking key, in place (RFC 6455, section 5.3), and returns the key as it stands for the bytes that
// follow b. Masking twice with the same key gives back what was there before.
func Mask(b []byte, key uint32) uint32 {
	next := bits.RotateLeft32(key, -8*len(b))
	if len(b) < 8 {
		for i := range b {
			b[i] ^= byte(key)
			key = bits.RotateLeft32(key, -8)
		}
		return next
	}
	// The last 8 bytes are masked before the others and stored after them, overlapping with them: so no bytes are left over
	// at the end, which would cost more than all the rest if the lengths cannot be foreseen.
	le := binary.LittleEndian
	end := b[len(b)-8:]
	last := le.Uint64(end) ^ twice(next)
	wide := twice(key)
	for len(b) >= 64 {
		block := (*[64]byte)(b)
		le.PutUint64(block[0:8], le.Uint64(block[0:8])^wide)
		le.PutUint64(block[8:16], le.Uint64(block[8:16])^wide)
		le.PutUint64(block[16:24], le.Uint64(block[16:24])^wide)
		le.PutUint64(block[24:32], le.Uint64(block[24:32])^wide)
		le.PutUint64(block[32:40], le.Uint64(block[32:40])^wide)
		le.PutUint64(block[40:48], le.Uint64(block[40:48])^wide)
		le.PutUint64(block[48:56], le.Uint64(block[48:56])^wide)
		le.PutUint64(block[56:64], le.Uint64(block[56:64])^wide)
		b = b[64:]
	}
	for len(b) > 8 {
		le.PutUint64(b, le.Uint64(b)^wide)
		b = b[8:]
	}
	le.PutUint64(end, last)
	return next
}

// twice is the key for 8 bytes, the first of which is in the lowest bits.
func twice(key uint32) uint64 { return uint64(key) | uint64(key)<<32 }
