package wstest_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports/wstest"
)

// Frames have on the wire what the log has as octets beside them, and those octets are not shown twice.
func TestTalkAgreesWithOctets(t *testing.T) {
	rec, talk, err := wstest.Read("testdata/sample", wstest.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	frames := 0
	for _, c := range rec.Peers[0].Cases {
		tr := talk("gws-full", c.ID)
		if tr == nil {
			continue
		}
		octets := map[string]string{record.SideSent: "", record.SideGot: ""}
		for _, r := range tr.Autobahn.Wirelog {
			switch {
			case r.Kind == record.RowSent && !strings.HasPrefix(r.Data, hex.EncodeToString([]byte("GET"))):
				octets[record.SideSent] += r.Data
			case r.Kind == record.RowGot && !strings.HasPrefix(r.Data, hex.EncodeToString([]byte("HTTP"))):
				octets[record.SideGot] += r.Data
			}
		}
		for _, e := range tr.Entries {
			if e.Kind == record.KindFrame {
				frames++
				rest, found := strings.CutPrefix(octets[e.Side], e.Hex)
				if !found && !strings.Contains(octets[e.Side], " ...") { // else a read was longer than the log shows
					t.Fatalf("%s: %s %s, but the octets are %s", c.ID, e.Side, e.Hex, octets[e.Side])
				}
				if found {
					octets[e.Side] = rest
				}
			} else if e.Kind == record.KindBytes {
				t.Errorf("%s: %+v", c.ID, e)
			}
		}
		if left := octets[record.SideSent] + octets[record.SideGot]; left != "" && !strings.Contains(left, " ...") {
			t.Errorf("%s: octets without a frame: %v", c.ID, octets)
		}
	}
	if frames < 40 {
		t.Errorf("only %d frames", frames)
	}
}

func TestTalk(t *testing.T) {
	_, talk, err := wstest.Read("testdata/sample", wstest.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, e := range talk("gws-full", "6.4.1").Entries {
		first, _, _ := strings.Cut(e.Text, "\r\n")
		told = append(told, strings.TrimRight(fmt.Sprintf("%s %s %s", e.Side, cmpOr(e.OpcodeName, e.Kind), first), " "))
	}
	want := []string{
		"sent head GET / HTTP/1.1", "got head HTTP/1.1 101 Switching Protocols", "sent Text \"\u03ba\u1f79\u03c3\u03bc\u03b5\"", "note pause 1 s before the testsuite goes on",
		"sent Continuation f4 90 80 80", "note pause 1 s before the testsuite goes on", `sent Continuation "edited"`,
		`got Close 1007 (invalid payload) "gws: invalid text encoding"`, "sent Close 1000 (normal closure)", "got end the peer ended the stream",
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if tr := talk("gws-full", "9.7.1"); tr.Omitted != 2000 || tr.OmittedAt != 2 {
		t.Errorf("%d frames omitted before entry %d", tr.Omitted, tr.OmittedAt)
	}
	if talk("gws-full", "1.1.2") != nil || talk("nobody", "1.1.1") != nil {
		t.Error("a transcript out of nothing")
	}
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// logged is a file of a case with some rows in its log, of a conversation whose heads are of two bytes.
func logged(rows string) string {
	return `{"agent": "a", "id": "1.1.1", "httpRequest": "GE", "httpResponse": "HT", "createStats": true, "createWirelog": true,
		"wirelog": [["TO", [2, "4745"], false], ["RO", [2, "4854"]], ` + rows + `]}`
}

func TestLog(t *testing.T) {
	for _, c := range []struct{ name, rows, want string }{
		{"octets that are no frame", `["RO", [3, "f0f1f2"]], ["TF", [2, "0x03ea"], 8, true, 0, "00000000", null, null, false], ["TO", [8, "88820000000003ea"], false]`,
			"got bytes f0f1f2, sent frame 88820000000003ea"},
		{"what is left of a read", `["RO", [6, "8100ffffffff"]], ["RF", [0, ""], 1, true, 0, false, null]`, "got bytes ffffffff, got frame 8100"},
		{"two frames in a read", `["RO", [4, "81008a00"]], ["RF", [0, ""], 1, true, 0, false, null], ["RF", [0, ""], 10, true, 0, false, null]`, "got frame 8100, got frame 8a00"},
		{"a frame in two reads", `["RO", [1, "81"]], ["RO", [1, "00"]], ["RF", [0, ""], 1, true, 0, false, null]`, "got frame 8100"},
		{"a masked frame of a client", `["RO", [7, "818101020304" ]], ["RF", [1, "a"], 1, true, 0, true, "01020304"]`, "got frame 81810102030460"},
		{"sent in pieces", `["TF", [2, "ab"], 1, true, 0, "00000000", null, 1, false], ["TO", [1, "81"], true], ["TO", [7, "820000000061 ..."], true]`,
			"note pause, sent frame 8182000000006162"},
		{"repeated to a length", `["TF", [1, "*"], 1, true, 0, "00000000", 65536, null, false], ["TO", [65550, "81ff ..."], false]`,
			"sent frame 81ff000000000001000000000000" + strings.Repeat("2a", 64-14)},
		{"octets out of a script", `["TO", [3, "000102"], false]`, "sent bytes 000102"},
		{"time is up", `["KL", 1], ["KLE"], ["TI", 1], ["TIE"]`, "note pause, note pause"},
		{"compressed", `["RO", [5, "c103aabbcc"]], ["RF", [3, "abc"], 1, true, 4, false, null]`, "got frame"},
		{"a row that nobody knows", `["XX", 1, 2], ["RF"], ["TO"]`, "got frame 0000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, talk := report(t, map[string]string{"index.json": indexOf("a", "1.1.1", "OK", "OK"), "a_case_1_1_1.json": logged(c.rows)}, wstest.ReadOptions{})
			tr := talk("a", "1.1.1")
			if tr == nil {
				t.Fatal("no transcript")
			}
			var got []string
			for _, e := range tr.Entries[2 : len(tr.Entries)-1] {
				got = append(got, strings.TrimSpace(e.Side+" "+e.Kind+" "+e.Hex))
			}
			if strings.Join(got, ", ") != c.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), c.want)
			}
		})
	}
}

