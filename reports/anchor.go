package reports

import (
	"crypto/sha256"
	"fmt"
	"strings"
)

// anchorLength is how many bytes of a name an anchor holds.
const anchorLength = 120

// Anchor is the fragment that leads to a case on the page: index.html#gorilla/5.6. With an empty caseID it leads to the peer.
// Only what a browser would encode in a fragment is encoded, so that what people type leads to the element, too; and the
// slash, which ends the name.
func Anchor(peer, caseID string) string { return anchorPart(peer) + "/" + anchorPart(caseID) }

func anchorPart(s string) string {
	if len(s) > anchorLength {
		sum := sha256.Sum256([]byte(s))
		s = fmt.Sprintf("%s~%x", s[:anchorLength], sum[:8])
	}
	var b strings.Builder
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>`%/", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// shortAnchor is the fragment that leads to a case on the page of a single peer, such as 5.6; empty for an ID that begins with no
// digit, which could be the name of another element.
func shortAnchor(caseID string) string {
	if caseID == "" || caseID[0] < '0' || caseID[0] > '9' {
		return ""
	}
	return anchorPart(caseID)
}
