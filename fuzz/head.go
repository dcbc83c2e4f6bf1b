package fuzz

import (
	"errors"
	"fmt"
	"iter"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/protocol"
)

// headReader is a ServerHandshake or a ClientHandshake that reads a head.
type headReader interface {
	Feed(p []byte)
	Rest() []byte
	Faults() []*protocol.Error
}

// headStory is all that a headReader makes of its input.
type headStory struct {
	head   string // that was accepted, as Append writes it
	rest   string
	err    string
	faults []string
}

// readHead feeds the chunks, asks after each, and looks back.
func readHead(r headReader, next func() ([]byte, error), chunks iter.Seq[[]byte]) (s headStory) {
	head, err := next()
	for chunk := range chunks {
		r.Feed(chunk)
		head, err = next()
	}
	s.head, s.rest, s.err = string(head), string(r.Rest()), describe(err)
	for _, fault := range r.Faults() {
		s.faults = append(s.faults, describe(fault))
	}
	return s
}

// describe tells all that an error holds.
func describe(err error) string {
	var broken *protocol.Error
	var status *protocol.StatusError
	switch {
	case errors.As(err, &broken):
		return fmt.Sprintf("%v at %d", err, broken.Offset)
	case errors.As(err, &status):
		return fmt.Sprintf("%v, body %q", err, status.Body)
	}
	return fmt.Sprint(err)
}

// headLimits are such that an input soon reaches them.
var headLimits = protocol.Limits{Head: 400, Fields: 10}

// readAs reads chunks with a reader that tolerates rules.
type readAs func(limits protocol.Limits, tolerate protocol.RuleSet, chunks iter.Seq[[]byte]) headStory

// headProperty is what heads of both directions have in common: cuts do not matter, and a strict reader refuses what a tolerant
// one notes first. It returns the head, and what the strict one makes of it. The input is a byte of options (1: low limits; 2:
// what follows are edits of the example), cuts, and the head or the edits.
func headProperty(data []byte, example string, read readAs) (head []byte, strict headStory, err error) {
	s := source{data}
	options := s.byte()
	var limits protocol.Limits
	if options&1 != 0 {
		limits = headLimits
	}
	parts := s.cuts()
	head = s.rest
	if options&2 != 0 {
		head = s.edited(example)
	}
	var stories [2]headStory
	for i, tolerate := range []protocol.RuleSet{{}, protocol.AllRules} {
		stories[i] = read(limits, tolerate, cuts(nil).of(head))
		if cut := read(limits, tolerate, parts.of(head)); !reflect.DeepEqual(cut, stories[i]) {
			return nil, strict, violated(data, "head %q\nat once: %+v\ncut by %v: %+v", head, stories[i], parts, cut)
		}
	}
	strict, want := stories[0], stories[1]
	if len(want.faults) > 0 {
		want = headStory{err: want.faults[0]}
	}
	if !reflect.DeepEqual(strict, want) {
		return nil, strict, violated(data, "head %q\nstrict: %+v\ntolerant: %+v", head, strict, stories[1])
	}
	return head, strict, nil
}

// list reads the comma-separated elements of a field, in lower case.
func list(values []string) (elements []string) {
	for element := range strings.SplitSeq(strings.Join(values, ","), ",") {
		if element = strings.Trim(element, " \t"); element != "" {
			elements = append(elements, strings.ToLower(element))
		}
	}
	return elements
}

// sameFields tells how the fields that were read differ from those that net/http read, but for those that it takes out of the
// head.
func sameFields(got protocol.Fields, want http.Header) error {
	taken := []string{"Host", "Content-Length", "Transfer-Encoding", "Trailer"}
	for _, f := range got {
		values, wanted := got.Values(f.Name), want.Values(f.Name)
		if !slices.Contains(taken, http.CanonicalHeaderKey(f.Name)) && !slices.Equal(values, wanted) {
			return fmt.Errorf("field %s: got %q, net/http reads %q", f.Name, values, wanted)
		}
	}
	return nil
}
