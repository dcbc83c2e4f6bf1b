package fuzz_test

import (
	"bytes"
	"testing"

	"github.com/wsspec/wsspec/fuzz"
)

// run gives the engine the seeds of a property to begin with, and the property to look at. Further seeds are in testdata/fuzz.
func run(f *testing.F, name string) {
	p, ok := fuzz.Lookup(name)
	if !ok {
		f.Fatalf("no property %q", name)
	}
	for _, seed := range p.Seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		if err := p.Check(data); err != nil {
			t.Error(err)
		}
		if !bytes.Equal(data, before) {
			t.Errorf("the property changed its input %q to %q", before, data)
		}
	})
}

func FuzzHeader(f *testing.F) { run(f, "Header") }

func FuzzFrame(f *testing.F) { run(f, "Frame") }

func FuzzReader(f *testing.F) { run(f, "Reader") }

func FuzzUTF8(f *testing.F) { run(f, "UTF8") }

func FuzzClose(f *testing.F) { run(f, "Close") }

func FuzzEndpoint(f *testing.F) { run(f, "Endpoint") }

func FuzzConversation(f *testing.F) { run(f, "Conversation") }

func FuzzRequest(f *testing.F) { run(f, "Request") }

func FuzzResponse(f *testing.F) { run(f, "Response") }

func FuzzExtensions(f *testing.F) { run(f, "Extensions") }

func FuzzHandshake(f *testing.F) { run(f, "Handshake") }
