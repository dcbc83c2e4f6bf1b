package fleet

import (
	"errors"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness/yamlfile"
)

// FuzzParse: any file is a fleet or a mistake that can be shown.
func FuzzParse(f *testing.F) {
	f.Add("peers:\n  - name: a\n    command: ./server {port}\n    env: {A: b}\n    cases: [1.*]\n")
	f.Add("defaults: &d {timeout: 2s}\npeers:\n  - <<: *d\n    name: b\n    url: ws://h/\n    insecure: true\n")
	f.Add("peers: [{name: c, url: 'ws://h/', headers: {A: b}, jobs: 1}]\n---\n")
	f.Add("peers: &p\n  - *p\n")
	f.Fuzz(func(t *testing.T, text string) {
		fleet, err := Parse("wsspec.yaml", []byte(text))
		var m *yamlfile.Mistake
		switch {
		case err == nil && len(fleet.Peers) == 0:
			t.Error("a fleet without peers")
		case err == nil:
			for _, p := range fleet.Peers {
				if p.Name == "" || p.URL == "" || p.Where("name", -1) == "" {
					t.Errorf("%+v", p)
				}
			}
		case !errors.As(err, &m):
			t.Errorf("%T: %v", err, err)
		case strings.ContainsAny(m.Error(), "\x1b\r\x00"):
			t.Errorf("%q", m.Error())
		}
	})
}
