package reports

import (
	"encoding/hex"
	"strings"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
)

// WithoutParameters replaces the parameters of the peers' URLs, wherever they stand in a record and its transcripts, for a report
// that strangers see: servers take tokens in them, since a browser can send none otherwise. The record itself stays as it is.
func WithoutParameters(rec *record.Record, transcripts Transcripts) (*record.Record, Transcripts) {
	var pairs []string
	for _, p := range rec.Peers {
		if i := strings.IndexByte(p.URL, '?'); i >= 0 && i+1 < len(p.URL) {
			parameters, instead := p.URL[i:], "?"+harness.Redacted
			pairs = append(pairs, parameters, instead, hex.EncodeToString([]byte(parameters)), hex.EncodeToString([]byte(instead)))
		}
	}
	if len(pairs) == 0 {
		return rec, transcripts
	}
	replacer := strings.NewReplacer(pairs...)
	clean := Rewritten(*rec, replacer.Replace)
	return &clean, func(peer, id string) *record.Transcript {
		t := transcripts(peer, id)
		if t == nil {
			return nil
		}
		clean := Rewritten(*t, replacer.Replace)
		return &clean
	}
}
