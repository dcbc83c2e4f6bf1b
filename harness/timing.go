package harness

import "time"

// Timing is how long a conversation waits for what. All of it grows with the round trip to the peer, so that distance and
// slowness are no faults.
type Timing struct {
	Progress time.Duration // nothing that is waited for came nearer; 0 means no limit
	Head     time.Duration // the head of the opening handshake is complete
	Case     time.Duration // the whole conversation
	HangUp   time.Duration // how promptly a server closes TCP; later is a finding of lesser weight
	Grace    time.Duration // before a barrier is sent to a peer that should fail the connection
	Pause    time.Duration // of the cases that are about what happens in one
}

// NewTiming returns the timing for a limit on waiting without progress (0: none) and a measured round trip.
func NewTiming(progress, roundTrip time.Duration) Timing {
	t := Timing{
		Progress: progress,
		Head:     max(5*time.Second, progress) + 20*roundTrip,
		Case:     max(10*time.Second, 5*progress) + 100*roundTrip,
		HangUp:   time.Second + 4*roundTrip,
		Grace:    20*time.Millisecond + 4*roundTrip,
		Pause:    100*time.Millisecond + 10*roundTrip,
	}
	if progress == 0 {
		t.Head, t.Case = forever, forever
		return t
	}
	t.Progress += 20 * roundTrip
	return t
}

// forever stands for no limit.
const forever = 1000 * time.Hour

// DefaultProgress is how long a case waits without progress, unless the user says otherwise.
const DefaultProgress = 2 * time.Second
