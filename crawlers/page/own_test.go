package page_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// below is a review with what stands below it.
type below struct {
	n       int
	answers string
}

// pageOf is a page of reviews, each with its answer.
func pageOf(reviews ...below) string {
	var b strings.Builder
	for _, r := range reviews {
		fmt.Fprintf(&b, `<div class=r><b>Guest %d</b><a class=l href=/r/%d>x</a><time datetime=2026-11-%02dT10:00Z></time><p>They keep the money of order %d for three weeks, nobody answers.</p>%s</div>`, r.n, r.n, r.n, r.n, r.answers)
	}
	return "<html><body>" + b.String() + "</body></html>"
}

const (
	list     = "https://r.example/list"
	named    = "page: https://r.example/list\nselect: {item: .r, author: b, link: a.l, time: time, text: p, own: .house}"
	byMarks  = "page: https://r.example/list\nselect: {item: .r, author: b, link: a.l, time: time, text: p}"
	sorry    = "Dear guest, your money is on its way since today."
	house    = `<div class=house>` + sorry + `</div>`
	box      = `<div class=house>The shop usually reacts within a day.</div>`
	marked   = `<div class="owner-reply">` + sorry + `</div>`
	business = `<div class="owner-reply"><span>Answer in the name of the business</span></div>`
)

// answersOf says what is told of answers: "/r/8 own: words".
func answersOf(posts []mention.Post) (said []string) {
	for _, p := range posts {
		how := "own"
		if p.SeemsOwn {
			how = "seems"
		}
		switch {
		case !p.OwnersAnswer():
			continue
		case p.Deleted:
			how = "gone"
		}
		said = append(said, strings.TrimSuffix(strings.TrimPrefix(p.ID, "https://r.example"), "#answer")+" "+how+": "+p.Text)
	}
	return said
}

