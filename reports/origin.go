package reports

// origin says what made the record, and of what, in a few words each.
func (s *subject) origin() []string {
	words := []string{s.Tool}
	for _, about := range []struct{ what, value string }{{"catalogue", s.Catalogue}, {"profile", s.Profile}, {"seed", s.Seed}} {
		if about.value != "" { // there is none if others gave all verdicts
			words = append(words, about.what+" "+about.value)
		}
	}
	if s.Shard != nil {
		words = append(words, s.Shard.String())
	}
	return words
}

// incomplete says what did not run, "" if nothing is missing.
func (s *subject) incomplete() string {
	missing := max(s.Planned-s.Ran, 0)
	if missing == 0 && s.Interrupted == "" {
		return ""
	}
	words := plural(int64(missing), "planned case") + " did not run"
	if s.Interrupted != "" {
		words += "; the run ended early by " + s.Interrupted
	}
	if s.Shard != nil && s.Shard.MissingWords() != "" && missing > 0 {
		words += "; " + s.Shard.MissingWords()
	}
	return words
}
