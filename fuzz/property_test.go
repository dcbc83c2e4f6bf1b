package fuzz_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/fuzz"
)

// targets returns the names of the native fuzz targets.
func targets(t *testing.T) (names []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "fuzz_test.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && strings.HasPrefix(f.Name.Name, "Fuzz") {
			names = append(names, f.Name.Name)
		}
	}
	slices.Sort(names)
	return names
}

func TestEveryPropertyHasATarget(t *testing.T) {
	var want []string
	for _, p := range fuzz.Properties() {
		want = append(want, "Fuzz"+p.Name)
	}
	slices.Sort(want)
	if got := targets(t); !slices.Equal(got, want) {
		t.Errorf("got the targets %q, want %q", got, want)
	}
}

// The engine reads the seeds of the targets only. Those of another name would be dead.
func TestEverySeedHasATarget(t *testing.T) {
	dirs, err := filepath.Glob("testdata/fuzz/*")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no seeds, error %v", err)
	}
	names := targets(t)
	for _, dir := range dirs {
		if !slices.Contains(names, filepath.Base(dir)) {
			t.Errorf("%s: no such target", dir)
		}
	}
}

// The input of one property is an input for all: none trusts what it draws.
func TestPropertiesTakeAnyInput(t *testing.T) {
	inputs := map[string]bool{"": true}
	seeds, err := filepath.Glob("testdata/fuzz/*/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, seed := range seeds {
		text, err := os.ReadFile(seed)
		if err != nil {
			t.Fatal(err)
		}
		inputs[string(text)] = true
	}
	for _, p := range fuzz.Properties() {
		for input := range inputs {
			if err := p.Check([]byte(input)); err != nil {
				t.Errorf("%s: %v", p.Name, err)
			}
		}
	}
}
