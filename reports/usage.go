package reports

import (
	"fmt"
	"time"

	"github.com/wsspec/wsspec/harness/record"
)

// usageWords say what the program of a peer took of the machine.
func usageWords(u *record.Usage) []string {
	if u == nil {
		return nil
	}
	return []string{
		fmt.Sprintf("%.0f MiB at most", float64(u.PeakMemory)/(1<<20)),
		duration(time.Duration(u.CPUMS)*time.Millisecond) + " of CPU",
	}
}

// profileWords name the profile of a peer, if it has one of its own.
func profileWords(p *record.Peer) []string {
	if p.Profile == "" {
		return nil
	}
	return []string{"profile " + p.Profile}
}
