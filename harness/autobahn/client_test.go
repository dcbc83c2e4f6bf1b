package autobahn

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/harness/peer"
	"github.com/wsspec/wsspec/protocol/ws"
)

// clientVariable makes this binary a client that runs the cases of a fuzzing server.
const clientVariable = "AUTOBAHN_TEST_CLIENT"

func init() {
	if os.Getenv(clientVariable) != "" {
		os.Exit(beClient(os.Args[1], os.Args[2], os.Args[3]))
	}
}

// beClient runs all cases. The way says what goes wrong at the third: "dies", "stops" or "hangs"; "well" goes on.
func beClient(url, agent, way string) int {
	f := &fuzzingServer{url}
	n, err := f.caseCount(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for i := 1; i <= n; i++ {
		if i == 3 {
			switch way {
			case "dies":
				fmt.Fprintln(os.Stderr, "out of ideas\x1b[31m")
				return 5
			case "stops":
				return 0
			case "hangs":
				select {}
			}
		}
		runCase(url + "/runCase?agent=" + agent + "&case=" + strconv.Itoa(i))
	}
	return 0
}

func runCase(url string) {
	conn, _, err := ws.Dial(context.Background(), url, nil)
	if err != nil {
		return
	}
	defer conn.CloseNow()
	for {
		op, message, err := conn.ReadMessage(context.Background())
		if err != nil || conn.WriteMessage(context.Background(), op, message) != nil {
			return
		}
	}
}

// TestClientTest: a client is tested, however it ends. It never asks for the reports itself.
func TestClientTest(t *testing.T) {
	t.Setenv(clientVariable, "1")
	for way, test := range map[string]struct {
		index string
		lost  string // why the fourth case has no result
		code  int    // of the client
	}{
		"well":  {"2.1 2.2 2.3 2.4", "", 0},
		"stops": {"2.1 2.2", "the client did not ask for this case", 0},
		"dies":  {"2.1 2.2", "the client did not ask for this case; ", 5},
		"hangs": {"2.1 2.2", "not asked: nothing moved for 5s after case 2.2 had begun, and the client was ended", 0},
	} {
		t.Run(way, func(t *testing.T) {
			tr := newTrial(t, nil, "2.1", "2.2", "2.3", "2.4")
			tr.Stall = 5 * time.Second
			r, err := TestClient(t.Context(), Local{standin(t)}, tr.Test, Client{Command: []string{os.Args[0], "{url}", "{agent}", way}}, tr.dir)
			if err != nil {
				t.Fatal(err)
			}
			tr.expectIndex(test.index)
			if test.lost != "" {
				tr.expectWhy(r, "2.4", test.lost)
			}
			if (r.Client != nil) != (test.code != 0) || r.Client != nil && (r.Client.ExitCode != test.code || strings.Contains(r.Client.Stderr[0], "\x1b")) {
				t.Errorf("the client ended with %+v", r.Client)
			}
			if r.Version != "25.10.1" || strings.Join(tr.began, " ") != test.index {
				t.Errorf("version %q, began %q", r.Version, tr.began)
			}
		})
	}
}

// TestUnwritableName: wstest cannot write the names of all clients. Then nothing is known, and the user is told why.
func TestUnwritableName(t *testing.T) {
	t.Setenv(clientVariable, "1")
	tr := newTrial(t, nil, "2.1", "2.2")
	r, err := TestClient(t.Context(), Local{standin(t)}, tr.Test, Client{Command: []string{os.Args[0], "{url}", "%C3%A9", "well"}}, tr.dir)
	if err != nil {
		t.Fatal(err)
	}
	const why = "wstest could not be asked for its reports: it breaks off, as it does if a client calls itself by a name that is not ASCII"
	if got := r.Why("é", "2.1"); got != "wstest wrote no index.json: "+why || len(tr.said) != 1 || tr.said[0] != why {
		t.Errorf("%q, said %q", got, tr.said)
	}
}

// TestClientSplit: the client is started for each chapter.
func TestClientSplit(t *testing.T) {
	t.Setenv(clientVariable, "1")
	tr := newTrial(t, nil, "1.1.1", "2.1", "3.1")
	tr.Split = true
	if _, err := TestClient(t.Context(), Local{standin(t)}, tr.Test, Client{Command: []string{os.Args[0], "{url}", "{agent}", "well"}}, tr.dir); err != nil {
		t.Fatal(err)
	}
	tr.expectIndex("1.1.1 2.1 3.1")
}

// TestNoClient: a client that cannot be started is a mistake in the command line; so is the lack of wstest.
func TestNoClient(t *testing.T) {
	tr := newTrial(t, nil, "2.1")
	var start *peer.StartError
	_, err := TestClient(t.Context(), Local{standin(t)}, tr.Test, Client{Command: []string{"no-such-client", "{url}"}}, tr.dir)
	if !errors.As(err, &start) || start.Command[0] != "no-such-client" {
		t.Errorf("%v", err)
	}
	_, err = TestClient(t.Context(), Local{"no-such-wstest"}, tr.Test, Client{Command: []string{"no-such-client"}}, tr.dir)
	if !errors.As(err, &start) || start.Command[0] != "no-such-wstest" {
		t.Errorf("%v", err)
	}
}

// TestNoFuzzingServerLeft: what could not be removed is told, though nothing was asked.
func TestNoFuzzingServerLeft(t *testing.T) {
	tr := newTrial(t, nil, "2.1")
	left := errors.New("container x is still there")
	r, err := TestClient(t.Context(), &fake{stays: left}, tr.Test, Client{Command: []string{"unused"}}, tr.dir)
	if r != nil || !errors.As(err, new(*NotReadyError)) || !errors.Is(err, left) {
		t.Errorf("%v, %v", r, err)
	}
}

// TestNoFuzzingServer: a wstest that ends before it answers says why.
func TestNoFuzzingServer(t *testing.T) {
	tr := newTrial(t, nil, "2.1")
	_, err := TestClient(t.Context(), withFaults{Local{standin(t)}, "nonsense"}, tr.Test, Client{Command: []string{"unused"}}, tr.dir)
	var notReady *NotReadyError
	if !errors.As(err, &notReady) || !strings.Contains(err.Error(), `wstest ended with exit code 1`) || !strings.Contains(err.Error(), `no fault "nonsense"`) {
		t.Errorf("%v", err)
	}
}
