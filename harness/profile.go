package harness

import (
	"fmt"
	"slices"
	"strings"
)

// Profile is how much volume a run spends. It never changes which rules are checked, only how much is sent to check them. The
// empty one is Standard.
type Profile string

// The profiles. They differ in the cases that send volumes: chapters 9, 12 and 13.
const (
	Quick    Profile = "quick"    // the least that asks the question: a few MiB in all
	Standard Profile = "standard" // the Autobahn testsuite's sizes
	Full     Profile = "full"     // the Autobahn testsuite's own counts, too
)

// Profiles are all profiles, the one with the least volume first. The caller must not change the slice.
var Profiles = []Profile{Quick, Standard, Full}

// ParseProfile returns the profile of that name.
func ParseProfile(name string) (Profile, error) {
	if p := Profile(name); slices.Contains(Profiles, p) {
		return p, nil
	}
	words := make([]string, len(Profiles))
	for i, p := range Profiles {
		words[i] = string(p)
	}
	return "", fmt.Errorf("%q is no profile: choose %s", name, strings.Join(words, ", "))
}

// orStandard is p, or Standard if it is empty.
func (p Profile) orStandard() Profile {
	if p == "" {
		return Standard
	}
	return p
}
