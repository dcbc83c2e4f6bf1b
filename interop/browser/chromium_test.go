package browser

import (
	"context"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
)

// needs skips the test if something is not installed. WSSPEC_ALL_PEERS=1 makes that a failure: for machines on which
// everything has to be there.
func needs(t *testing.T, what string, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if os.Getenv("WSSPEC_ALL_PEERS") != "" {
		t.Fatalf("needs %s: %v", what, err)
	}
	t.Skipf("needs %s: %v", what, err)
}

// patience is for a browser on a busy machine.
const patience = 2 * time.Minute

// tab is a page in a browser.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// open starts Chromium, or skips the test.
func open(t *testing.T) *tab {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		program, err = exec.LookPath("google-chrome")
	}
	needs(t, "chromium", err)
	options := chromedp.WithAllocatorOptions(chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU)
	ctx, cancel := chromedp.NewContext(t.Context(), options)
	t.Cleanup(cancel)
	ctx, stop := context.WithTimeout(ctx, patience)
	t.Cleanup(stop)
	b := &tab{t, ctx}
	b.do(chromedp.Navigate("about:blank"))
	_, err = chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	b.must(err)
	return b
}

func (b *tab) must(err error) {
	b.t.Helper()
	if errors.Is(err, context.DeadlineExceeded) {
		b.t.Fatalf("the browser did not answer within %v", patience)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	b.must(chromedp.Do(b.ctx, steps...))
}

// eval evaluates an expression in the page, and waits for it if it is a promise.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	b.must(err)
	return v
}

// look sets the width of the screen, in CSS pixels, and the theme: light or dark.
func (b *tab) look(width int64, theme string) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, 900))
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
	})
	b.must(err)
}

// goTo opens a page from disk anew, at a fragment.
func (b *tab) goTo(file, fragment string) {
	b.t.Helper()
	address := (&url.URL{Scheme: "file", Path: file}).String()
	if fragment != "" {
		address += "#" + fragment
	}
	b.do(chromedp.Navigate("about:blank"), chromedp.Navigate(address))
}

// write writes a report to disk and returns its name.
func write(t *testing.T, rec *record.Record, transcripts reports.Transcripts, gate *record.Gate) string {
	t.Helper()
	var page strings.Builder
	if err := reports.HTML(&page, rec, transcripts, gate); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "index.html")
	if err := os.WriteFile(name, []byte(page.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}
