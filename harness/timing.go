package harness

import "time"

// Timing is how long a conversation waits for what. All of it grows with the round trip to the peer, so that distance and
// slowness are no faults; up to a limit, so that a peer cannot hold up a run by answering late and then no longer.
type Timing struct {
	Progress time.Duration // nothing that is waited for came nearer; 0 means no limit
	Head     time.Duration // the head of the opening handshake is complete
	Case     time.Duration // the whole conversation
	Alone    time.Duration // the whole conversation of a case that measures
	Volume   time.Duration // as Progress, in a case that measures; less than that counts as that
	HangUp   time.Duration // how promptly a server closes TCP; later is a finding of lesser weight
	Grace    time.Duration // before a barrier is sent to a peer that should fail the connection
	Pause    time.Duration // of the cases that are about what happens in one
}

// longestRoundTrip is more than that of any satellite link.
const longestRoundTrip = time.Second

// NewTiming returns the timing for a limit on waiting without progress (0: none) and a measured round trip.
func NewTiming(progress, roundTrip time.Duration) Timing {
	roundTrip = min(roundTrip, longestRoundTrip)
	t := Timing{
		Progress: progress,
		Head:     max(5*time.Second, progress) + 20*roundTrip,
		Case:     max(10*time.Second, 5*progress) + 100*roundTrip,
		Alone:    max(time.Minute, 30*progress) + 2000*roundTrip,
		HangUp:   time.Second + 4*roundTrip,
		Grace:    20*time.Millisecond + 4*roundTrip,
		Pause:    100*time.Millisecond + 10*roundTrip,
	}
	if progress == 0 {
		t.Head, t.Case, t.Alone = forever, forever, forever
		return t
	}
	t.Progress += 20 * roundTrip
	return t
}

// progress is the limit on waiting without progress in a case that measures; 0 means none.
func (t Timing) progress() time.Duration {
	if t.Progress == 0 {
		return 0
	}
	return max(t.Progress, t.Volume)
}

// forever stands for no limit.
const forever = 1000 * time.Hour

// DefaultProgress is how long a case waits without progress, unless the user says otherwise.
const DefaultProgress = 2 * time.Second

// seconds puts a limit into words that stay the same from run to run: what a round trip adds is left out.
func seconds(d time.Duration) string {
	if d > time.Second {
		return d.Truncate(time.Second).String()
	}
	return d.Truncate(time.Millisecond).String()
}
