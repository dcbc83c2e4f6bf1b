package record

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// backlog is how many cases may wait in memory for another peer's to be finished.
const backlog = 32

// A Writer stores a run while it happens. After each call DIR/results.json is one valid JSON document that holds what is
// known so far, whenever the process is killed. Its methods may be called from several goroutines.
//
// A case is appended at once if it is of the peer that was announced last. Cases of other peers, which are in the middle
// of the document, wait in memory until there are 32 of them, then the document is written anew; so announce a peer when its
// test begins.
//
// The Writer also keeps the whole record in memory. If the disk fails, nothing that was measured is lost: the call that meets
// the error returns it, later ones only collect, and Close returns it again.
type Writer struct {
	mu      sync.Mutex
	dir     string
	root    *os.Root // nil if nothing is to be written, or no longer
	journal journal
	began   time.Time
	closed  bool
	err     error // the first error of the file system

	rec         Record
	places      map[caseKey]place
	transcripts map[caseKey]*Transcript // those that are not on disk

	last    int // index of the peer that is open in the file, -1 before the first
	filed   int // cases that are in the file
	waiting int // changes that are not in the file yet
}

type caseKey struct{ peer, id string }

// place is where a case stands in the record.
type place struct{ peer, index int }

// Create makes the directory dir, if it is not there, and begins a record in it. The header's Peers and Ran are ignored and
// its Schema is set. An earlier record is replaced and its transcripts are removed; other files are left alone, and a
// results.json that is no record is an error. With dir "" the record lives in memory only.
func Create(dir string, header Record) (*Writer, error) {
	header.Schema, header.Peers, header.Ran = SchemaVersion, nil, 0
	w := &Writer{
		dir:         dir,
		began:       time.Now(),
		rec:         header,
		places:      make(map[caseKey]place),
		transcripts: make(map[caseKey]*Transcript),
		last:        -1,
	}
	if dir == "" {
		return w, nil
	}
	if err := w.openDir(); err != nil {
		return nil, err
	}
	old, err := w.earlier()
	if err != nil {
		w.root.Close()
		return nil, err
	}
	if err := w.rewrite(); err != nil {
		w.root.Close()
		return nil, fmt.Errorf("cannot write to the directory %s: %w; make room or name another one", dir, err)
	}
	w.removeTranscripts(old)
	return w, nil
}

func (w *Writer) openDir() error {
	if err := os.MkdirAll(w.dir, 0o755); err != nil {
		return fmt.Errorf("cannot create the directory %s: %w; name another one", w.dir, reason(err))
	}
	root, err := os.OpenRoot(w.dir)
	if err != nil {
		return fmt.Errorf("cannot open the directory %s: %w; name another one", w.dir, reason(err))
	}
	w.root = root
	w.journal.dir = rootDirectory{root}
	return nil
}

// earlier returns the record that is in the directory already, an empty one if there is none.
func (w *Writer) earlier() (*Record, error) {
	name := filepath.Join(w.dir, resultsName)
	data, err := w.root.ReadFile(resultsName)
	switch {
	case errors.Is(err, os.ErrNotExist), err == nil && len(data) == 0:
		return new(Record), nil
	case err != nil:
		return nil, fmt.Errorf("cannot read %s: %w; name another directory", name, reason(err))
	case !resembles(data):
		return nil, fmt.Errorf("%s is there already and is not a record of wsspec: move it away or name another directory", name)
	}
	old, err := Parse(name, data)
	if err != nil {
		return new(Record), nil // damaged, or of a later version: a record nevertheless
	}
	return old, nil
}

// removeTranscripts removes the transcripts of an earlier record, and their directories if nothing else is in them.
func (w *Writer) removeTranscripts(old *Record) {
	dirs := make(map[string]bool)
	for _, p := range old.Peers {
		for _, c := range p.Cases {
			if ok, _ := path.Match(transcriptDir+"/*/*.json", c.Transcript); ok && filepath.IsLocal(c.Transcript) {
				w.root.Remove(filepath.FromSlash(c.Transcript))
				dirs[path.Dir(c.Transcript)] = true
			}
		}
	}
	for dir := range dirs {
		w.root.Remove(filepath.FromSlash(dir))
	}
}

