//go:build libfuzzer

// Command libfuzzer is an archive that libFuzzer is linked to. The variable WSSPEC_FUZZ_TARGET names the target, such as
// FuzzReader. `go run ./fuzz/cmd/engine -engine libfuzzer` builds and runs it; docs/fuzzing.md says how to do it by hand.
package main

import "C"

import (
	"fmt"
	"os"
	"strings"
	"unsafe"

	"github.com/wsspec/wsspec/fuzz"
)

var property = chosen()

// chosen is the property that the environment names.
func chosen() fuzz.Property {
	target := os.Getenv("WSSPEC_FUZZ_TARGET")
	p, ok := fuzz.Lookup(strings.TrimPrefix(target, "Fuzz"))
	if !ok {
		fmt.Fprintf(os.Stderr, "WSSPEC_FUZZ_TARGET is %q, not a target such as FuzzReader\n", target)
		os.Exit(2)
	}
	return p
}

// LLVMFuzzerTestOneInput panics if the property is violated: it is how libFuzzer learns of it.
//
//export LLVMFuzzerTestOneInput
func LLVMFuzzerTestOneInput(data *C.char, size C.size_t) C.int {
	if err := property.Check(unsafe.Slice((*byte)(unsafe.Pointer(data)), int(size))); err != nil {
		panic(err.Error())
	}
	return 0
}

func main() {} // never called: the program is libFuzzer's
