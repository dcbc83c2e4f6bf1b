//go:build unix

package wstest_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/wsspec/wsspec/reports/wstest"
)

// What root writes belongs to the owner of the directory above.
func TestOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	const uid, gid = 12345, 23456
	mounted := t.TempDir()
	if err := os.Chown(mounted, uid, gid); err != nil {
		t.Skip("not even root can give files away here: ", err)
	}
	if err := wstest.Write(filepath.Join(mounted, "reports", "servers"), several("a"), wstest.Options{}); err != nil {
		t.Fatal(err)
	}
	seen := 0
	filepath.WalkDir(mounted, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			t.Fatal(err)
		}
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if s := info.Sys().(*syscall.Stat_t); s.Uid != uid || s.Gid != gid {
			t.Errorf("%s belongs to %d:%d", name, s.Uid, s.Gid)
		}
		if e.Type().IsRegular() && info.Mode().Perm() != 0o644 {
			t.Errorf("%s has the mode %v", name, info.Mode())
		}
		seen++
		return nil
	})
	if seen != 3+2+2*5 {
		t.Errorf("%d files and directories", seen)
	}
}
