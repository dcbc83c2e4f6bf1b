package main

import (
	"runtime/debug"
	"testing"
)

func TestBuild(t *testing.T) {
	const commit = "80fa693c1d5eaabbccddeeff00112233445566aa"
	settings := func(modified string) []debug.BuildSetting {
		return []debug.BuildSetting{{Key: "vcs", Value: "git"}, {Key: "vcs.revision", Value: commit}, {Key: "vcs.modified", Value: modified}}
	}
	main := func(version string, settings []debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Version: version}, Settings: settings}
	}
	tests := []struct {
		how     string
		release string
		info    *debug.BuildInfo
		want    string
		tool    string
	}{
		{"a release", "v0.1.0", main("v0.1.0", settings("false")), "wsspec 0.1.0 (80fa693c1d5e)", "wsspec 0.1.0"},
		{"a release of changed files", "v0.1.0", main("v0.1.0+dirty", settings("true")), "wsspec 0.1.0 (80fa693c1d5e, changed)", "wsspec 0.1.0"},
		{"a release that knows no commit", "v0.1.0", main("(devel)", nil), "wsspec 0.1.0", "wsspec 0.1.0"},
		{"go install MODULE@v0.1.0", "", main("v0.1.0", nil), "wsspec 0.1.0", "wsspec 0.1.0"},
		{"go install MODULE@main", "", main("v0.1.1-0.20261125102030-80fa693c1d5e", nil), "wsspec 0.1.1-0.20261125102030-80fa693c1d5e", "wsspec 0.1.1-0.20261125102030-80fa693c1d5e"},
		{"go build in a clone", "", main("v0.1.1-0.20261125102030-80fa693c1d5e", settings("false")), "wsspec 0.1.1-0.20261125102030-80fa693c1d5e", "wsspec 0.1.1-0.20261125102030-80fa693c1d5e"},
		{"go build of changed files", "", main("v0.1.1-0.20261125102030-80fa693c1d5e+dirty", settings("true")), "wsspec 0.1.1-0.20261125102030-80fa693c1d5e (changed)", "wsspec 0.1.1-0.20261125102030-80fa693c1d5e"},
		{"go run", "", main("(devel)", nil), "wsspec devel", "wsspec devel"},
		{"a short revision", "", main("(devel)", []debug.BuildSetting{{Key: "vcs.revision", Value: "1f"}}), "wsspec devel (1f)", "wsspec devel"},
		{"another builder", "", nil, "wsspec devel", "wsspec devel"},
	}
	for _, tt := range tests {
		b := buildOf(tt.release, tt.info)
		if b.String() != tt.want || b.tool() != tt.tool {
			t.Errorf("%s: got %q, %q, want %q, %q", tt.how, b, b.tool(), tt.want, tt.tool)
		}
	}
}
