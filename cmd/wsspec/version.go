package main

import (
	"runtime/debug"
	"strings"
)

// version is set by release builds: -ldflags "-X main.version=v0.1.0". Other builds know it from their module, or not at all.
var version string

// build is what is known of how this program came about.
type build struct {
	version string // such as 0.1.0; devel if nobody gave it a version
	commit  string // its first 12 digits, if known
	changed bool   // the files were not those of the commit
}

// thisBuild describes this program.
func thisBuild() build {
	info, _ := debug.ReadBuildInfo()
	return buildOf(version, info)
}

// buildOf describes a program by the version of its release, if it is one, and what the go command wrote into it, which may be
// nil.
func buildOf(release string, info *debug.BuildInfo) build {
	b := build{version: "devel"}
	if info != nil {
		if v := info.Main.Version; v != "" && v != "(devel)" { // installed as MODULE@VERSION, or built in a clone
			b.version = v
		}
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				b.commit = s.Value[:min(12, len(s.Value))]
			case "vcs.modified":
				b.changed = s.Value == "true"
			}
		}
	}
	if release != "" {
		b.version = release
	}
	b.version = strings.TrimSuffix(strings.TrimPrefix(b.version, "v"), "+dirty")
	return b
}

// String gives what --version says: "wsspec 0.1.0 (80fa693c1d5e, changed)". A version of a commit without a tag names the commit
// itself.
func (b build) String() string {
	var details []string
	if b.commit != "" && !strings.Contains(b.version, b.commit) {
		details = append(details, b.commit)
	}
	if b.changed {
		details = append(details, "changed")
	}
	if len(details) == 0 {
		return b.tool()
	}
	return b.tool() + " (" + strings.Join(details, ", ") + ")"
}

// tool gives what a record says: "wsspec 0.1.0".
func (b build) tool() string { return "wsspec " + b.version }
