package reports_test

import (
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
)

func TestAgain(t *testing.T) {
	for _, test := range []struct {
		peer record.Peer
		want string
	}{
		{record.Peer{Role: "server", URL: "ws://127.0.0.1:9001/"}, "wsspec test ws://127.0.0.1:9001/ --cases 24.1 --trace"},
		{record.Peer{Role: "server", URL: "ws://h/?a=1&b=$(rm -rf /)"}, "wsspec test 'ws://h/?a=1&b=$(rm -rf /)' --cases 24.1 --trace"},
		{record.Peer{Role: "server", URL: "ws://h/'; reboot; '"}, `wsspec test 'ws://h/'\''; reboot; '\''' --cases 24.1 --trace`},
		{record.Peer{Role: "server"}, "wsspec test '' --cases 24.1 --trace"},
		{record.Peer{Name: "it's", Role: "server", URL: "ws://127.0.0.1:40123/", Fleet: "my peers/wsspec.yaml"},
			`wsspec fleet 'my peers/wsspec.yaml' --only 'it'\''s' --cases 24.1 --trace`},
		{record.Peer{Role: "client", URL: "ws://127.0.0.1:9002/"}, "wsspec listen --cases 24.1 --trace"},
	} {
		test.peer.Cases = []record.Case{{ID: "24.1", Verdict: record.Fail}}
		got := renderText(t, &record.Record{Peers: []record.Peer{test.peer}}, nil, reports.Style{})
		if !strings.Contains(got, "\n     again     "+test.want+"\n") {
			t.Errorf("got\n%s\nwant %s", got, test.want)
		}
	}
}
