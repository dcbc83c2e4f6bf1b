package browser

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// visible tells whether the element with an ID is drawn.
func (b *tab) visible(id string) bool {
	b.t.Helper()
	return eval[bool](b, `(() => { const e = document.getElementById("`+id+`"); return e.checkVisibility({ contentVisibilityAuto: false }) && e.getBoundingClientRect().height > 0; })()`)
}

// A link to a case opens it, on the page of many peers and, without a name, on that of one.
func TestLinks(t *testing.T) {
	b := open(t)
	many, one := fleetRun().use(t), oneRun().use(t)
	manyPage, onePage := write(t, many.record, many.transcripts, many.gate), write(t, one.record, one.transcripts, nil)
	for _, link := range []struct{ page, fragment, id string }{
		{manyPage, "text-unchecked/5.6", "text-unchecked/5.6"}, {manyPage, "rsv-ignored/3.1", "rsv-ignored/3.1"},
		{onePage, "5.6", "text-unchecked/5.6"}, {onePage, "text-unchecked/6.4.1", "text-unchecked/6.4.1"},
	} {
		b.look(1400, "light")
		b.goTo(link.page, link.fragment)
		if !b.visible(link.id) {
			t.Errorf("#%s does not open %s", link.fragment, link.id)
		}
		top := eval[float64](b, `document.getElementById("`+link.id+`").closest("details").getBoundingClientRect().top`)
		if bar := eval[float64](b, `document.querySelector(".filters").getBoundingClientRect().bottom`); top < bar-1 || top > 400 {
			t.Errorf("#%s: the case is at %g px, below the filters at %g", link.fragment, top, bar)
		}
	}
	b.goTo(manyPage, "")
	if b.visible("text-unchecked/5.6") {
		t.Error("a case is open that nobody asked for")
	}
	eval[any](b, `location.hash = "#text-unchecked/5.6"`)
	eval[any](b, `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`)
	if !b.visible("text-unchecked/5.6") {
		t.Error("a link within the page does not open the case")
	}
}

// All that the page says can be read without its script, and links to cases work.
func TestWithoutScript(t *testing.T) {
	b := open(t)
	_, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.must(err)
	r := fleetRun().use(t)
	b.goTo(write(t, r.record, r.transcripts, r.gate), "text-unchecked/5.6")
	if eval[bool](b, `document.documentElement.classList.contains("scripted")`) {
		t.Fatal("the script ran")
	}
	if !b.visible("text-unchecked/5.6") {
		t.Error("the link does not open the case")
	}
	if n := eval[int](b, `document.querySelectorAll(".case").length`); n != r.record.Ran {
		t.Errorf("%d cases of %d are on the page", n, r.record.Ran)
	}
	if eval[bool](b, `document.querySelector(".filters").checkVisibility()`) {
		t.Error("filters are shown that do nothing")
	}
	picture := eval[float64](b, `document.getElementById("text-unchecked/5.6").querySelector(".picture").getBoundingClientRect().height`)
	if picture < 200 {
		t.Errorf("the picture is %g px high", picture)
	}
}

// pictureWords are what a picture shows; text in a shared drawing is not in the page's own tree.
const pictureWords = `document.querySelector(document.getElementById("text-unchecked/5.6").querySelector(".picture use").getAttribute("href")).textContent`

func TestPicture(t *testing.T) {
	b := open(t)
	r := oneRun().use(t)
	b.look(360, "dark")
	b.goTo(write(t, r.record, r.transcripts, nil), "5.6")
	if words := eval[string](b, pictureWords); len(words) < 100 {
		t.Errorf("the picture says %q", words)
	}
	if wide := eval[float64](b, `document.getElementById("text-unchecked/5.6").querySelector(".picture").getBoundingClientRect().right`); wide > 360 {
		t.Errorf("the picture reaches %g px of 360", wide)
	}
}

// The page is used without a mouse: Tab reaches the cases, Enter opens one, j and k go on and back, / searches.
func TestKeyboard(t *testing.T) {
	b := open(t)
	r := oneRun().use(t)
	b.look(1400, "light")
	b.goTo(write(t, r.record, r.transcripts, nil), "")
	b.do(chromedp.KeyEvent("\t"))
	if got := eval[string](b, "document.activeElement.className"); got != "skip" {
		t.Fatalf("the first stop is %q, not the link to the cases", got)
	}
	b.do(chromedp.KeyEvent("\r"))
	const chapter = `document.activeElement.closest("details.chapter")?.dataset.chapter ?? ""`
	for range 3 { // what the program wrote before it ended can be scrolled, so it is a stop, too
		if eval[string](b, chapter) == "" {
			b.do(chromedp.KeyEvent("\t"))
		}
	}
	if got := eval[string](b, chapter); got != "0" {
		t.Fatalf("after the link the stop is in chapter %q, not in the first", got)
	}
	b.do(chromedp.KeyEvent("j"))
	const here = `document.activeElement.closest(".case")?.querySelector(".id").textContent ?? document.activeElement.id`
	first := eval[string](b, here)
	b.do(chromedp.KeyEvent("j"), chromedp.KeyEvent("\r"))
	second := eval[string](b, here)
	if first != "0.1" || second != "0.2" {
		t.Errorf("j goes to %q and to %q", first, second)
	}
	if !eval[bool](b, `document.activeElement.closest(".case").open`) {
		t.Error("Enter does not open the case")
	}
	b.do(chromedp.KeyEvent("k"))
	if got := eval[string](b, here); got != first {
		t.Errorf("k goes to %q", got)
	}
	b.do(chromedp.KeyEvent("/"), chromedp.KeyEvent("surrogate"))
	if got := eval[string](b, here); got != "search" {
		t.Errorf("/ goes to %q", got)
	}
}

// Filters say how many cases they leave, and to those who do not see it, too.
func TestFilters(t *testing.T) {
	b := open(t)
	r := fleetRun().use(t)
	page := write(t, r.record, r.transcripts, r.gate)
	failed := r.record.Counts()["fail"]
	b.goTo(page, "v=fail")
	const shown = `[...document.querySelectorAll(".case")].filter((c) => !c.hidden).length`
	if n := eval[int](b, shown); n != failed {
		t.Errorf("%d cases are shown, %d failed", n, failed)
	}
	b.goTo(page, "g=new")
	if n := eval[int](b, shown); n != 1 {
		t.Errorf("%d cases are shown, 1 is new", n)
	}
	if words := eval[string](b, `document.querySelector("output[aria-live]").textContent`); words != "1 of "+eval[string](b, `String(document.querySelectorAll(".case").length)`)+" cases" {
		t.Errorf("the page says %q", words)
	}
}

// Pointing at a bit lights up its field wherever it is shown, without a script.
func TestBytesLightUp(t *testing.T) {
	b := open(t)
	_, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.must(err)
	r := fleetRun().use(t)
	b.look(1400, "light")
	b.goTo(write(t, r.record, r.transcripts, nil), "rsv-ignored/3.1")
	const strip = `getComputedStyle(document.getElementById("rsv-ignored/3.1").querySelector(".bytes [open] .strip .rsv")).backgroundColor`
	before := eval[string](b, strip)
	eval[any](b, `document.getElementById("rsv-ignored/3.1").querySelector(".bytes [open] tr.rsv").focus()`)
	if after := eval[string](b, strip); before == after {
		t.Errorf("the bits stay %s", before)
	}
}
