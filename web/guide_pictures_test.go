package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/earshot/earshot/alerts/desk"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/testkit/chromium"
	"github.com/earshot/earshot/match"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
)

// guideTown is what the pictures of the guide show in one language: testdata/guide/<lang>.json.
type guideTown struct {
	Bank, Official, Me, Colleague, View, Note, Reply string
	Places, Authors                                  []string // a forum, a review page, a channel, a news site
	Posts                                            []struct {
		Place, Kind, Author, Text string
		Minutes                   int // since it was published
		Stars                     float64
	}
}

// addresses are the sites of the places.
var addresses = []string{"https://forum.example/viewforum.php?f=3", "https://reviews.example/romashka", "https://t.me/town_online", "https://news.example/rss"}

// TestGuidePictures: the complaints of the guide's pictures are heard as complaints, by the
// matcher, the scorer and the planner as they are. With EARSHOT_PICTURES=DIR the inbox, a
// case, a report and the sources are pictured in DIR/<lang>, and DIR/inbox-phone.png; scripts/pictures.sh does so for the docs.
func TestGuidePictures(t *testing.T) {
	if testing.Short() {
		t.Skip("short: the whole scorer")
	}
	scorer, err := sentiment.New(sentiment.Options{})
	if err != nil {
		t.Fatal(err)
	}
	dir := os.Getenv("EARSHOT_PICTURES")
	for _, lang := range languages {
		t.Run(lang, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join("testdata", "guide", lang+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var town guideTown
			if err := json.Unmarshal(raw, &town); err != nil {
				t.Fatal(err)
			}
			w := newWorld(t)
			w.settle(town, lang)
			for i := range town.Posts {
				w.hear(town, i, scorer, lang)
			}
			last := w.ids[len(w.ids)-1]
			file, err := w.store.CaseFile(context.Background(), last)
			if err != nil {
				t.Fatal(err)
			}
			loud := w.inbox.opt.Texts.In(lang).Word("severity_title", file.Mention.Severity.String())
			if _, body := w.ask("GET", "/case/"+string(last), "me", nil); !strings.Contains(body, "· "+loud+" → #mentions") || !strings.Contains(body, "· "+town.Places[0]) {
				t.Errorf("the history does not say %q → #mentions, and where it was heard", loud)
			}
			if dir == "" {
				return
			}
			w.takePictures(town, lang, filepath.Join(dir, lang))
		})
	}
}

// settle makes the world the town's.
func (w *world) settle(town guideTown, lang string) {
	texts := w.inbox.opt.Texts
	me := Person{Person: mention.Person{ID: "web:me", Name: town.Me}, Lang: lang, Sources: true}
	w.inbox.opt.Who = func(*http.Request) (Person, bool) { return me, true }
	w.inbox.opt.Views = func() []View { return []View{{Name: town.View, Query: "kind=review"}} }
	w.inbox.opt.Places = func() Places { return Places{Watches: []string{town.Bank}, Sources: town.Places} }
	w.inbox.opt.Replies = func(mention.Mention, string) []string { return []string{town.Reply} }
	w.inbox.opt.Desk = desk.NewDesk(w.store, func(string) i18n.Lang { return texts.In(lang) }, func() time.Time { return time.Now().Add(-3 * time.Minute) }, func() { w.inbox.Changed() }) // they pressed a while ago
}

// hear has a complaint of the town take its way: matched, scored, planned, stored.
func (w *world) hear(town guideTown, i int, scorer *sentiment.Scorer, lang string) {
	w.t.Helper()
	said := town.Posts[i]
	names, err := match.NewLanguages()
	if err != nil {
		w.t.Fatal(err)
	}
	set, problems, err := names.Compile([]match.Watch{{Name: town.Bank, Terms: []match.Term{{Text: town.Bank}}}})
	if err != nil || len(problems) > 0 {
		w.t.Fatal(err, problems)
	}
	now := time.Now()
	post := mention.Post{Source: said.Place, Kind: mention.PostKind(said.Kind), ID: fmt.Sprint(i), Author: said.Author, Text: said.Text, Published: now.Add(-time.Duration(said.Minutes) * time.Minute)}
	for n, place := range town.Places {
		if place == said.Place {
			site, _ := url.Parse(addresses[n])
			post.URL = fmt.Sprintf("https://%s/p/%d", site.Host, 1200+i)
		}
	}
	if said.Stars > 0 {
		post.Rating = &mention.Rating{Value: said.Stars, Best: 5}
	}
	hits := set.Match(post.Title, post.Text)
	if len(hits) != 1 {
		w.t.Fatalf("%s is named %d times in %q", town.Bank, len(hits), said.Text)
	}
	heard := post.Published.Add(2 * time.Minute)
	m := mention.Mention{Watch: town.Bank, Post: post, Spans: hits[0].Spans, HeardAt: heard}
	in := sentiment.Input{Text: post.Text, Stars: post.Rating.Stars(), Kind: post.Kind}
	for _, s := range m.Spans { // in the text, without the line of the title
		in.Spans = append(in.Spans, mention.Span{Start: s.Start - 1, End: s.End - 1})
	}
	m.Score = scorer.Score(in)
	for j := range m.Score.Why {
		m.Score.Why[j].Start, m.Score.Why[j].End = m.Score.Why[j].Start+1, m.Score.Why[j].End+1
	}
	for j, f := range m.Score.Frames {
		if f.Text != "" {
			m.Score.Frames[j].Start, m.Score.Frames[j].End = f.Start+1, f.End+1
		}
	}
	if m.Score.Lang != lang || m.Score.Complaint < 0.5 {
		w.t.Errorf("%q is heard as %q, likely %.2f a complaint", said.Text, m.Score.Lang, m.Score.Complaint)
	}
	w.ingest(heard, m)
}

