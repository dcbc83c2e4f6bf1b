package wsspectest_test

import (
	"net/http"
	"testing"

	"github.com/wsspec/wsspec/cases/wsspectest"
)

// The whole of a conformance test. It belongs into a file of your own tests, where it is called TestConformance; each case
// becomes a subtest of it.
func ExampleRun() {
	_ = func(t *testing.T) {
		wsspectest.Run(t, http.HandlerFunc(echo), nil)
	}
	// Output:
}

// A library that leaves it to the application to check that text is UTF-8.
func ExampleOptions() {
	_ = func(t *testing.T) {
		wsspectest.Run(t, "ws://127.0.0.1:9001/", &wsspectest.Options{Exclude: []string{"6.*", "0.2"}, Strict: true})
	}
	// Output:
}
