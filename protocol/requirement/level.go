package requirement

import (
	"fmt"
	"slices"
	"strings"
)

// Level says how binding a requirement is, in the key words of RFC 2119. Levels are ordered: Must > Should > May > Fact.
type Level uint8

const (
	Fact   Level = iota // a definition, or a rule in lower-case words
	May                 // MAY, OPTIONAL
	Should              // SHOULD, SHOULD NOT, RECOMMENDED
	Must                // MUST, MUST NOT, REQUIRED, SHALL, and the steps of an algorithm that a MUST introduces
)

var levelNames = [...]string{Fact: "FACT", May: "MAY", Should: "SHOULD", Must: "MUST"}

// String gives the key word, such as "MUST".
func (l Level) String() string {
	if int(l) < len(levelNames) {
		return levelNames[l]
	}
	return fmt.Sprintf("Level(%d)", uint8(l))
}

// ParseLevel reads a key word, in upper or lower case.
func ParseLevel(name string) (Level, error) {
	i := slices.Index(levelNames[:], strings.ToUpper(name))
	if i < 0 {
		return 0, fmt.Errorf("unknown level %q: use MUST, SHOULD, MAY or FACT", name)
	}
	return Level(i), nil
}
