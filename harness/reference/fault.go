package reference

import (
	"slices"

	"github.com/wsspec/wsspec/protocol"
)

// Fault is the right endpoint with one deliberate violation. As a variant, it is the right endpoint with one liberty that
// RFC 6455 allows.
type Fault struct {
	Name    string // such as "no-pong-inside-message"
	Mistake string // what the endpoint does, such as "answers no ping that comes inside a message"
	// NonStrict says that a variant falls short of a SHOULD, or of what most endpoints do.
	NonStrict bool
	// Bulk says that it shows only in amounts such as the Autobahn testsuite sends.
	Bulk bool

	spoil func(*habits)
}

// Faults returns all faults, ordered by what they are about. The caller must not change them.
func Faults() []*Fault { return faults }

// Variants returns all legal variants. The caller must not change them.
func Variants() []*Fault { return variants }

// Find returns the fault or the variant with that name, nil if there is none.
func Find(name string) *Fault {
	for _, f := range slices.Concat(faults, variants) {
		if f.Name == name {
			return f
		}
	}
	return nil
}

var faults = slices.Concat(
	sentFaults, lengthFaults, messageFaults, reservedBitFaults, opcodeFaults,
	pingFaults, pongFaults, controlFaults, fragmentFaults, orderFaults, volumeFaults, bufferFaults, seriesFaults,
	leniencyFaults, prejudiceFaults, closingFaults, closeBodyFaults, closeCodeFaults, failingFaults)

// What follows are the words in which faults are written.

// mishears: the endpoint takes the header of a frame for another one.
func mishears(change func(f *incoming)) func(*habits) {
	return func(h *habits) {
		h.hear = func(f *incoming) bool { change(f); return true }
	}
}

// loses: the endpoint never sees some frames.
func loses(which func(f *incoming) bool) func(*habits) {
	return func(h *habits) {
		h.hear = func(f *incoming) bool { return !which(f) }
	}
}

// rejects: the endpoint fails the connection, as a protocol error, over frames that are in order.
func rejects(which func(f *incoming) bool) func(*habits) {
	return mishears(func(f *incoming) {
		if which(f) {
			f.RSV = 7 // which nothing makes legal
		}
	})
}

// sends: the endpoint sends other frames in place of one.
func sends(instead func(f protocol.Frame) []protocol.Frame) func(*habits) {
	return func(h *habits) {
		h.say = func(frames []protocol.Frame) (said []protocol.Frame) {
			for _, f := range frames {
				said = append(said, instead(f)...)
			}
			return said
		}
	}
}

// says: the endpoint sends some frames in another form.
func says(change func(f *protocol.Frame)) func(*habits) {
	return sends(func(f protocol.Frame) []protocol.Frame {
		change(&f)
		return []protocol.Frame{f}
	})
}

// withholds: the endpoint does not send some frames.
func withholds(which func(f protocol.Frame) bool) func(*habits) {
	return sends(func(f protocol.Frame) []protocol.Frame {
		if which(f) {
			return nil
		}
		return []protocol.Frame{f}
	})
}

// tolerates: the endpoint lets some rules be broken.
func tolerates(rules ...protocol.Rule) func(*habits) {
	return func(h *habits) { h.config.Tolerate = protocol.RulesOf(rules...) }
}