// Of a Close frame the code is told, too, where the testsuite cut off the reason.
func TestClippedClose(t *testing.T) {
	row := `["TF", [30, "0x03ef656e636f756e746572 ..."], 8, true, 0, "00000000", null, null, false]`
	_, talk := report(t, map[string]string{"index.json": indexOf("a", "1.1.1", "OK", "OK"), "a_case_1_1_1.json": logged(row)}, wstest.ReadOptions{})
	e := talk("a", "1.1.1").Entries[2]
	if want := `1007 (invalid payload data) "encounter" ...`; !strings.HasPrefix(e.Text, "1007 ") || !strings.HasSuffix(e.Text, ` "encounter" ...`) {
		t.Errorf("%s, want %s", e.Text, want)
	}
}

// A long log is bounded: the beginning and the end of it are kept.
func TestLongLog(t *testing.T) {
	rows := strings.Repeat(`["TO", [1, "00"], false], `, 5000)
	_, talk := report(t, map[string]string{"index.json": indexOf("a", "1.1.1", "OK", "OK"), "a_case_1_1_1.json": logged(rows + `["TO", [1, "ff"], false]`)}, wstest.ReadOptions{})
	tr := talk("a", "1.1.1")
	if len(tr.Entries) > 400 || tr.Omitted+len(tr.Entries) != 2+5001+1 || tr.OmittedAt != 200 || tr.Entries[len(tr.Entries)-2].Hex != "ff" {
		t.Errorf("%d entries, %d omitted at %d", len(tr.Entries), tr.Omitted, tr.OmittedAt)
	}
}

// A log that somebody made up to cost time costs none: reads that no frame explains, and frames that explain little.
func TestTediousLog(t *testing.T) {
	rows := strings.Repeat(`["RO", [1000000, ""]], `, 100_000) + strings.Repeat(`["RF", [0, ""], 1, true, 0, false, null], `, 100_000)
	_, talk := report(t, map[string]string{"index.json": indexOf("a", "1.1.1", "OK", "OK"), "a_case_1_1_1.json": logged(rows + `["KLE"]`)}, wstest.ReadOptions{})
	if tr := talk("a", "1.1.1"); tr == nil || len(tr.Entries) > 600 || tr.Omitted < 199_000 {
		t.Errorf("%+v", tr)
	}
}
