package wstest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
)

// What is known of the testsuite's cases beside its files: from our catalogue, and, of those that it does not have, from the
// parameters of the testsuite's own families.

func (r *reader) ours(id string) *harness.Case {
	if r.Case == nil {
		return nil
	}
	return r.Case(id)
}

// compressed is what a case of chapters 12 and 13 is mainly about: a compressed message is delivered as it was before.
const compressed = "RFC7692-6.2-4"

// delivered is what is asked of every echo.
const delivered = "RFC6455-5.4-12"

// requirements are those that a case checks.
func (r *reader) requirements(id string) []string {
	if c := r.ours(id); c != nil {
		return c.Checks
	}
	if n, _ := record.Chapter(id); n == 12 || n == 13 {
		return []string{compressed}
	}
	return nil
}

// main is the requirement that a case is mainly about.
func (r *reader) main(id string) string {
	if list := r.requirements(id); len(list) > 0 {
		return list[0]
	}
	return delivered
}

// passes says in words what passes.
func (r *reader) passes(id string) string {
	if c := r.ours(id); c != nil {
		return c.Pass
	}
	if n, _ := record.Chapter(id); n == 12 || n == 13 {
		return "every message comes back as it was sent"
	}
	return ""
}

// title names a case: as our catalogue does; by what is known of its family; by the first sentence of the testsuite's own
// description; or by its ID.
func (r *reader) title(id, description string) string {
	if c := r.ours(id); c != nil {
		return c.Title
	}
	if title := compressedTitle(id); title != "" {
		return title
	}
	if first, _, _ := strings.Cut(description, ". "); first != "" {
		return strings.TrimSuffix(first, ".")
	}
	return "Case " + id + " of the " + testsuite
}

// contents are what the messages of the groups of chapter 12 hold, by the second number of the ID, and whether they are text.
// All groups of chapter 13 send the first.
var contents = map[int]string{1: "JSON", 2: "a bitmap", 3: "German prose", 4: "HTML", 5: "a PDF document"}

// terms are what the testsuite asks of the peer in the groups of chapter 13 when they agree on permessage-deflate.
var terms = map[int]string{
	1: "on no terms",
	2: "with no context takeover",
	3: "with a window of 2^9",
	4: "with a window of 2^15",
	5: "with no context takeover and a window of 2^9",
	6: "with no context takeover and a window of 2^15",
	7: "on the first terms of three that suit the peer",
}

// compressedSizes are the lengths of messages in chapters 12 and 13, and those of their fragments (0: whole), by the last
// number of the ID.
var compressedSizes = []struct{ message, fragment int64 }{
	{16, 0}, {64, 0}, {256, 0}, {1 << 10, 0}, {4 << 10, 0}, {8 << 10, 0}, {16 << 10, 0}, {32 << 10, 0}, {64 << 10, 0}, {128 << 10, 0},
	{8 << 10, 256}, {16 << 10, 256}, {32 << 10, 256}, {64 << 10, 256}, {128 << 10, 256}, {128 << 10, 1 << 10}, {128 << 10, 4 << 10}, {128 << 10, 32 << 10},
}

var compressedID = regexp.MustCompile(`^(12|13)\.(\d)\.(\d{1,2})$`)

// compressedTitle is the title of a case of chapter 12 or 13, "" if there is no such case.
func compressedTitle(id string) string {
	found := compressedID.FindStringSubmatch(id)
	if found == nil {
		return ""
	}
	group, _ := strconv.Atoi(found[2])
	n, _ := strconv.Atoi(found[3])
	about, known := contents[group]
	if found[1] == "13" {
		about, known = terms[group]
	}
	if !known || n < 1 || n > len(compressedSizes) {
		return ""
	}
	s := compressedSizes[n-1]
	words := fmt.Sprintf("Compressed messages of %d bytes, %s, come back unchanged", s.message, about)
	if s.fragment > 0 {
		words = fmt.Sprintf("Compressed messages of %d bytes in fragments of %d, %s, come back unchanged", s.message, s.fragment, about)
	}
	return words
}

// volumes are what the groups of chapter 9 send: so many messages, of the lengths by the last number of the ID.
var volumes = map[string]struct {
	messages int
	bytes    []int64
}{
	"9.1": {1, []int64{64 << 10, 256 << 10, 1 << 20, 4 << 20, 8 << 20, 16 << 20}},
	"9.3": {1, []int64{4 << 20, 4 << 20, 4 << 20, 4 << 20, 4 << 20, 4 << 20, 4 << 20, 4 << 20, 4 << 20}},
	"9.5": {1, []int64{1 << 20, 1 << 20, 1 << 20, 1 << 20, 1 << 20, 1 << 20}},
	"9.7": {1000, []int64{0, 16, 64, 256, 1 << 10, 4 << 10}},
}

// alike are the groups of chapter 9 with binary messages by those that send the same as text.
var alike = strings.NewReplacer("9.2.", "9.1.", "9.4.", "9.3.", "9.6.", "9.5.", "9.8.", "9.7.")

// volume is what a case that measures sent and got back; nil for others, and if not everything came back. The testsuite measures
// in milliseconds, and the closing of the connection with it.
func volume(e entry, a *record.Account) *record.Volume {
	if e.behavior != "OK" || e.duration <= 0 {
		return nil
	}
	v := &record.Volume{DurationUS: e.duration * 1000}
	id := alike.Replace(e.id)
	group, last, _ := cutLast(id)
	known, ok := volumes[group]
	switch {
	case ok && last >= 1 && last <= len(known.bytes):
		v.Messages, v.MessageBytes = known.messages, known.bytes[last-1]
	case a != nil && a.TrafficStats != nil && a.TrafficStats.OutgoingWebSocketMessages > 0:
		v.Messages = int(a.TrafficStats.OutgoingWebSocketMessages)
		v.MessageBytes = a.TrafficStats.OutgoingOctetsAppLevel / a.TrafficStats.OutgoingWebSocketMessages
	default:
		return nil
	}
	if v.Messages == 1 {
		v.MedianUS, v.WorstUS = v.DurationUS, v.DurationUS
	}
	return v
}

// cutLast parts the last number of an ID from what is before it.
func cutLast(id string) (group string, last int, ok bool) {
	i := strings.LastIndexByte(id, '.')
	if i < 0 {
		return "", 0, false
	}
	last, err := strconv.Atoi(id[i+1:])
	return id[:i], last, err == nil
}