// Plan sets how many cases the run is going to ask in all, for a run that learns of its peers one after the other.
func (w *Writer) Plan(cases int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rec.Planned = cases
}

// Peer announces a peer; its Cases are ignored. For a peer that is known already, it replaces what was known beside the
// cases.
func (w *Writer) Peer(p Peer) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return errClosed
	}
	p.Cases = nil
	if known := w.rec.Peer(p.Name); known != nil {
		p.Cases = known.Cases
		*known = p
		return w.store(w.rewrite)
	}
	return w.addPeer(p)
}

var errClosed = errors.New("record: the writer is closed")

func (w *Writer) addPeer(p Peer) error {
	w.rec.Peers = append(w.rec.Peers, p)
	return w.store(func() error {
		var text document
		first := w.last < 0
		if !first {
			text.endPeer(&w.rec.Peers[w.last])
		}
		text.peer(&p, first)
		w.last++
		return w.grow(&text)
	})
}

// Ended notes how the program of a peer came to its end.
func (w *Writer) Ended(peer string, e Ended) error {
	return w.note(peer, func(p *Peer) { p.Ended = &e })
}

// Usage notes what the program of a peer took of the machine.
func (w *Writer) Usage(peer string, u Usage) error {
	return w.note(peer, func(p *Peer) { p.Usage = &u })
}

// Untested notes why cases could not be put to a peer.
func (w *Writer) Untested(peer string, u Untested) error {
	return w.note(peer, func(p *Peer) { p.Untested = &u })
}

// note changes what is known of a peer beside its cases.
func (w *Writer) note(peer string, change func(*Peer)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return errClosed
	}
	p := w.rec.Peer(peer)
	if p == nil {
		return fmt.Errorf("record: no peer %q was announced", peer)
	}
	change(p)
	return w.store(w.rewrite)
}

// Case adds a case to a peer; a peer that was not announced has nothing but its name. A case with an ID that the peer has
// already replaces the earlier one. The transcript, nil if there is none, is stored first, and the case's Transcript is set
// to its path.
func (w *Writer) Case(peer string, c Case, t *Transcript) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return errClosed
	}
	failed := w.err
	if w.rec.Peer(peer) == nil {
		w.addPeer(Peer{Name: peer})
	}
	c.Transcript = w.saveTranscript(caseKey{peer, c.ID}, t)
	w.addCase(peer, c)
	if failed == nil {
		return w.err
	}
	return nil
}

// saveTranscript writes a transcript and returns its path, "" if it stays in memory.
func (w *Writer) saveTranscript(key caseKey, t *Transcript) string {
	if t == nil {
		return ""
	}
	name := transcriptPath(key.peer, key.id)
	w.store(func() error { return w.writeTranscript(filepath.FromSlash(name), t) })
	if w.root == nil {
		w.transcripts[key] = t
		return ""
	}
	return name
}

func (w *Writer) writeTranscript(name string, t *Transcript) error {
	text, err := marshal(t)
	if err != nil {
		return err
	}
	if err := w.root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	if err := w.root.WriteFile(name, append(text, '\n'), 0o644); err != nil {
		w.root.Remove(name)
		return err
	}
	return nil
}

func (w *Writer) addCase(peer string, c Case) {
	key := caseKey{peer, c.ID}
	if at, known := w.places[key]; known {
		w.rec.Peers[at.peer].Cases[at.index] = c
		w.store(w.later)
		return
	}
	i := slices.IndexFunc(w.rec.Peers, func(p Peer) bool { return p.Name == peer })
	p := &w.rec.Peers[i]
	w.places[key] = place{i, len(p.Cases)}
	p.Cases = append(p.Cases, c)
	w.rec.Ran++
	if i != w.last {
		w.store(w.later)
		return
	}
	w.store(func() error {
		var text document
		text.oneCase(&c, len(p.Cases) == 1)
		w.filed++
		return w.grow(&text)
	})
}

