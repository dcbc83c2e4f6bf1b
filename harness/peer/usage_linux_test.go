package peer

import (
	"fmt"
	"testing"
	"time"
)

// What the glutton takes.
const (
	gluttonMemory = 64 << 20
	gluttonTime   = 200 * time.Millisecond
)

func init() {
	roles["glutton"] = func(args []string) {
		memory := make([]byte, gluttonMemory)
		for began := time.Now(); time.Since(began) < gluttonTime; {
			for i := 0; i < len(memory); i += 1 << 10 {
				memory[i]++
			}
		}
		fmt.Println("full", len(memory))
		serve(args[0])
	}
}

// TestUsage: memory and time are those of the whole group, over all starts of the program.
func TestUsage(t *testing.T) {
	p := startServer(t, newLifeline(t).server("wrapper", "glutton", "127.0.0.1:0"))
	full := func() bool { return len(p.Stdout()) > 0 }
	until(t, "the child is full", full)
	first := p.Usage()
	if first.PeakMemory < gluttonMemory || first.PeakMemory > 20*gluttonMemory || first.CPU < gluttonTime/4 {
		t.Errorf("%+v", first)
	}
	if err := p.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	until(t, "the child is full again", full)
	second := p.Usage()
	if second.PeakMemory < gluttonMemory || second.CPU < first.CPU+gluttonTime/4 {
		t.Errorf("%+v, then %+v", first, second)
	}
	p.Stop(t.Context())
	if after := p.Usage(); after.PeakMemory < second.PeakMemory || after.CPU < second.CPU {
		t.Errorf("%+v before the end, %+v after", second, after)
	}
}
