package reports

import (
	"testing"

	"github.com/wsspec/wsspec/harness/record"
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
		if got := again(&test.peer, "24.1"); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}
