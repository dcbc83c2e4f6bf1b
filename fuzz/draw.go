package fuzz

import (
	"encoding/binary"
	"iter"

	"github.com/wsspec/wsspec/protocol"
)

// source draws values from the front of an input. Once the input is used up all of them are zero, so that a short input is a
// simple one.
type source struct{ rest []byte }

func (s *source) empty() bool { return len(s.rest) == 0 }

// take returns the next n bytes, or what is left. The slice has no room to grow into what follows.
func (s *source) take(n int) []byte {
	n = min(n, len(s.rest))
	taken := s.rest[:n:n]
	s.rest = s.rest[n:]
	return taken
}

func (s *source) uint64() uint64 {
	var b [8]byte
	copy(b[:], s.take(8))
	return binary.BigEndian.Uint64(b[:])
}

func (s *source) uint32() uint32 {
	var b [4]byte
	copy(b[:], s.take(4))
	return binary.BigEndian.Uint32(b[:])
}

func (s *source) byte() byte {
	var b [1]byte
	copy(b[:], s.take(1))
	return b[0]
}

// frameRules are the rules that a Reader enforces.
var frameRules = []protocol.Rule{
	protocol.UnmaskedFrame, protocol.MaskedFrame, protocol.ReservedBits, protocol.ReservedOpcode, protocol.LengthTopBit,
	protocol.MinimalLength, protocol.FragmentedControl, protocol.LongControl, protocol.LoneContinuation, protocol.BrokenMessage,
	protocol.DataAfterClose,
}

// tolerance draws the rules that a Reader tolerates: none for 0, all for 1, else one or two of them.
func (s *source) tolerance() protocol.RuleSet {
	switch b := int(s.byte()); b {
	case 0:
		return protocol.RuleSet{}
	case 1:
		return protocol.AllRules
	default:
		return protocol.RulesOf(frameRules[b%len(frameRules)], frameRules[b/len(frameRules)%len(frameRules)])
	}
}

// limits draws limits: the default ones, small ones, or none.
func (s *source) limits() protocol.Limits {
	switch s.byte() % 3 {
	case 1:
		return protocol.Limits{Frame: 200, Message: 300, Fragments: 3}
	case 2:
		return protocol.Limits{Frame: -1, Message: -1, Fragments: -1}
	}
	return protocol.Limits{}
}

// cuts are the sizes of the chunks in which some input arrives, to be used in turn. None is: all at once.
type cuts []int

// cuts draws up to seven sizes.
func (s *source) cuts() (c cuts) {
	var sum int
	for _, b := range s.take(int(s.byte() % 8)) {
		size := int(b)
		if size >= 128 {
			size = (size - 127) * 100 // beyond the sizes of buffers
		}
		c = append(c, size)
		sum += size
	}
	if sum == 0 {
		return nil
	}
	return c
}

// of cuts an input. A chunk may be empty.
func (c cuts) of(input []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for i := 0; len(input) > 0; i++ {
			n := len(input)
			if len(c) > 0 {
				n = min(n, c[i%len(c)])
			}
			if !yield(input[:n:n]) {
				return
			}
			input = input[n:]
		}
	}
}
