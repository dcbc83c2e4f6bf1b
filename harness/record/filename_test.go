package record_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
)

// hostile are names that peers have been given, or might be.
var hostile = []string{
	"", ".", "..", "/", "a/b", "../../etc/passwd", `..\..\x`, "a\x00b", "😀", "😁", strings.Repeat("x", 300), strings.Repeat("é", 300),
	"CON", "con", "nul", "NUL.txt", "com1", "lpt9.json", "aux", "Gorilla", "gorilla", "GORILLA", "gorilla.", "gorilla ", " gorilla",
	"-rf", ".hidden", "~", "~root", "a~b", "caf\u00e9", "cafe\u0301", "a:b", "a*b?", "\u202egnp", "\xff\xfe", "a\nb", "<script>",
	"UnknownServer/1.0 (x; y)", "k", "\u212a",
}

var (
	safe   = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*(~[0-9a-f]{16})?$`)
	device = regexp.MustCompile(`^(con|prn|aux|nul|com|lpt|conin|conout|clock)[0-9]*(\.|$)`) // for Windows, with any extension
)

func TestFileName(t *testing.T) {
	seen := make(map[string]string)
	for _, name := range hostile {
		got := record.FileName(name)
		if !safe.MatchString(got) || len(got) > 100 || strings.HasSuffix(got, ".") {
			t.Errorf("FileName(%.40q) = %q", name, got)
		}
		if other, taken := seen[got]; taken {
			t.Errorf("%.40q and %.40q are both %q", name, other, got)
		}
		seen[got] = name
	}
}

func TestFileNameKeepsPlainNames(t *testing.T) {
	for _, name := range []string{"gorilla", "5.6", "12.1.18", "ws-8.18.0", "a_b", strings.Repeat("x", 64)} {
		if got := record.FileName(name); got != name {
			t.Errorf("FileName(%q) = %q", name, got)
		}
	}
	if got := record.FileName("Gorilla v1.5"); !strings.HasPrefix(got, "gorilla-v1-5~") {
		t.Errorf("nothing readable is left: %q", got)
	}
	if got := record.FileName("nul"); got == "nul" {
		t.Error("a device name is kept")
	}
}

// What a hashed name looks like is not itself a plain name, so nobody can take another's directory.
func TestFileNameCannotBeForged(t *testing.T) {
	if forged := record.FileName("A/B"); record.FileName(forged) == forged {
		t.Errorf("%q names itself", forged)
	}
}

func FuzzFileName(f *testing.F) {
	for _, name := range hostile {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := record.FileName(name)
		if !safe.MatchString(got) || len(got) > 100 || device.MatchString(got) {
			t.Errorf("FileName(%q) = %q", name, got)
		}
	})
}

func TestHostilePeersOnDisk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "report")
	w := mustCreate(t, dir)
	for _, name := range hostile {
		must(t, w.Peer(record.Peer{Name: name}))
		must(t, w.Case(name, failed, &record.Transcript{Entries: []record.Entry{{Side: record.SideNote, Text: strings.ToValidUTF8(name, "\ufffd")}}}))
	}
	must(t, w.Close(0, ""))
	above, err := os.ReadDir(filepath.Dir(dir))
	must(t, err)
	if len(above) != 1 {
		t.Errorf("something was written outside: %v", above)
	}
	rec := mustRead(t, dir)
	if len(rec.Peers) != len(hostile) {
		t.Fatalf("%d peers, want %d", len(rec.Peers), len(hostile))
	}
	for i, name := range hostile {
		transcript, err := record.ReadTranscript(dir, rec.Peers[i].Cases[0])
		must(t, err)
		if want := strings.ToValidUTF8(name, "\ufffd"); transcript.Entries[0].Text != want {
			t.Errorf("peer %.40q has the transcript of %.40q", name, transcript.Entries[0].Text)
		}
	}
}