// later lets a change wait that cannot be appended.
func (w *Writer) later() error {
	if w.waiting++; w.waiting < backlog {
		return nil
	}
	return w.rewrite()
}

// grow appends to the file.
func (w *Writer) grow(text *document) error {
	tail := w.tail()
	if err := errors.Join(text.err, tail.err); err != nil {
		return err
	}
	return w.journal.append(text.Bytes(), tail.Bytes())
}

// tail is what ends the document now. It counts as run what is in the file.
func (w *Writer) tail() *document {
	tail := new(document)
	if w.last >= 0 {
		tail.endPeer(&w.rec.Peers[w.last])
	}
	now := w.rec
	now.Ran = w.filed
	if !w.closed {
		now.DurationMS = time.Since(w.began).Milliseconds()
	}
	tail.end(&now)
	return tail
}

// rewrite writes the whole document anew.
func (w *Writer) rewrite() error {
	var body document
	body.head(&w.rec)
	for i := range w.rec.Peers {
		p := &w.rec.Peers[i]
		if i > 0 {
			body.endPeer(&w.rec.Peers[i-1])
		}
		body.peer(p, i == 0)
		for k := range p.Cases {
			body.oneCase(&p.Cases[k], k == 0)
		}
	}
	w.filed, w.last, w.waiting = w.rec.Ran, len(w.rec.Peers)-1, 0
	tail := w.tail()
	if err := errors.Join(body.err, tail.err); err != nil {
		return err
	}
	return w.journal.replace(body.Bytes(), tail.Bytes())
}

// store does something with the files, unless that has failed before. Its first error ends all writing.
func (w *Writer) store(write func() error) error {
	if w.root == nil {
		return nil
	}
	err := write()
	if err == nil {
		return nil
	}
	w.err = fmt.Errorf("cannot write to %s: %w; the results are complete in memory, but this record ends here: "+
		"make room or name another directory", w.dir, err)
	w.journal.close()
	w.root.Close()
	w.root = nil
	return w.err
}

// Transcript returns the transcript of a case, from memory or from disk, nil if there is none.
func (w *Writer) Transcript(peer, id string) *Transcript {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := caseKey{peer, id}
	if t := w.transcripts[key]; t != nil {
		return t
	}
	p := w.rec.Peer(peer)
	if p == nil {
		return nil
	}
	c := p.Case(id)
	if c == nil || c.Transcript == "" {
		return nil
	}
	t, err := ReadTranscript(w.dir, *c)
	if err != nil {
		return nil
	}
	return t
}

// Record returns a copy of everything that was recorded so far, written or not, with the cases in natural order.
func (w *Writer) Record() *Record {
	w.mu.Lock()
	defer w.mu.Unlock()
	rec := w.rec
	if !w.closed {
		rec.DurationMS = time.Since(w.began).Milliseconds()
	}
	rec.Peers = slices.Clone(w.rec.Peers)
	for i := range rec.Peers {
		rec.Peers[i].Cases = slices.Clone(rec.Peers[i].Cases)
	}
	rec.Sort()
	return &rec
}

// Close ends the record: it notes how long the run took and, if it ended early, why ("SIGINT"; else ""), and writes it a last
// time with the cases in natural order. It returns the first error that writing met.
func (w *Writer) Close(duration time.Duration, interrupted string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return w.err
	}
	w.closed = true
	w.rec.DurationMS, w.rec.Interrupted = duration.Milliseconds(), interrupted
	w.rec.Sort()
	w.store(w.rewrite)
	if w.root == nil {
		return w.err
	}
	w.store(w.journal.close)
	w.root.Close()
	return w.err
}
