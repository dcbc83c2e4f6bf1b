package reference

import (
	"io"

	"github.com/wsspec/wsspec/protocol"
)

// incoming is the header of a frame of the client, as the endpoint will take it, and where the frame stands.
type incoming struct {
	protocol.Header
	inside bool // a message in fragments is under way
	read   int  // the number of the read that brought the last byte of the header
	whole  bool // that read brought the whole frame
}

// ear is an io.Reader that lets an endpoint mishear its client: headers change on the way, and frames are lost. The payload
// passes as it is, so an endpoint that takes a length for another one takes payload for headers, or headers for payload.
type ear struct {
	in   io.Reader
	hear func(*incoming) bool

	reads  int
	head   []byte // of the next frame, as far as it is there
	remain uint64 // payload of the present frame that is still to come
	lost   bool   // the present frame is not passed on
	inside bool
	heard  []byte // not fetched yet
}

// Read does one read of what is underneath, unless something is left of an earlier one.
func (e *ear) Read(p []byte) (int, error) {
	for len(e.heard) == 0 {
		n, err := e.in.Read(p)
		if n == 0 && err != nil {
			return 0, err
		}
		e.reads++
		e.listen(p[:n])
	}
	n := copy(p, e.heard)
	e.heard = e.heard[n:]
	return n, nil
}

// listen passes on what the endpoint hears of the bytes of one read.
func (e *ear) listen(p []byte) {
	e.heard = nil
	for len(p) > 0 {
		if e.remain > 0 {
			p = e.payload(p)
			continue
		}
		early := len(e.head)
		e.head = append(e.head, p[:min(len(p), protocol.MaxHeaderSize-early)]...)
		h, size := protocol.ParseHeader(e.head)
		if size == 0 {
			return
		}
		p = p[size-early:]
		e.header(incoming{h, e.inside, e.reads, early == 0 && h.Length <= uint64(len(p))})
		e.head = e.head[:0]
	}
}

// header passes on the header of a frame.
func (e *ear) header(f incoming) {
	if !f.Opcode.Control() {
		e.inside = !f.FIN
	}
	e.lost = !e.hear(&f)
	e.remain = f.Length
	if !e.lost {
		e.heard = protocol.AppendHeader(e.heard, f.Header)
	}
}

// payload passes on payload and returns what comes behind it.
func (e *ear) payload(p []byte) (rest []byte) {
	n := min(e.remain, uint64(len(p)))
	e.remain -= n
	if !e.lost {
		e.heard = append(e.heard, p[:n]...)
	}
	return p[n:]
}
