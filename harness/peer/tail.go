package peer

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"sync"
	"unicode/utf8"
)

const (
	tailLines = 40
	lineLimit = 4 << 10 // bytes
)

// tail keeps the last lines of what is written to it, in memory that does not grow: at most 40 lines of 4 KiB.
type tail struct {
	mu    sync.Mutex
	ring  [tailLines + 1][]byte // the line that is being written, and those before it
	count int                   // lines that were ended

	wanted *regexp.Regexp // nil: nothing is looked for
	found  bool           // a line matched
}

// Write never fails and never waits.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for rest, ended := p, true; ended; {
		var line []byte
		line, rest, ended = bytes.Cut(rest, []byte("\n"))
		t.extend(line)
		t.look()
		if ended {
			t.count++
			t.ring[t.count%len(t.ring)] = t.ring[t.count%len(t.ring)][:0]
		}
	}
	return len(p), nil
}

// look tests the line that is being written. One without an end counts, too: a prompt has none.
func (t *tail) look() {
	if t.wanted != nil && !t.found {
		t.found = t.wanted.Match(bytes.TrimSuffix(t.ring[t.count%len(t.ring)], []byte("\r")))
	}
}

// matched tells whether a line matched what is wanted.
func (t *tail) matched() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.found
}

// extend adds to the line that is being written, up to one byte more than is shown: so a line that was cut can be told from
// one that just fits.
func (t *tail) extend(p []byte) {
	line := &t.ring[t.count%len(t.ring)]
	*line = append(*line, p[:min(len(p), lineLimit+1-len(*line))]...)
}

// lines returns the last lines, the one that is being written included.
func (t *tail) lines() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	end := t.count
	if len(t.ring[end%len(t.ring)]) > 0 {
		end++
	}
	var lines []string
	for i := max(0, end-tailLines); i < end; i++ {
		lines = append(lines, visible(t.ring[i%len(t.ring)]))
	}
	return lines
}

// visible returns the line without what could steer a terminal or hide in it: that is spelled out as in a Go string, and the
// CR at the end of a line is left out. What is longer than the limit ends in an ellipsis.
func visible(line []byte) string {
	line = bytes.TrimSuffix(line, []byte("\r"))
	line = bytes.ReplaceAll(line, []byte("##"), []byte(`#\x23`)) // ##[group] is a command to the runners of CI systems
	var shown []byte
	for len(line) > 0 {
		r, size := utf8.DecodeRune(line)
		char := spell(r, line[:size])
		if len(shown)+len(char) > lineLimit {
			return string(shown) + "…"
		}
		shown = append(shown, char...)
		line = line[size:]
	}
	return string(shown)
}

// spell returns the rune as it is shown, given its bytes.
func spell(r rune, encoded []byte) string {
	switch {
	case r == utf8.RuneError && len(encoded) == 1:
		return fmt.Sprintf(`\x%02x`, encoded[0])
	case r == '\t' || strconv.IsPrint(r):
		return string(encoded)
	}
	quoted := strconv.QuoteRune(r)
	return quoted[1 : len(quoted)-1]
}
