package main

import (
	"encoding/json"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// report gathers the outcomes, and writes wstest's files of them.
type report struct {
	dir    string
	faults faults

	mu       sync.Mutex
	outcomes map[string]map[string]*outcome // by agent and case
	added    chan struct{}                  // is closed, and made anew, with each one
}

func newReport(dir string, f faults) *report {
	return &report{dir: dir, faults: f, outcomes: map[string]map[string]*outcome{}, added: make(chan struct{})}
}

func (r *report) add(o *outcome) {
	o.end()
	if r.faults.has("fail@" + o.id) {
		o.behavior = "FAILED"
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.outcomes[o.agent] == nil {
		r.outcomes[o.agent] = map[string]*outcome{}
	}
	r.outcomes[o.agent][o.id] = o
	close(r.added)
	r.added = make(chan struct{})
}

// await returns the outcome of a case when there is one.
func (r *report) await(agent, id string) *outcome {
	for {
		r.mu.Lock()
		o, added := r.outcomes[agent][id], r.added
		r.mu.Unlock()
		if o != nil {
			return o
		}
		<-added
	}
}

// write writes the index first and the files of the cases after it, as wstest does. As that, it fails at names that are not ASCII.
func (r *report) write() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		return err
	}
	if r.faults.has("link") {
		os.Symlink("/etc/passwd", filepath.Join(r.dir, "passwd"))
		os.Symlink("..", filepath.Join(r.dir, "up"))
	}
	for agent := range r.outcomes {
		if strings.ContainsFunc(agent, func(c rune) bool { return c > 0x7f }) {
			return fmt.Errorf("UnicodeDecodeError: 'ascii' codec can't decode %q", agent)
		}
	}
	if err := r.writeIndex(); err != nil {
		return err
	}
	for _, cases := range r.outcomes {
		for _, o := range cases {
			if err := r.writeCase(o); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *report) writeIndex() error {
	index := map[string]map[string]any{}
	for agent, cases := range r.outcomes {
		index[agent] = map[string]any{}
		for id, o := range cases {
			index[agent][id] = map[string]any{
				"behavior": o.behavior, "behaviorClose": o.behaviorClose, "remoteCloseCode": o.remoteCloseCode,
				"duration": o.duration.Milliseconds(), "reportfile": o.file("json"),
			}
		}
	}
	page := "<!DOCTYPE html>\n<title>stand-in</title>\n<p>Written by a stand-in for the Autobahn WebSocket Testsuite v" +
		suiteVersion + "/v" + autobahnVersion + ".</p>\n"
	if err := os.WriteFile(filepath.Join(r.dir, "index.html"), []byte(page), 0o644); err != nil {
		return err
	}
	text := marshal(index)
	if r.faults.has("half") {
		os.WriteFile(filepath.Join(r.dir, "index.json"), text[:len(text)/2], 0o644)
		return fmt.Errorf("KeyError: 'behavior'")
	}
	return os.WriteFile(filepath.Join(r.dir, "index.json"), text, 0o644)
}

func (r *report) writeCase(o *outcome) error {
	page := fmt.Sprintf("<!DOCTYPE html>\n<title>%s %s</title>\n", html.EscapeString(o.agent), o.id)
	if err := os.WriteFile(filepath.Join(r.dir, o.file("html")), []byte(page), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.dir, o.file("json")), marshal(map[string]any{
		"agent": o.agent, "case": o.number, "id": o.id, "isServer": o.isServer,
		"behavior": o.behavior, "behaviorClose": o.behaviorClose, "remoteCloseCode": o.remoteCloseCode,
		"started": o.started.Format("2006-01-02T15:04:05.000Z"), "duration": o.duration.Milliseconds(),
		"description": "Send a text message.", "expectation": "Receive it again. Clean close with normal code.",
		"expected": map[string]any{"OK": []any{[]any{"message", "case " + o.id, false}}}, "received": []any{},
		"expectedClose": map[string]any{"closeCode": []int{1000}, "closedByMe": true, "requireClean": true},
		"result":        "Actual events match at least one expected.", "resultClose": "Connection was properly closed",
		"reportTime": false, "reportCompressionRatio": false, "createWirelog": true, "createStats": true,
		"closedByMe": true, "failedByMe": false, "droppedByMe": false, "wasClean": o.remoteCloseCode != nil, "wasNotCleanReason": nil,
		"wasServerConnectionDropTimeout": false, "wasOpenHandshakeTimeout": false, "wasCloseHandshakeTimeout": false,
		"localCloseCode": 1000, "localCloseReason": nil, "remoteCloseReason": nil, "trafficStats": nil,
		"rxFrameStats": map[string]int{"1": 1, "8": 1}, "txFrameStats": map[string]int{"1": 1, "8": 1},
		"rxOctetStats": map[string]int{"4": 1}, "txOctetStats": map[string]int{"8": 1}, "wirelog": []any{},
		"httpRequest": "GET / HTTP/1.1\r\nUser-Agent: AutobahnTestSuite/" + suiteVersion + "-" + autobahnVersion + "\r\n\r\n", "httpResponse": "?",
	}), 0o644)
}

// file is the name of a file about the case, made as wstest makes it.
func (o *outcome) file(extension string) string {
	name := strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			return r
		}
		return ' '
	}, strings.ToLower(o.agent))
	name = strings.ReplaceAll(strings.TrimSpace(name), " ", "_")
	return name + "_case_" + strings.ReplaceAll(o.id, ".", "_") + "." + extension
}

func marshal(v any) []byte {
	text, err := json.MarshalIndent(v, "", "   ")
	if err != nil {
		panic(err) // maps of plain values
	}
	return text
}
