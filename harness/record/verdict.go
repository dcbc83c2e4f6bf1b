package record

import "slices"

// Verdict is what the findings of a case add up to.
type Verdict string

// The verdicts.
const (
	Pass          Verdict = "pass"          // did what the MUSTs, and where the case checks them the SHOULDs, demand
	NonStrict     Verdict = "non-strict"    // conforming, but short of a SHOULD or of the canonical behaviour
	Informational Verdict = "informational" // the RFC leaves it open
	Unimplemented Verdict = "unimplemented" // the peer does not offer the optional feature that the case needs
	Fail          Verdict = "fail"          // broke a MUST, crashed, hung, or lost or altered data
	Error         Verdict = "error"         // the case could not be carried out; says nothing about the peer
)

// Verdicts are all verdicts in the order in which they are explained. The caller must not change the slice.
var Verdicts = []Verdict{Pass, NonStrict, Informational, Unimplemented, Fail, Error}

// severities are the verdicts from the least to the most alarming.
var severities = []Verdict{Pass, Informational, Unimplemented, NonStrict, Error, Fail}

// Worse tells whether v alarms more than w: a failure more than anything, and an error, which left a question unanswered,
// more than any answer but a failure.
func (v Verdict) Worse(w Verdict) bool {
	return slices.Index(severities, v) > slices.Index(severities, w)
}

// Known tells whether v is one of Verdicts.
func (v Verdict) Known() bool { return slices.Contains(Verdicts, v) }

// WSTest is the word of the Autobahn testsuite for the verdict, "" for Error, for which it has none.
func (v Verdict) WSTest() string {
	switch v {
	case Pass:
		return "OK"
	case NonStrict:
		return "NON-STRICT"
	case Informational:
		return "INFORMATIONAL"
	case Unimplemented:
		return "UNIMPLEMENTED"
	case Fail:
		return "FAILED"
	}
	return ""
}

// CloseVerdict is how the connection of a case came to its end, judged beside the case itself. It is empty where there was
// no WebSocket connection to close.
type CloseVerdict string

// The verdicts on the closing of a connection.
const (
	ClosePass           CloseVerdict = "pass"
	CloseInformational  CloseVerdict = "informational"
	CloseWrongCode      CloseVerdict = "wrong-code"       // another close code than the case allows
	CloseUnclean        CloseVerdict = "unclean"          // the end of the stream without a closing handshake
	CloseFailedByClient CloseVerdict = "failed-by-client" // the client ended TCP where the server should have
	CloseFail           CloseVerdict = "fail"
)

// CloseVerdicts are all verdicts on the closing. The caller must not change the slice.
var CloseVerdicts = []CloseVerdict{
	ClosePass, CloseInformational, CloseWrongCode, CloseUnclean, CloseFailedByClient, CloseFail,
}

// Known tells whether v is one of CloseVerdicts or empty.
func (v CloseVerdict) Known() bool { return v == "" || slices.Contains(CloseVerdicts, v) }

// WSTest is the word of the Autobahn testsuite for the verdict, "" for the empty one.
func (v CloseVerdict) WSTest() string {
	switch v {
	case ClosePass:
		return "OK"
	case CloseInformational:
		return "INFORMATIONAL"
	case CloseWrongCode:
		return "WRONG CODE"
	case CloseUnclean:
		return "UNCLEAN"
	case CloseFailedByClient:
		return "FAILED BY CLIENT"
	case CloseFail:
		return "FAILED"
	}
	return ""
}
