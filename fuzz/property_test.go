package fuzz_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
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

func TestEveryPropertyHasSeeds(t *testing.T) {
	for _, p := range fuzz.Properties() {
		if got, ok := fuzz.Lookup(p.Name); !ok || got.Name != p.Name || len(p.Seeds) == 0 {
			t.Errorf("%s: got %q, %t, with %d seeds", p.Name, got.Name, ok, len(p.Seeds))
		}
	}
	if p, ok := fuzz.Lookup("FuzzReader"); ok {
		t.Errorf("got %q", p.Name)
	}
}

// go-fuzz is built where it is needed only. So its targets are read here.
func TestGoFuzzHasEveryTarget(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "gofuzz.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string) // the property of a target
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && strings.HasPrefix(f.Name.Name, "Fuzz") {
			call := f.Body.List[0].(*ast.ReturnStmt).Results[0].(*ast.CallExpr)
			got[f.Name.Name] = call.Args[0].(*ast.Ident).Name
		}
	}
	want := make(map[string]string)
	for _, p := range fuzz.Properties() {
		want["Fuzz"+p.Name] = p.Name
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNightlyHasEveryTarget(t *testing.T) {
	workflow, err := os.ReadFile("../.github/workflows/nightly.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range targets(t) {
		if !strings.Contains(string(workflow), " - "+name+"\n") {
			t.Errorf("%s is not in nightly.yml", name)
		}
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
