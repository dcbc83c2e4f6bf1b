package protocol

import (
	"encoding/binary"
	"math/bits"
)

// Mask xors b with the masking key, in place (RFC 6455, section 5.3), and returns the key as it stands for the bytes that
// follow b. Masking twice with the same key gives back what was there before.
func Mask(b []byte, key uint32) uint32 {
	wide := uint64(key) | uint64(key)<<32
	for len(b) >= 64 {
		block := (*[64]byte)(b)
		for i := 0; i < 64; i += 32 {
			binary.LittleEndian.PutUint64(block[i:], binary.LittleEndian.Uint64(block[i:])^wide)
			binary.LittleEndian.PutUint64(block[i+8:], binary.LittleEndian.Uint64(block[i+8:])^wide)
			binary.LittleEndian.PutUint64(block[i+16:], binary.LittleEndian.Uint64(block[i+16:])^wide)
			binary.LittleEndian.PutUint64(block[i+24:], binary.LittleEndian.Uint64(block[i+24:])^wide)
		}
		b = b[64:]
	}
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^wide)
		b = b[8:]
	}
	if len(b) >= 4 {
		binary.LittleEndian.PutUint32(b, binary.LittleEndian.Uint32(b)^key)
		b = b[4:]
	}
	for i := range b {
		b[i] ^= byte(key)
		key = bits.RotateLeft32(key, -8)
	}
	return key
}
