package fuzz_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/wsspec/wsspec/fuzz"
	"github.com/wsspec/wsspec/protocol"
)

// What any parser of frames should find, and where it should stop.
func ExampleNaiveReader() {
	client := fuzz.NaiveReader{Client: true}
	frames, end := client.Read([]byte("\x01\x03Hel\x80\x02lo\x89\x7e\x00\x00"))
	for _, f := range frames {
		fmt.Println(f)
	}
	fmt.Println(end)
	// Output:
	// Text, 3 bytes "Hel" at 0
	// Continuation, FIN, 2 bytes "lo" at 5
	// Ping, FIN, length in 16 bits, 0 bytes at 9, not whole, payload length is not in the shortest form
	// fuzz: frame breaks a rule
}

// The examples of RFC 6455, section 5.7.
func TestNaiveExamples(t *testing.T) {
	for _, test := range []struct {
		client bool
		input  string
		want   []string
	}{
		{true, "\x81\x05Hello", []string{`Text, FIN, 5 bytes "Hello" at 0`}},
		{false, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", []string{`Text, FIN, masked, 5 bytes "Hello" at 0`}},
		{true, "\x01\x03Hel\x80\x02lo", []string{`Text, 3 bytes "Hel" at 0`, `Continuation, FIN, 2 bytes "lo" at 5`}},
		{true, "\x89\x05Hello", []string{`Ping, FIN, 5 bytes "Hello" at 0`}},
		{false, "\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", []string{`Pong, FIN, masked, 5 bytes "Hello" at 0`}},
		{true, "\x82\x7e\x01\x00" + string(make([]byte, 256)), []string{protocol.NewFrame(protocol.Binary, make([]byte, 256)).String() + " at 0"}},
		{true, "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00" + string(make([]byte, 65536)), []string{protocol.NewFrame(protocol.Binary, make([]byte, 65536)).String() + " at 0"}},
	} {
		frames, end := fuzz.NaiveReader{Client: test.client}.Read([]byte(test.input))
		var got []string
		for _, f := range frames {
			got = append(got, f.String())
		}
		if end != io.EOF || !slices.Equal(got, test.want) {
			t.Errorf("%.20q: got %q, %v, want %q", test.input, got, end, test.want)
		}
	}
}

// Each rule about frames, broken alone, stops a strict reader and is noted by a tolerant one.
func TestNaiveRules(t *testing.T) {
	for _, test := range []struct {
		rule   protocol.Rule
		client bool
		input  string
		broken int // the frame that breaks it
	}{
		{protocol.UnmaskedFrame, false, "\x81\x00", 0},
		{protocol.MaskedFrame, true, "\x81\x80\x01\x02\x03\x04", 0},
		{protocol.ReservedBits, true, "\x91\x00", 0},
		{protocol.ReservedOpcode, true, "\x83\x00", 0},
		{protocol.ReservedOpcode, true, "\x87\x00", 0},
		{protocol.ReservedOpcode, true, "\x8b\x00", 0},
		{protocol.LengthTopBit, true, "\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00", 0},
		{protocol.MinimalLength, true, "\x82\x7e\x00\x7d" + string(make([]byte, 125)), 0},
		{protocol.MinimalLength, true, "\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff", 0},
		{protocol.FragmentedControl, true, "\x09\x00", 0},
		{protocol.LongControl, true, "\x89\x7e\x00\x7e" + string(make([]byte, 126)), 0},
		{protocol.LoneContinuation, true, "\x81\x00\x80\x00", 1},
		{protocol.BrokenMessage, true, "\x01\x00\x89\x00\x82\x00", 2},
		{protocol.DataAfterClose, true, "\x88\x00\x81\x00", 1},
	} {
		noLimits := protocol.Limits{Frame: -1, Message: -1}
		strict := fuzz.NaiveReader{Client: test.client, Limits: noLimits}
		frames, end := strict.Read([]byte(test.input))
		if end != fuzz.ErrRefused || len(frames) != test.broken+1 || frames[test.broken].Broken != protocol.RulesOf(test.rule) {
			t.Errorf("%.20q: got %v, %v, want frame %d to break %q", test.input, frames, end, test.broken, test.rule)
		}
		tolerant := strict
		tolerant.Tolerate = protocol.RulesOf(test.rule)
		if again, end := tolerant.Read([]byte(test.input)); errors.Is(end, fuzz.ErrRefused) || len(again) != len(frames) {
			t.Errorf("%.20q: got %v, %v, want %q tolerated", test.input, again, end, test.rule)
		}
	}
}

func TestNaiveLimits(t *testing.T) {
	reader := fuzz.NaiveReader{Client: true, Limits: protocol.Limits{Frame: 3, Message: 4, Fragments: 2}}
	for input, want := range map[string]string{
		"\x81\x03":                     "unexpected EOF",
		"\x81\x04":                     "protocol: frame longer than 3 bytes",
		"\x01\x02ab\x80\x02cd":         "EOF",
		"\x01\x02ab\x00\x03":           "protocol: message longer than 4 bytes",
		"\x01\x00\x00\x00\x80\x00":     "protocol: more than 2 fragments",
		"\x89\x04ping\x01\x00\x80\x00": "EOF",
	} {
		if _, end := reader.Read([]byte(input)); end.Error() != want {
			t.Errorf("%q: got %q, want %q", input, end, want)
		}
	}
}
