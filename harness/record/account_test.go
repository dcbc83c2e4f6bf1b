package record_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/harness/record"
)

// The rows of the testsuite's log, one of each kind.
const logRows = `[
	["TO",[243,"4745 ..."],false],["RO",[129,"4854 ..."]],
	["TF",[9,"fragment1"],1,false,4,"f77aaf85",null,997,true],["TF",[0,""],1,true,0,null,125,null,false],
	["RF",[2,"0x03e8"],8,true,0,false,null],["RF",[2,"Hi"],1,true,0,true,"01020304"],
	["CT",0.5,"A"],["CT",1,null],["CTE","A"],["KL",1],["KLE"],["TI",60],["TIE"],["WLM",false],["WLM",true]
]`

// What is read from rows and written again is the same.
func TestLogRows(t *testing.T) {
	var rows []record.LogRow
	if err := json.Unmarshal([]byte(logRows), &rows); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(rows)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer("\n", "", "\t", "").Replace(logRows)
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("-read +written:\n%s", diff)
	}
	chop, key := int64(997), "f77aaf85"
	frame := record.LogRow{Kind: "TF", Length: 9, Data: "fragment1", Opcode: 1, RSV: 4, Key: &key, Chop: &chop, Sync: true}
	if diff := cmp.Diff(frame, rows[2]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAccountEvents(t *testing.T) {
	const text = `[["message","Hi",true],["message","0xff",false],["ping",""],["pong","x"],["timeout","A"]]`
	var events []record.AccountEvent
	if err := json.Unmarshal([]byte(text), &events); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(record.AccountEvent{Kind: record.EventMessage, Text: "Hi", Binary: true}, events[0]); diff != "" {
		t.Error(diff)
	}
	again, err := json.Marshal(events)
	if err != nil || string(again) != text {
		t.Errorf("%s, %v", again, err)
	}
}

// Rows that are none are errors, which say where they go wrong.
func TestBadRows(t *testing.T) {
	for text, want := range map[string]string{
		`{}`:               "a row is not an array",
		`[1]`:              "element 1 of a row",
		`["TO",7]`:         "element 2 of a row",
		`["RO",["x",1]]`:   "element 1 of a row",
		`["KL","soon"]`:    "element 2 of a row",
		`["TO",[1,"x"],0]`: "element 3 of a row",
	} {
		if err := json.Unmarshal([]byte(text), new(record.LogRow)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	if err := json.Unmarshal([]byte(`["message",1]`), new(record.AccountEvent)); err == nil {
		t.Error("an event without a text is read")
	}
	if err := json.Unmarshal([]byte(`["later",{}]`), new(record.LogRow)); err != nil {
		t.Errorf("a row of a later kind: %v", err)
	}
}

// Lists and statistics are there even if nothing is in them.
func TestEmptyAccount(t *testing.T) {
	text, err := json.Marshal(record.Transcript{Autobahn: new(record.Account)})
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"received":[]`, `"wirelog":[]`, `"rxOctetStats":{}`, `"txFrameStats":{}`, `"trafficStats":null`, `"localCloseCode":null`} {
		if !strings.Contains(string(text), part) {
			t.Errorf("no %s in %s", part, text)
		}
	}
	if text, err := json.Marshal(record.Transcript{}); err != nil || strings.Contains(string(text), "autobahn") {
		t.Errorf("%s, %v", text, err)
	}
}
