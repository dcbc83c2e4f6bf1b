package record

import (
	"time"
)

// Account is what a case file of the Autobahn testsuite tells of a conversation beside the verdict. Its JSON names are those of
// such a file, so one can be read into it. The harness fills it when it is asked to; of a file that the testsuite wrote, it holds
// everything but the agent, the case's ID and the verdict.
type Account struct {
	Case        int                       `json:"case,omitempty"` // the testsuite's number of the case, from 1; 0 if only its ID is known
	Description string                    `json:"description,omitempty"`
	Expectation string                    `json:"expectation,omitempty"`
	Expected    map[string][]AccountEvent `json:"expected,omitempty"`      // what is to be received, by the behavior that it gives
	Closing     *ExpectedClose            `json:"expectedClose,omitempty"` // nil if it is only known by the ID

	IsServer bool      `json:"isServer"` // the tester is the server, the peer the client
	Started  time.Time `json:"started"`
	Duration int       `json:"duration"` // ms

	Request  string `json:"httpRequest"`  // the head of the opening handshake, without what the user keeps secret
	Response string `json:"httpResponse"` // "?" if there was none

	ClosedByMe  bool    `json:"closedByMe"`        // the tester sent a Close frame before it got one
	FailedByMe  bool    `json:"failedByMe"`        // the tester failed the connection
	DroppedByMe bool    `json:"droppedByMe"`       // the tester closed TCP
	Clean       bool    `json:"wasClean"`          // Close frames went both ways, and the peer closed TCP
	NotClean    *string `json:"wasNotCleanReason"` // nil if it was clean, and if the tester gave no reason

	DropTimeout  bool `json:"wasServerConnectionDropTimeout"` // the peer did not close TCP in time
	OpenTimeout  bool `json:"wasOpenHandshakeTimeout"`
	CloseTimeout bool `json:"wasCloseHandshakeTimeout"` // the peer did not answer a Close frame in time

	LocalCloseCode    *int    `json:"localCloseCode"`
	LocalCloseReason  *string `json:"localCloseReason"` // in hex if it is not UTF-8
	RemoteCloseCode   *int    `json:"remoteCloseCode"`
	RemoteCloseReason *string `json:"remoteCloseReason"`

	Received    []AccountEvent `json:"received"`
	Result      string         `json:"result"`
	ResultClose string         `json:"resultClose"`

	ReportTime             bool `json:"reportTime"`             // the duration matters: it is shown in the index
	ReportCompressionRatio bool `json:"reportCompressionRatio"` // and so do the ratios in TrafficStats

	CreateStats  bool        `json:"createStats"`  // the statistics were kept
	RxOctetStats map[int]int `json:"rxOctetStats"` // how many reads brought so many bytes
	TxOctetStats map[int]int `json:"txOctetStats"` // how many writes took so many bytes
	RxFrameStats map[int]int `json:"rxFrameStats"` // how many frames had that opcode
	TxFrameStats map[int]int `json:"txFrameStats"`

	TrafficStats *TrafficStats `json:"trafficStats"` // nil for cases without compression

	CreateWirelog bool     `json:"createWirelog"` // the log was kept until the end
	Wirelog       []LogRow `json:"wirelog"`
}

// ExpectedClose is how the Autobahn testsuite expects the connection to be closed.
type ExpectedClose struct {
	Codes                []int `json:"closeCode"`                              // that the peer's Close frame may have, beside none
	ClosedByMe           bool  `json:"closedByMe"`                             // the tester is the one to close
	WrongEndpointIsFatal bool  `json:"closedByWrongEndpointIsFatal,omitempty"` // the case fails if the other one does
	RequireClean         bool  `json:"requireClean"`
}

// TrafficStats are the figures of the Autobahn testsuite for messages that were compressed. Ratios are nil where there was
// nothing to divide by.
type TrafficStats struct {
	IncomingCompressionRatio       *float64 `json:"incomingCompressionRatio"`
	IncomingOctetsAppLevel         int64    `json:"incomingOctetsAppLevel"`
	IncomingOctetsWebSocketLevel   int64    `json:"incomingOctetsWebSocketLevel"`
	IncomingOctetsWireLevel        int64    `json:"incomingOctetsWireLevel"`
	IncomingWebSocketFrames        int64    `json:"incomingWebSocketFrames"`
	IncomingWebSocketMessages      int64    `json:"incomingWebSocketMessages"`
	IncomingWebSocketOverhead      *float64 `json:"incomingWebSocketOverhead"`
	OutgoingCompressionRatio       *float64 `json:"outgoingCompressionRatio"`
	OutgoingOctetsAppLevel         int64    `json:"outgoingOctetsAppLevel"`
	OutgoingOctetsWebSocketLevel   int64    `json:"outgoingOctetsWebSocketLevel"`
	OutgoingOctetsWireLevel        int64    `json:"outgoingOctetsWireLevel"`
	OutgoingWebSocketFrames        int64    `json:"outgoingWebSocketFrames"`
	OutgoingWebSocketMessages      int64    `json:"outgoingWebSocketMessages"`
	OutgoingWebSocketOverhead      *float64 `json:"outgoingWebSocketOverhead"`
	PreopenIncomingOctetsWireLevel int64    `json:"preopenIncomingOctetsWireLevel"`
	PreopenOutgoingOctetsWireLevel int64    `json:"preopenOutgoingOctetsWireLevel"`
}

// MarshalJSON writes lists as [] and statistics as {} where they are nil.
func (a Account) MarshalJSON() ([]byte, error) {
	type plain Account
	a.Received, a.Wirelog = orEmpty(a.Received), orEmpty(a.Wirelog)
	for _, stats := range []*map[int]int{&a.RxOctetStats, &a.TxOctetStats, &a.RxFrameStats, &a.TxFrameStats} {
		if *stats == nil {
			*stats = map[int]int{}
		}
	}
	return marshal(plain(a))
}
