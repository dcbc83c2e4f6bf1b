package autobahn

import (
	"archive/tar"
	"bytes"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// entry is a part of an archive.
type entry struct {
	name    string
	kind    byte
	content string
	link    string
}

func archive(t *testing.T, entries ...entry) io.Reader {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		must(t, w.WriteHeader(&tar.Header{Name: e.name, Typeflag: e.kind, Mode: 0o4777, Size: int64(len(e.content)), Linkname: e.link, Uid: 1234}))
		if _, err := io.WriteString(w, e.content); err != nil {
			t.Fatal(err)
		}
	}
	must(t, w.Close())
	return &b
}

func TestUnpack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "reports")
	write(t, filepath.Join(dir, "index.json"), "an older one")
	var told []string
	err := unpack(archive(t,
		entry{name: "reports/", kind: tar.TypeDir},
		entry{name: "reports/index.json", kind: tar.TypeReg, content: "{}"},
		entry{name: "reports/deep/er/case.html", kind: tar.TypeReg, content: "page"},
	), dir, reportLimits, func(s string) { told = append(told, s) })
	if err != nil || len(told) > 0 {
		t.Fatal(err, told)
	}
	for name, want := range map[string]string{"index.json": "{}", "deep/er/case.html": "page"} {
		file := filepath.Join(dir, name)
		if got, err := os.ReadFile(file); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if info, err := os.Stat(file); err != nil || info.Mode()&^0o666 != 0 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

func TestUnpackStaysInside(t *testing.T) {
	for _, e := range []entry{
		{name: "reports/../../escaped", kind: tar.TypeReg, content: "x"},
		{name: "../escaped", kind: tar.TypeReg, content: "x"},
		{name: "reports//../escaped", kind: tar.TypeReg, content: "x"},
		{name: "escaped", kind: tar.TypeReg, content: "x"},
		{name: "reports/escaped", kind: tar.TypeSymlink, link: "/etc/passwd"},
		{name: "reports/escaped", kind: tar.TypeLink, link: "reports/index.json"},
		{name: "reports/escaped", kind: tar.TypeFifo},
		{name: "reports/escaped", kind: tar.TypeChar},
	} {
		parent := t.TempDir()
		dir := filepath.Join(parent, "reports")
		var told []string
		err := unpack(archive(t, e, entry{name: "reports/index.json", kind: tar.TypeReg, content: "{}"}), dir, reportLimits, func(s string) { told = append(told, s) })
		if err != nil || len(told) != 1 || !strings.Contains(told[0], "escaped") {
			t.Errorf("%+v: %v, told %q", e, err, told)
		}
		for _, at := range []string{parent, dir} {
			if _, err := os.Lstat(filepath.Join(at, "escaped")); err == nil {
				t.Errorf("%+v is in %s", e, at)
			}
		}
		if _, err := os.Stat(filepath.Join(dir, "index.json")); err != nil {
			t.Errorf("%+v: %v", e, err)
		}
	}
}

// TestUnpackFollowsNoLink has a link in the directory already, which leads out of it.
func TestUnpackFollowsNoLink(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "out")); err != nil {
		t.Skip("needs links: ", err)
	}
	err := unpack(archive(t, entry{name: "reports/out/file", kind: tar.TypeReg, content: "x"}), dir, reportLimits, func(string) {})
	if err == nil {
		t.Error("no error")
	}
	if _, err := os.Stat(filepath.Join(outside, "file")); err == nil {
		t.Error("the file was written outside")
	}
}

func TestUnpackIsBounded(t *testing.T) {
	file := func(name string) entry { return entry{name: "reports/" + name, kind: tar.TypeReg, content: "12345678"} }
	for name, tt := range map[string]struct {
		limits  limits
		entries []entry
	}{
		"files": {limits{files: 1, file: 100, total: 100}, []entry{file("a"), file("b")}},
		"file":  {limits{files: 9, file: 7, total: 100}, []entry{file("a")}},
		"total": {limits{files: 9, file: 8, total: 15}, []entry{file("a"), file("b")}},
	} {
		if err := unpack(archive(t, tt.entries...), t.TempDir(), tt.limits, nil); err == nil || !strings.Contains(err.Error(), "too big") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := unpack(archive(t, file("a")), t.TempDir(), limits{files: 1, file: 8, total: 8}, nil); err != nil {
		t.Error(err)
	}
}

func TestUnpackKeepsWhatCame(t *testing.T) {
	whole, _ := io.ReadAll(archive(t, entry{name: "reports/a", kind: tar.TypeReg, content: "first"}, entry{name: "reports/b", kind: tar.TypeReg, content: "second"}))
	dir := t.TempDir()
	err := unpack(bytes.NewReader(whole[:1200]), dir, reportLimits, nil)
	if err == nil || !strings.Contains(err.Error(), "only in part") {
		t.Error(err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "a")); err != nil || string(got) != "first" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestPackIsTheOwners(t *testing.T) {
	packed, err := pack([]byte("{}"), map[string][]byte{"key.pem": []byte("secret")}, owner{user: 7, group: 8})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	for r := tar.NewReader(bytes.NewReader(packed)); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil || h.Uid != 7 || h.Gid != 8 {
			t.Fatalf("%+v, %v", h, err)
		}
		got[h.Name] = h.Mode
	}
	want := map[string]int64{"wsspec/": 0o755, "wsspec/reports/": 0o755, "wsspec/files/": 0o755, "wsspec/spec.json": 0o644, "wsspec/files/key.pem": 0o600}
	if !maps.Equal(got, want) {
		t.Errorf("%v", got)
	}
	if o := (owner{-1, -1}); o.String() != "" {
		t.Errorf("%q", o)
	}
}
