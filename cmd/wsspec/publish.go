package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
)

// keptRuns is how many runs a site keeps unless somebody wants more or less.
const keptRuns = 200

func newPublish() *cobra.Command {
	o := &publishOptions{options: options{gateOptions: gateOptions{newCases: "report"}}}
	cmd := &cobra.Command{
		Use:   "publish SITE RECORD",
		Short: "Add a record to a site with a report, a trend and a badge",
		Long: `publish adds a record, which is a results.json or the directory that holds one, to the directory SITE, which
a web server can serve as it is:

  index.html     the report of the newest run
  trend.html     how each peer did in all runs, chapter by chapter, and what changed when
  history.json   what the trend is drawn from, as plain JSON
  results.json   the newest record, without transcripts
  badge.svg      how the newest run went, and in the form of shields.io: badge.json
  badges/        the same for each peer, if there are several

To publish a record again changes nothing. A record that is older than the newest run joins the history only.
Parameters of a peer's URL (?token=...) and values of --header are not published; what peers say is.

Exit code: 0 published, whatever the verdicts are; 2 the command line or a file is wrong, and nothing was changed.`,
		Example: `  wsspec publish site wsspec-report
  wsspec publish site wsspec-report --commit 1f0c2ab --link https://example.org/commit/1f0c2ab --baseline wsspec-baseline.yaml`,
		Args: cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error { return o.publish(args[0], args[1]) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.commit, "commit", "", "what was tested: a commit, a version")
	f.StringVar(&o.link, "link", "", "http(s) address of the commit, or of the run")
	f.StringVar(&o.label, "label", "", "name of what is tested, for the badge and the trend (default: the peer, or "+badgeLabel+" if there are several)")
	f.IntVar(&o.keep, "keep", keptRuns, "how many runs the history keeps")
	f.StringVar(&o.time, "time", "", "when the run began, such as 2026-11-23T10:00:00Z, if the record does not know")
	f.StringVar(&o.baseline, "baseline", "", "file with the failures that are known")
	f.BoolVar(&o.strict, "strict", false, "non-strict and flaky cases count as failures")
	return cmd
}

// skew is how far the clocks of two machines may be apart.
const skew = 24 * time.Hour

// publishOptions are the flags of the publish command.
type publishOptions struct {
	options
	commit, link, label string
	keep                int
	time                string
}

// publish is the publish command.
func (o *publishOptions) publish(dir, name string) error {
	rec, transcripts, err := o.read(name)
	if err != nil {
		return err
	}
	if err := o.checkGate(); err != nil {
		return err
	}
	s := &site{publishOptions: o, dir: dir}
	if err := s.open(); err != nil {
		return err
	}
	o.out = dir
	s.view = &view{options: &o.options, record: rec, transcripts: transcripts}
	s.gate, _, _ = o.hold(rec)
	newest := s.history.Add(reports.NewPastRun(rec, s.gate, o.commit, o.link), o.keep)
	if err := s.write(newest); err != nil {
		return usageError{fmt.Errorf("cannot publish in %s: %w", dir, err)}
	}
	return s.tell(newest)
}

// read reads the record and checks the flags that are about it.
func (o *publishOptions) read(name string) (*record.Record, reports.Transcripts, error) {
	if o.keep < 1 {
		return nil, nil, usageError{errors.New("--keep: give a number of 1 or more")}
	}
	if o.link != "" && !reports.IsLink(o.link) {
		return nil, nil, usageError{fmt.Errorf("--link: %s is no address: it begins with https:// or http://, and special characters are written as %%XX", reports.Printable(o.link))}
	}
	rec, err := record.Read(name)
	if err != nil {
		return nil, nil, usageError{err}
	}
	if rec.Shard != nil {
		return nil, nil, usageError{fmt.Errorf("%s holds only a part of a run, %v: merge the parts with `wsspec report --out DIR` first", name, rec.Shard)}
	}
	if o.time != "" {
		if rec.Started, err = time.Parse(time.RFC3339, o.time); err != nil {
			return nil, nil, usageError{fmt.Errorf("--time: %s is not of the form 2026-11-23T10:00:00Z", reports.Printable(o.time))}
		}
	}
	if rec.Started.IsZero() {
		return nil, nil, usageError{fmt.Errorf("%s does not say when the run began, by which runs are put in order: give --time", name)}
	}
	if rec.Started.After(time.Now().Add(skew)) {
		return nil, nil, usageError{fmt.Errorf("%s says that the run began at %s, which is in the future, so that no later run would be the newest: give the true --time",
			name, rec.Started.UTC().Format(time.RFC3339))}
	}
	if info, err := os.Stat(name); err == nil && !info.IsDir() {
		name = filepath.Dir(name)
	}
	transcripts := rec.Transcripts(name)
	rec, transcripts = reports.WithoutParameters(rec, transcripts)
	return rec, transcripts, nil
}

// site is a directory with published runs.
type site struct {
	*publishOptions
	*view
	dir     string
	history *reports.History
}

// open reads the history. A site that is not there, or is empty, has none yet; a history that cannot be read is left alone.
func (s *site) open() error {
	name := filepath.Join(s.dir, "history.json")
	text, err := os.ReadFile(name)
	switch {
	case errors.Is(err, os.ErrNotExist):
		s.history = new(reports.History)
		return nil
	case err != nil:
		return usageError{fmt.Errorf("cannot read the history: %w; SITE is the directory of a site, or one that is not there yet", err)}
	}
	if s.history, err = reports.ParseHistory(name, text); err != nil {
		return usageError{fmt.Errorf("%w; the site is as it was: mend the file, or move it away to begin a new history", err)}
	}
	return nil
}

// write writes the site, the history last: until it is there, to publish again is to do the same.
func (s *site) write(newest bool) error {
	if newest {
		if err := s.writeNewest(); err != nil {
			return err
		}
	}
	for _, b := range s.history.Departed() {
		if _, err := writeBadge(badgeName(s.dir, b.Label), b); err != nil {
			return err
		}
	}
	if err := s.file("trend.html", func(w io.Writer) error { return reports.Trend(w, s.history, cmp.Or(s.label, s.title())) }); err != nil {
		return err
	}
	return s.file("history.json", s.history.Write)
}

// writeNewest writes what is about the newest run alone.
func (s *site) writeNewest() error {
	v := s.view
	if err := s.file("index.html", func(w io.Writer) error { return reports.PublishedHTML(w, v.record, v.transcripts, v.gate) }); err != nil {
		return err
	}
	if err := s.file("results.json", func(w io.Writer) error { return reports.JSON(w, alone(v.record)) }); err != nil {
		return err
	}
	if _, err := v.writeBadge(cmp.Or(s.label, v.title())); err != nil {
		return err
	}
	return v.writePeerBadges()
}

func (s *site) file(name string, write func(io.Writer) error) error {
	return writeFile(filepath.Join(s.dir, name), func(w *bufio.Writer) error { return write(w) })
}

// alone is a record without the paths of its transcripts, which are not beside it.
func alone(rec *record.Record) *record.Record {
	copied := *rec
	copied.Peers = slices.Clone(rec.Peers)
	for i := range copied.Peers {
		p := &copied.Peers[i]
		p.Cases = slices.Clone(p.Cases)
		for k := range p.Cases {
			p.Cases[k].Transcript = ""
		}
	}
	return &copied
}

// tell says what was done.
func (s *site) tell(newest bool) error {
	w := bufio.NewWriter(os.Stdout)
	n := len(s.history.Runs)
	switch {
	case newest && n == 1:
		fmt.Fprintln(w, "published the first run")
	case newest:
		fmt.Fprintf(w, "published as the newest of %d runs\n", n)
	default:
		fmt.Fprintf(w, "there is a newer run, of %s: this one joined the history of %d, and the report stays that of the newest\n",
			s.history.Runs[n-1].Date(), n)
	}
	for _, name := range []string{"index.html", "trend.html", "history.json", "badge.svg", "badge.json"} {
		fmt.Fprintln(w, filepath.Join(s.dir, name))
	}
	return flush(w)
}
