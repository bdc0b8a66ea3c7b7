package web

import (
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/internal/testkit/chromium"
	"github.com/earshot/earshot/mention"
)

// full reports whether the long forms of drills run.
func full() bool { return os.Getenv("EARSHOT_DRILL") == "full" }

// onBoth runs a test on SQLite and, with EARSHOT_DRILL=full, on PostgreSQL.
func onBoth(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	if !full() {
		test(t, newWorld(t))
		return
	}
	t.Run("sqlite", func(t *testing.T) { test(t, newWorld(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, newWorldIn(t, testkit.Database(t, testkit.Postgres(t).URL))) })
}

// hostile are words that want to be more than words in a page; each would open a dialog, ask
// another site or break the policy if a page took it for its own.
var hostile = []string{
	`"><script>alert(1)</script><img src=https://evil.example/x onerror=alert(2)>`,
	`<svg onload=alert(1)><svg><animate onbegin=alert(1) attributeName=x dur=1s>`,
	`</textarea></title></style></script><script src=https://evil.example/a.js></script>`,
	`<iframe srcdoc="<script>parent.alert(1)</script>"></iframe><object data=https://evil.example/o></object>`,
	`<meta http-equiv=refresh content="0;url=https://evil.example/"><base href=https://evil.example/>`,
	`<link rel=stylesheet href=https://evil.example/s.css><style>@import "https://evil.example/i.css"; * { background: url(https://evil.example/b) }</style>`,
	`<a href="javascript:alert(1)" autofocus onfocus=alert(1)>x</a><form action=https://evil.example/><button formaction="javascript:alert(1)">x</button>`,
	`' onmouseover='alert(1)' x='" onfocus="alert(1)" autofocus tabindex="0`,
	`{{.}}{{template "case"}}{{html "<b>"}} ${alert(1)} #{7*7}`,
	`<div hx-get="https://evil.example/h" hx-trigger="load" hx-on:load="alert(1)"></div><template><script>alert(1)</script></template>`,
	`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`,
	"\u202e\u2066evil\u2069 a\u0301\u0301\u0301\u0301\u0301\u0301 <b\x00><scr\x00ipt>alert(1)</scr\x00ipt>",
	`<video><source onerror=alert(1)></video><details open ontoggle=alert(1)><audio src=https://evil.example/a autoplay>`,
	`<input type=image src=https://evil.example/i><button popovertarget=x onbeforetoggle=alert(1)>x</button>`,
	`javascript:alert(1)//"><a ping=https://evil.example/p href=#>x</a>`,
}

// hears is a complaint of a stranger who chooses everything that a site lets people choose.
func (w *world) hears(n int, words string) mention.ID {
	w.t.Helper()
	address := []string{"javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "https://forum.example/p/" + url.PathEscape(words), "https://forum.example/?" + words}[n%4]
	p := mention.Post{Source: words, Kind: mention.Forum, ID: fmt.Sprint("h", n), URL: address, ThreadURL: address, Author: words, AuthorURL: address, Title: words, Text: words, Published: time.Now().Add(-5 * time.Minute)}
	m := mention.Mention{Watch: bank, Post: p, Score: mention.Score{Value: -0.8, Label: mention.Negative, Lang: "uk", Complaint: 0.9, Topics: []string{words},
		Why: []mention.Hit{{Start: 0, End: len(words), Text: words, Rule: words, Weight: -1}}, Frames: []mention.Frame{{Frame: "event", Value: "yes", Text: words}}}}
	return w.ingest(time.Now(), m)
}

// TestHostileCorpus: what strangers write, wherever it stands in a page, opens no dialog, asks
// no other site and breaks no policy (tab watches for these), and is no element. With
// EARSHOT_DRILL=full every text has its page, those of testkit.Attacks too, on both databases.
func TestHostileCorpus(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		corpus := hostile
		if full() {
			for _, a := range testkit.Attacks() {
				corpus = append(corpus, strings.ToValidUTF8(a.Of(1500), "\ufffd"))
			}
		}
		ids := make([]mention.ID, len(corpus))
		for n, words := range corpus {
			ids[n] = w.hears(n, words)
			w.sources = append(w.sources, Source{Name: words, Kind: words, State: "failing", Error: words, Days: make([]int, 28)})
			w.ask("POST", "/case/"+string(ids[n])+"/claim", "Ira", url.Values{})
			w.ask("POST", "/case/"+string(ids[n])+"/note", "Ira", url.Values{"text": {words}})
			if n < 40 {
				w.ask("POST", "/templates", "Ira", url.Values{"text": {words}, "lang": {"uk"}})
			}
		}
		pages := []string{"/inbox", "/inbox?status=all", "/reports", "/sources", "/me", "/templates"}
		for n, words := range corpus {
			if n%3 == 0 || full() {
				pages = append(pages, "/case/"+string(ids[n]))
			}
			if n < 1 || full() {
				asked := url.QueryEscape(words[:min(len(words), 200)])
				pages = append(pages, "/inbox?q="+asked+"&author="+asked, "/reports?watch="+asked+"&source="+asked, "/sources?asked="+asked, "/case/"+asked+"?back="+asked)
			}
		}
		ctx := tab(t, chromium.Open(t), w, "Ira")
		for _, path := range pages {
			do(t, ctx, chromedp.Navigate(w.addr+path))
			holds(t, ctx, path, `document.readyState === "complete"`)
			if strange := eval[string](t, ctx, `[...document.querySelectorAll("img, iframe, object, embed, base, style, math, video, audio, source, [onload], [onerror], [onfocus], [hx-get], [ping], a[href^='javascript:'], a[href^='data:'], script:not([src^='/static/']), link:not([href^='/static/'])")].map(e => e.outerHTML).join()`); strange != "" {
				t.Errorf("%s: elements of a stranger: %.300s", path, strange)
			}
		}
		do(t, ctx, chromedp.Navigate(w.addr+"/case/"+string(ids[0])))
		if !strings.Contains(eval[string](t, ctx, `document.body.innerText`), "<script>alert(1)</script>") {
			t.Error("the words are not shown as they are")
		}
		t.Logf("%d texts on %d pages", len(corpus), len(pages))
	})
}