// sourcesOf are the town's sources: one that refuses, one gone quiet, and others.
func sourcesOf(town guideTown) []Source {
	now := time.Now()
	days := func(most int) (list []int) {
		for i := range 28 {
			list = append(list, (i*i*7+i)%(most+1))
		}
		return list
	}
	polled := func(name, kind string, ago, next time.Duration, most int) Source {
		return Source{Name: name, Kind: kind, State: "ok", LastPoll: now.Add(-ago), NextPoll: now.Add(next), LastNew: now.Add(-ago - 20*time.Minute), Days: days(most)}
	}
	refused := Source{Name: town.Places[1], Kind: "page", State: "blocked", Why: "blocked", Answer: 403, Error: "answer 403", Until: now.Add(20 * time.Hour), NextPoll: now.Add(20 * time.Hour),
		LastPoll: now.Add(-4 * time.Hour), LastNew: now.Add(-7 * time.Hour), Days: days(3)}
	quiet := Source{Name: town.Places[2], Kind: "telegram", State: "quiet", LastPoll: now.Add(-3 * time.Minute), NextPoll: now.Add(2 * time.Minute), LastNew: now.AddDate(0, 0, -3), Days: append(days(12)[:25], 0, 0, 0)}
	return []Source{polled(town.Places[0], "forum", 4*time.Minute, 6*time.Minute, 9), refused, quiet, polled(town.Places[3], "feed", 2*time.Minute, 8*time.Minute, 30), polled("App Store", "appstore", 40*time.Minute, 20*time.Minute, 2)}
}

// takePictures keeps what a browser shows of the town in a folder.
func (w *world) takePictures(town guideTown, lang, dir string) {
	t := w.t.(*testing.T)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	ctx := tab(t, chromium.Open(t, chromedp.Flag("lang", lang), chromedp.Env("LANGUAGE="+lang)), w, "me")
	call(t, ctx, emulation.SetLocaleOverride, emulation.SetLocaleOverrideParams{Locale: lang})
	colleague := mention.Person{ID: "slack:U2", Name: town.Colleague}
	if _, err := w.inbox.opt.Desk.Do(context.Background(), w.ids[1], mention.Action{Verb: mention.Claim, By: colleague}); err != nil {
		t.Fatal(err)
	}
	picture(t, ctx, w.addr+"/inbox", filepath.Join(dir, "inbox.png"))
	if lang == "en" {
		onPhone(t, ctx, w.addr+"/inbox", filepath.Join(filepath.Dir(dir), "inbox-phone.png"))
	}
	w.ask("POST", "/case/"+string(w.ids[3])+"/claim", "me", url.Values{})
	w.ask("POST", "/case/"+string(w.ids[3])+"/note", "me", url.Values{"text": {town.Note}})
	picture(t, ctx, w.addr+"/case/"+string(w.ids[3]), filepath.Join(dir, "case.png"))
	w.weeks(crowd{town.Bank, town.Places, town.Authors, []mention.Person{{ID: "web:me", Name: town.Me}, colleague}, town.Official, []string{lang, lang, lang, lang}})
	w.sources = sourcesOf(town)
	picture(t, ctx, w.addr+"/reports", filepath.Join(dir, "report.png"))
	picture(t, ctx, w.addr+"/sources", filepath.Join(dir, "sources.png"))
}

// picture keeps a page as high as it is, a report down to what people complain about.
func picture(t *testing.T, ctx context.Context, address, file string) {
	t.Helper()
	call(t, ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 960, Height: 600, DeviceScaleFactor: 1})
	do(t, ctx, chromedp.Navigate(address))
	high := eval[int64](t, ctx, `Math.ceil((document.getElementById("h-people")?.getBoundingClientRect().top ?? document.querySelector("main").lastElementChild.getBoundingClientRect().bottom + 12) + scrollY)`)
	out, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: ptr(true), Clip: &page.Viewport{Width: 960, Height: float64(high), Scale: 1}})
	if err == nil {
		err = os.WriteFile(file, out.Data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// onPhone keeps what a telephone shows of a page, in the dark.
func onPhone(t *testing.T, ctx context.Context, address, file string) {
	t.Helper()
	call(t, ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
	call(t, ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 390, Height: 844, DeviceScaleFactor: 2, Mobile: true})
	do(t, ctx, chromedp.Navigate(address))
	out, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{})
	if err == nil {
		err = os.WriteFile(file, out.Data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	call(t, ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
}

func ptr[T any](v T) *T { return &v }
