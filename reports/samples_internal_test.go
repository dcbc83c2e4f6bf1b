package reports

import (
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports/internal/samples"
)

// Samples by their short names, for tests that reach for what is not exported.
var (
	sample        = samples.Record
	sampleGate    = samples.Gate
	hostile       = samples.Hostile
	hostileRecord = samples.HostileRecord
	words         = samples.Words
)

func render(t *testing.T, rec *record.Record, transcripts Transcripts) string {
	t.Helper()
	var page strings.Builder
	if err := HTML(&page, rec, transcripts, nil); err != nil {
		t.Fatal(err)
	}
	return page.String()
}
