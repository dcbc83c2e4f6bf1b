package autobahn

import (
	"context"
	"io"
)

// Program is a wstest that can be started.
type Program interface {
	// Start starts it. The context ends the starting, not the program. If Start fails, nothing is left of it.
	Start(ctx context.Context, job Job) (Process, error)
}

// Job is what a Program is started for.
type Job struct {
	Mode string // fuzzingclient or fuzzingserver

	// Spec makes the specification that the program reads. The program is told nothing but where things are as it sees
	// them, since in a container that is not where they are here.
	Spec func(Place) ([]byte, error)

	// Port is where a fuzzingserver listens, as seen from here: a free port of 127.0.0.1. 0 for a fuzzingclient.
	Port int

	// Output gets what the program writes, both its outputs, as it comes. Writes come from one goroutine at a time.
	Output io.Writer

	// Files are put beside the specification, such as certificates: their names there, and what is in them.
	Files map[string][]byte
}

// Place says where things are as the program sees them.
type Place struct {
	Reports string                   // the directory for its reports, for "outdir"
	Listen  string                   // where a fuzzingserver listens, for "url", such as ws://127.0.0.1:9001
	File    func(name string) string // where one of the Files of the job is
	Reach   func(url string) string  // the URL by which it reaches what is at url for this machine
}

// Process is a Program that was started. Done is closed when it has ended, by itself or killed.
type Process interface {
	Done() <-chan struct{}
	Exit() Exit // how it ended; before that, the zero value

	// Kill ends it now. What it has written so far stays.
	Kill(ctx context.Context) error

	// Reports copies the files that it has written to its directory for reports into dir, which is created. It may be called
	// while the program runs, and after its end until Close.
	Reports(ctx context.Context, dir string) error

	// Close ends it, if need be, and removes everything that was made for it here and in the engine.
	Close(ctx context.Context) error
}

// Exit tells how a program ended.
type Exit struct {
	Code        int    // exit code; -1 if a signal ended it and nobody says more
	Signal      string // that ended it, such as "killed"; "" if none did, or if it is not known
	OutOfMemory bool   // it was killed because it used more memory than it may
	Err         error  // the engine was lost before it could tell; nil otherwise
}
