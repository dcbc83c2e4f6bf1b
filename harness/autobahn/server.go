package autobahn

import (
	"context"

	"github.com/wsspec/wsspec/harness/wstest"
)

// Server is a server under test. wstest does not look at the certificate of a wss server, and names no host to it.
type Server struct {
	URL       string
	Origin    string   // to send; "" for none
	Protocols []string // subprotocols to offer
}

// TestServer has wstest test a server, and puts the files that it writes into dir, which is made if need be; files of an earlier
// test are removed from it. Whatever happens to wstest, nothing of it is left, and what it wrote before is in dir.
//
// The error is why nothing could be asked: that of Program.Start, or of the file system. If the context ends before wstest does,
// the error is the cause, and there is a result, too.
func TestServer(ctx context.Context, p Program, t Test, s Server, dir string) (*Result, error) {
	return drive(ctx, &t, p, &serverMode{&t, s}, dir)
}

// serverMode is wstest as a client of the server under test.
type serverMode struct {
	*Test
	server Server
}

func (m *serverMode) job(p *part) (Job, error) {
	p.unasked = "wstest did not ask this case"
	return Job{Mode: "fuzzingclient", Spec: func(place Place) ([]byte, error) {
		spec := wstest.Spec{
			OutDir: place.Reports, Cases: p.include, ExcludeCases: p.exclude, Options: m.Options,
			Servers: []wstest.Server{{
				Agent: m.Agent, URL: place.Reach(m.server.URL), Origin: m.server.Origin, Protocols: m.server.Protocols,
			}},
		}
		return spec.Encode(), nil
	}}, nil
}

// conduct waits for the end of wstest. One that has nothing to ask does not end by itself.
func (m *serverMode) conduct(ctx context.Context, r *run) error {
	r.part.begun = true
	return r.await(ctx, thisProgram, r.book.idle)
}
