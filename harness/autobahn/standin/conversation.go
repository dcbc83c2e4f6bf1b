package main

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

// caseLimit is how long a case may take.
const caseLimit = 5 * time.Second

// outcome is what is known after a case.
type outcome struct {
	agent, id       string
	number          int // wstest's
	behavior        string
	behaviorClose   string
	remoteCloseCode *int
	started         time.Time
	duration        time.Duration
	isServer        bool
}

// failed is the outcome before the peer has done anything.
func failed(agent, id string, number int, isServer bool) *outcome {
	return &outcome{agent: agent, id: id, number: number, behavior: "FAILED", behaviorClose: "FAILED", started: time.Now().UTC(), isServer: isServer}
}

// converse asks the one question of the stand-in: does a message come back as it was?
func (o *outcome) converse(ctx context.Context, c *ws.Conn) {
	ctx, cancel := context.WithTimeout(ctx, caseLimit)
	defer cancel()
	message := []byte("case " + o.id)
	if err := c.WriteMessage(ctx, protocol.Text, message); err != nil {
		return
	}
	if op, echo, err := c.ReadMessage(ctx); err == nil && op == protocol.Text && bytes.Equal(echo, message) {
		o.behavior = "OK"
	}
	err := c.Close(protocol.NormalClosure, "")
	closed, answered := errors.AsType[*ws.CloseError](err)
	switch {
	case err == nil:
		code := int(protocol.NormalClosure)
		o.behaviorClose, o.remoteCloseCode = "OK", &code
	case answered:
		code := int(closed.Code)
		o.behaviorClose, o.remoteCloseCode = "WRONG CODE", &code
	default:
		o.behaviorClose = "UNCLEAN"
	}
}

func (o *outcome) end() { o.duration = time.Since(o.started) }