// TestAnswersThatCome: what is told of the answers below reviews, look after look. Each look is of another crawler, as
// after a restart.
func TestAnswersThatCome(t *testing.T) {
	two := func(answers string) string { return pageOf(below{9, answers}, below{8, ""}) }
	for name, test := range map[string]struct {
		block string
		looks []string
		want  [][]string
	}{
		"named, and told once": {named, []string{two(""), two(house), two(house), two(strings.Replace(house, "since today", "since 2 days", 1))},
			[][]string{nil, {"/r/9 own: " + sorry}, nil, {"/r/9 seems: Dear guest, your money is on its way since 2 days."}}},
		"numbers that count are no other words": {named, []string{two(""), two(strings.Replace(house, "since today", "for 2 days", 1)), two(strings.Replace(house, "since today", "for 3 days", 1))},
			[][]string{nil, {"/r/9 own: Dear guest, your money is on its way for 2 days."}, nil}},
		"by the page's marks alone": {byMarks, []string{two(""), two(marked), two(marked)}, [][]string{nil, {"/r/9 seems: " + sorry}, nil}},
		"below a review that is new": {named, []string{two(""), pageOf(below{10, house}, below{9, ""}, below{8, ""}), pageOf(below{10, house}, below{9, ""}, below{8, ""})},
			[][]string{nil, {"/r/10 seems: " + sorry}, nil}},
		"with its date below a review that is new": {named, []string{two(""), pageOf(below{10, `<div class=house>` + sorry + `<time datetime="2026-11-21T10:00Z"></time></div>`}, below{9, ""}, below{8, ""})},
			[][]string{nil, {"/r/10 own: " + sorry}}},
		"a line that there is none becomes an answer":  {named, []string{two(`<div class=house>The shop has not answered yet</div>`), two(house)}, [][]string{nil, {"/r/9 own: " + sorry}}},
		"a part of the page":                           {byMarks, []string{two(""), pageOf(below{9, business}, below{8, business}), pageOf(below{10, business}, below{9, business}, below{8, business})}, [][]string{nil, nil, nil}},
		"a part of the page where nothing is answered": {byMarks, []string{two(""), pageOf(below{9, marked}, below{8, business}, below{7, business})}, [][]string{nil, {"/r/9 seems: " + sorry}}},
		"named, and a part of the page":                {named, []string{two(""), pageOf(below{9, house}, below{8, house})}, [][]string{nil, nil}},
		"the same words to two of three":               {named, []string{pageOf(below{9, ""}, below{8, ""}, below{7, ""}), pageOf(below{9, house}, below{8, house}, below{7, ""})}, [][]string{nil, {"/r/9 seems: " + sorry, "/r/8 seems: " + sorry}}},
		"the same words to one more":                   {named, []string{pageOf(below{9, ""}, below{8, ""}), pageOf(below{9, house}, below{8, ""}), pageOf(below{9, house}, below{8, house}), pageOf(below{9, house}, below{8, house})}, [][]string{nil, {"/r/9 own: " + sorry}, nil, nil}},
		"taken off, and back":                          {named, []string{two(""), two(house), two(""), two(""), two(""), two(house)}, [][]string{nil, {"/r/9 own: " + sorry}, nil, {"/r/9 gone: "}, nil, {"/r/9 own: " + sorry}}},
		"not there at one look":                        {named, []string{two(""), two(house), two(""), two(house), two("")}, [][]string{nil, {"/r/9 own: " + sorry}, nil, nil, nil}},
		"all of several missed: another layout": {named, []string{pageOf(below{9, ""}, below{8, ""}, below{7, ""}), pageOf(below{9, house}, below{8, strings.Replace(house, "Dear", "Poor", 1)}, below{7, ""}), pageOf(below{9, ""}, below{8, ""}, below{7, ""}), pageOf(below{9, ""}, below{8, ""}, below{7, ""})},
			[][]string{nil, {"/r/9 own: " + sorry, "/r/8 own: Poor guest, your money is on its way since today."}, nil, nil}},
		"below a review that has gone off the page":   {named, []string{two(house), pageOf(below{11, ""}, below{10, ""}, below{8, ""}), pageOf(below{11, ""}, below{10, ""}, below{8, ""})}, [][]string{{"/r/9 seems: " + sorry}, nil, nil}},
		"where nothing of the page is known any more": {named, []string{two(""), pageOf(below{19, house}, below{18, ""}), pageOf(below{19, house}, below{18, ""})}, [][]string{nil, nil, {"/r/19 seems: " + sorry}}},
		"a box that neighbours lose":                  {named, []string{pageOf(below{9, box}, below{8, box}), pageOf(below{9, box}, below{8, house}), pageOf(below{9, box}, below{8, house})}, [][]string{nil, {"/r/8 own: " + sorry}, nil}},
		"words that change where people were asked": {named, []string{two(""), pageOf(below{10, house}, below{9, ""}, below{8, ""}), pageOf(below{10, strings.Replace(house, "today", "yesterday", 1)}, below{9, ""}, below{8, ""})},
			[][]string{nil, {"/r/10 seems: " + sorry}, {"/r/10 seems: Dear guest, your money is on its way since yesterday."}}},
		"hidden by another layout, and one that is new": {named, []string{pageOf(below{9, ""}, below{8, ""}, below{7, ""}), pageOf(below{9, house}, below{8, strings.Replace(house, "Dear", "Poor", 1)}, below{7, ""}),
			pageOf(below{9, ""}, below{8, ""}, below{7, ""}), pageOf(below{9, ""}, below{8, ""}, below{7, box}), pageOf(below{9, ""}, below{8, ""}, below{7, box})},
			[][]string{nil, {"/r/9 own: " + sorry, "/r/8 own: Poor guest, your money is on its way since today."}, nil, {"/r/7 own: The shop usually reacts within a day."}, nil}},
		"of a page that broke off": {named, []string{two(""), strings.TrimSuffix(pageOf(below{9, house}, below{8, ""}, below{7, ""}), "</p></div></body></html>")}, [][]string{nil, nil}},
	} {
		t.Run(name, func(t *testing.T) {
			var at crawlers.Cursor
			var got [][]string
			for _, body := range test.looks {
				batch := rig.Poll(t, rig.Crawler(t, test.block, &rig.Pages{Bodies: map[string]string{list: body}}), at)
				rig.CheckPosts(t, batch.Posts)
				at = batch.Next
				got = append(got, answersOf(batch.Posts))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAnswersByAnotherSelector: where answers are looked for elsewhere, those that stood there are not gone.
func TestAnswersByAnotherSelector(t *testing.T) {
	body := pageOf(below{9, house}, below{8, ""})
	site := &rig.Pages{Bodies: map[string]string{list: pageOf(below{9, ""}, below{8, ""})}}
	at := rig.Poll(t, rig.Crawler(t, named, site), "").Next
	site.Bodies[list] = body
	first := rig.Poll(t, rig.Crawler(t, named, site), at)
	at = first.Next
	other := strings.Replace(named, ".house", ".elsewhere", 1)
	var later []string
	for range 3 {
		batch := rig.Poll(t, rig.Crawler(t, other, site), at)
		at = batch.Next
		later = append(later, answersOf(batch.Posts)...)
	}
	if len(answersOf(first.Posts)) != 1 || len(later) != 0 {
		t.Errorf("told %q, then %q", answersOf(first.Posts), later)
	}
}

// TestAnswersAfterAnUpgrade: what an earlier version cut out of reviews and forgot stands there since, and is no question.
// The page is read for that though it stayed as it is, and what comes afterwards is one.
func TestAnswersAfterAnUpgrade(t *testing.T) {
	body := pageOf(below{9, marked}, below{8, ""})
	var asked []fetch.Validators
	site := rig.Fetcher(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
		asked = append(asked, r.Validators)
		return &fetch.Response{URL: r.URL, Status: 200, Body: []byte(body), Validators: fetch.Validators{ETag: `"1"`}}, nil
	})
	first := rig.Poll(t, rig.Crawler(t, byMarks, site), "")
	before, rest, ok := strings.Cut(string(first.Next), `,"answers":{`)
	_, after, _ := strings.Cut(rest, "}")
	if !ok {
		t.Fatalf("the cursor is %s", first.Next)
	}
	upgraded := rig.Poll(t, rig.Crawler(t, byMarks, site), crawlers.Cursor(before+after))
	if got := answersOf(upgraded.Posts); len(got) != 1 || len(upgraded.Past) != 1 || upgraded.Past[0] != upgraded.Posts[0].ID {
		t.Errorf("%q, of the past %q", got, upgraded.Past)
	}
	body = pageOf(below{9, marked}, below{8, strings.Replace(marked, "Dear", "Poor", 1)})
	next := rig.Poll(t, rig.Crawler(t, byMarks, site), upgraded.Next)
	if got := answersOf(next.Posts); len(got) != 1 || !strings.HasPrefix(got[0], "/r/8 seems: Poor") || len(next.Past) != 0 {
		t.Errorf("%q, of the past %q", got, next.Past)
	}
	if len(asked) != 3 || asked[1].ETag != "" || asked[2].ETag == "" {
		t.Errorf("asked with %+v", asked)
	}
}

// TestAnswersOnTheReviewsOwnPage: a review that slid off the list is looked at where it stands alone, and only there, and
// only where answers are to be seen.
func TestAnswersOnTheReviewsOwnPage(t *testing.T) {
	site := &rig.Pages{Bodies: map[string]string{list: pageOf(below{9, ""}, below{8, marked}), "https://r.example/r/9": pageOf(below{9, ""})}}
	follow := func(c crawlers.Crawler, post mention.Post, at crawlers.Cursor) crawlers.Batch {
		t.Helper()
		site.Asked = nil
		batch, err := c.(crawlers.Threader).Thread(t.Context(), post, at)
		if err != nil {
			t.Fatal(err)
		}
		rig.CheckPosts(t, batch.Posts)
		return batch
	}
	c := rig.Crawler(t, byMarks, site)
	var review mention.Post
	for _, p := range rig.Poll(t, c, "").Posts {
		if p.ID == "https://r.example/r/9" {
			review = p
		}
	}
	shown := follow(c, review, "")
	if len(site.Asked) != 0 || !shown.Unchanged || shown.Next == "" {
		t.Errorf("a review that the list shows is asked for: %q, %+v", site.Asked, shown)
	}
	site.Bodies[list] = pageOf(below{11, ""}, below{8, marked})
	rig.Poll(t, c, "")
	one := follow(c, review, shown.Next)
	site.Bodies["https://r.example/r/9"] = pageOf(below{9, marked})
	two := follow(c, review, one.Next)
	again := follow(c, review, two.Next)
	site.Bodies["https://r.example/r/9"] = pageOf(below{9, ""})
	miss := follow(c, review, again.Next)
	gone := follow(c, review, miss.Next)
	got := [][]string{answersOf(one.Posts), answersOf(two.Posts), answersOf(again.Posts), answersOf(miss.Posts), answersOf(gone.Posts)}
	if diff := cmp.Diff([][]string{nil, {"/r/9 seems: " + sorry}, nil, nil, {"/r/9 gone: "}}, got); diff != "" {
		t.Error(diff)
	}
	old := review
	old.FetchedAt = rig.Now.Add(-48 * time.Hour)
	site.Bodies["https://r.example/r/9"] = pageOf(below{9, marked})
	if batch := follow(c, old, ""); len(batch.Posts) != 0 || len(site.Asked) != 1 {
		t.Errorf("of a review that was told long ago: %q", answersOf(batch.Posts))
	}
	site.Bodies["https://r.example/r/9"] = pageOf(below{7, marked})
	if batch := follow(c, review, ""); len(batch.Posts) != 0 {
		t.Errorf("of another review: %q", answersOf(batch.Posts))
	}
	for name, change := range map[string]func(p *mention.Post){
		"the list itself": func(p *mention.Post) { p.URL = list + "#r9" },
		"another host":    func(p *mention.Post) { p.URL = "https://other.example/r/9" },
		"no review":       func(p *mention.Post) { p.Kind = mention.Social },
		"none":            func(p *mention.Post) { p.URL = "" },
	} {
		post := review
		change(&post)
		if batch := follow(c, post, ""); len(site.Asked) != 0 || batch.Next != "" || !batch.Unchanged {
			t.Errorf("%s: asked %q, %+v", name, site.Asked, batch)
		}
	}
	if batch := follow(rig.Crawler(t, byMarks, site), review, ""); len(site.Asked) != 0 || batch.Next == "" {
		t.Errorf("where no answer was seen yet: asked %q, %+v", site.Asked, batch)
	}
	if follow(rig.Crawler(t, named, site), review, ""); len(site.Asked) != 1 {
		t.Errorf("where a selector says where they are: asked %q", site.Asked)
	}
}