// TestOneLongWord: a stranger whose name, title and words have no blank makes no page wider than
// its window, on a phone and on a large screen: one such row would put the buttons of all others
// out of sight. Nor does a view, a watch or a topic that the watchlist calls so.
func TestOneLongWord(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat("Щ", 400)
	w.inbox.opt.Views = func() []View { return []View{{Name: long, Query: "kind=review"}} }
	w.inbox.opt.Places = func() Places {
		return Places{Watches: []string{long}, Sources: []string{long}, Topics: []string{long}}
	}
	id := w.hears(2, long)
	w.hears(3, long+" ще раз") // one of the author's earlier ones
	w.sources = append(w.sources, Source{Name: long, Kind: long, State: "failing", Error: long, Days: make([]int, 28)})
	w.ask("POST", "/case/"+string(id)+"/note", strings.Repeat("X", 100), url.Values{"text": {long}})
	w.ask("POST", "/case/"+string(id)+"/claim", strings.Repeat("Y", 200), url.Values{})
	w.ask("POST", "/templates", "Ira", url.Values{"text": {long}, "lang": {"uk"}})
	asked := url.QueryEscape(long[:400])
	ctx := tab(t, chromium.Open(t), w, "Ira")
	for _, width := range []int64{360, 1200} {
		call(t, ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 800, DeviceScaleFactor: 1, Mobile: width < 500})
		for _, path := range []string{"/inbox", "/case/" + string(id), "/reports", "/reports?watch=" + asked + "&source=" + asked, "/sources", "/sources?asked=" + url.QueryEscape(long), "/me", "/templates", "/inbox?view=" + asked, "/inbox?status=" + asked, "/inbox?q=" + asked + "&watch=" + asked + "&author=" + asked} {
			do(t, ctx, chromedp.Navigate(w.addr+path))
			holds(t, ctx, path, `document.readyState === "complete"`)
			if wide := eval[int64](t, ctx, `document.documentElement.scrollWidth`); wide > width {
				t.Errorf("%.40s is %d wide on %d: %s", path, wide, width, eval[string](t, ctx, fmt.Sprintf(`[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > %d && !e.closest(".scroll, .hidden")).map(e => e.tagName + "." + e.className).slice(-6).join(", ")`, width)))
			}
		}
	}
	// What is ours beside it stays to be read: the reasons whole, the numbers of a report in sight.
	because := mention.Mention{Watch: long, Post: mention.Post{Source: long, Kind: mention.Forum, ID: "why", URL: "https://forum.example/p/why", Author: long, Text: long},
		Score: mention.Score{Value: -0.8, Lang: "uk", Complaint: 0.9, Why: []mention.Hit{{Text: long, Rule: "money not returned", Weight: -1.6}}}}
	do(t, ctx, chromedp.Navigate(w.addr+"/case/"+string(w.ingest(time.Now(), because))))
	if broken := eval[int](t, ctx, `[...document.querySelectorAll("td.rule")].flatMap(td => [...td.firstChild.data.matchAll(/\S+/g)].filter(m => {
		const word = new Range(); word.setStart(td.firstChild, m.index); word.setEnd(td.firstChild, m.index + m[0].length); return word.getClientRects().length > 1 })).length`); broken > 0 {
		t.Errorf("%d words of a reason are broken", broken)
	}
	do(t, ctx, chromedp.Navigate(w.addr+"/reports"))
	if hidden := eval[string](t, ctx, `[...document.querySelectorAll(".scroll")].filter(e => e.scrollWidth > e.clientWidth).map(e => e.getAttribute("aria-labelledby")).join()`); hidden != "" {
		t.Errorf("numbers are out of sight: %s", hidden)
	}
}
