package record

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A tail that gets shorter leaves no rest of the longer one.
func TestShorterTail(t *testing.T) {
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	j := journal{dir: rootDirectory{root}}
	t.Cleanup(func() { j.close(); root.Close() })
	for n, step := range []func() error{
		func() error { return j.replace([]byte(`{"a":[`), []byte(`1,22222222222222]}`)) },
		func() error { return j.append([]byte(`0`), []byte(`]}`)) },
		func() error { return j.append([]byte(`,3`), []byte(`]}`)) },
	} {
		err := step()
		text, readErr := os.ReadFile(filepath.Join(dir, resultsName))
		var v struct{ A []int }
		if err := errors.Join(err, readErr, json.Unmarshal(text, &v)); err != nil || len(v.A) != []int{2, 1, 2}[n] {
			t.Errorf("step %d: %v: %q", n, err, text)
		}
	}
}
