package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/shard"
)

// shardOptions are the flags that say which part of a run is this one's.
type shardOptions struct {
	shard   string
	shardBy string

	shardGiven func() bool    // nil for commands without these flags
	part       *shard.Shard   // nil: all of it
	earlier    *record.Record // that says what cases cost; nil if the catalogue does
	holds      *record.Shard  // what the record will hold; nil if it is all, or not known yet
}

func (o *shardOptions) registerShard(f *pflag.FlagSet) {
	f.StringVar(&o.shard, "shard", "", "do part `I/N` of the run, such as 2/4; report puts the records of all parts together")
	o.shardGiven = func() bool { return f.Changed("shard") }
	f.StringVar(&o.shardBy, "shard-by", "", "divide the run by what cases took in this `record`, the same for all shards (default: by what they usually take)")
}

// checkShard looks for what is wrong with the flags.
func (o *shardOptions) checkShard() error {
	switch {
	case o.shardGiven != nil && o.shardGiven():
	case o.shardBy != "":
		return usageError{errors.New("--shard-by divides a run: say with --shard which part of it to do, such as 1/4")}
	default:
		return nil
	}
	part, err := shard.Parse(o.shard)
	if err != nil {
		return usageError{fmt.Errorf("--shard: %w", err)}
	}
	o.part = &part
	if o.shardBy == "" {
		return nil
	}
	if o.earlier, err = record.Read(o.shardBy); err != nil {
		return usageError{fmt.Errorf("--shard-by: %w", err)}
	}
	return nil
}

// divide leaves to each test the cases that this shard asks, if the run is divided: by plan, and without a word to the other
// shards. Unless there is a seed, it is made of the plan, so that all shards have the same.
func (o *options) divide(runs []*serverRun, plan func([]shard.Work, int) *shard.Plan) error {
	if o.part == nil {
		return nil
	}
	work, err := o.work(runs)
	if err != nil {
		return err
	}
	p := plan(work, o.part.Of)
	o.holds = p.Record(*o.part)
	if o.seed == "" {
		o.seed = o.holds.Plan
	}
	for i, r := range runs {
		r.seed = o.seed
		var own []*harness.Case
		for k, c := range r.cases {
			if p.Asks(*o.part, i, k) {
				own = append(own, c)
			}
		}
		r.cases = own
	}
	return nil
}

// nothingToDo tells whether a run has nothing to do in this shard.
func nothingToDo(r *serverRun) bool { return len(r.cases) == 0 }

// work is what there is to divide.
func (o *options) work(runs []*serverRun) (work []shard.Work, err error) {
	known := false
	for _, r := range runs {
		var before *record.Peer
		if o.earlier != nil {
			before = o.earlier.Peer(r.name)
			known = known || before != nil
		}
		w := shard.Work{Peer: r.name, Start: cases.PeerCost}
		for _, c := range r.cases {
			w.Cases = append(w.Cases, shard.Case{ID: c.ID, Cost: cost(c, r.profile, before), Passive: c.Passive()})
		}
		work = append(work, w)
	}
	if o.earlier != nil && !known {
		return nil, usageError{fmt.Errorf("--shard-by: %s has no peer of this run: its peers are named otherwise", o.shardBy)}
	}
	return work, nil
}

// beside is how many cases run at once where a record was made, as far as it matters here: all shards have to reckon alike.
const beside = 8

// cost is what a case is expected to take: what it took before, if that is known.
func cost(c *harness.Case, p harness.Profile, before *record.Peer) time.Duration {
	usual := cases.Cost(c, p)
	if before == nil || c.Passive() {
		return usual
	}
	was := before.Case(c.ID)
	if was == nil || was.DurationUS <= 0 {
		return usual
	}
	took := time.Duration(min(was.DurationUS, costliest.Microseconds())) * time.Microsecond
	if !c.Alone {
		took /= beside
	}
	return took
}

// costliest is more than any case takes, whatever a record says.
const costliest = time.Hour
