package main

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/fakeslack"
)

// shop is a site of reviews: its list shows the newest three, and each has a page of its own. What the company answers
// stands below a review.
type shop struct {
	*httptest.Server

	mu      sync.Mutex
	reviews []shopReview // the newest first
	asked   []string
}

type shopReview struct {
	n            int
	text, answer string
}

func newShop(t *testing.T) *shop {
	s := &shop{}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *shop) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, r.URL.Path)
	shown := s.reviews[:min(3, len(s.reviews))]
	if n := 0; r.URL.Path != "/list" {
		fmt.Sscanf(r.URL.Path, "/review/%d", &n)
		shown = slices.DeleteFunc(slices.Clone(s.reviews), func(one shopReview) bool { return one.n != n })
	}
	if len(shown) == 0 {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, "<html><body><h1>Romashka Bank</h1>")
	for _, one := range shown {
		at := time.Now().Add(-time.Duration(100-one.n) * time.Minute)
		fmt.Fprintf(w, `<div class="r"><b>guest %d</b><a class="l" href="/review/%d">x</a><time datetime="%s"></time><p>%s</p>%s</div>`, one.n, one.n, at.UTC().Format("2006-01-02T15:04Z"), one.text, one.answer)
	}
	fmt.Fprint(w, "</body></html>")
}

// say puts a review on top, answer what stands below one.
func (s *shop) say(n int, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reviews = append([]shopReview{{n: n, text: text}}, s.reviews...)
}

func (s *shop) answer(n int, answer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.reviews {
		if s.reviews[i].n == n {
			s.reviews[i].answer = answer
		}
	}
}

// polls waits until the list was read so often from now on.
func (s *shop) polls(r *rig, p *process, times int) {
	r.t.Helper()
	count := func() (n int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, at := range s.asked {
			if at == "/list" {
				n++
			}
		}
		return n
	}
	from := count()
	r.until(p, time.Minute, "polls of the shop", func() bool { return count() >= from+times })
}

// shopRig is a rig whose watchlist has the shop, read so.
func shopRig(t *testing.T, s *shop, sel string) *rig {
	r := newRig(t, "")
	source := fmt.Sprintf("sources:\n  - {page: %q, name: shop, every: 1s, watch: Romashka Bank, select: {item: .r, author: b, link: a.l, time: time, text: p%s}}\n", s.URL+"/list", sel)
	r.write(strings.Replace(r.watchlist(), "sources:\n", source, 1) + "deadlines: {claim: 6s, reply: 1h}\n")
	return r
}

// complainedOf is a running earshot that told of two complaints at the shop, Aardvark's and Bumblebee's.
func complainedOf(t *testing.T, sel string) (*shop, *rig, *process) {
	s := newShop(t)
	s.say(1, "A branch in the old town.")
	r := shopRig(t, s, sel)
	r.baselineOf(5)
	p := r.start("")
	s.say(2, "Third week and Romashka Bank has not returned my money, support ignores me. Aardvark.")
	s.say(3, "Romashka Bank blocked my card without a word and nobody answers the phone. Bumblebee.")
	r.until(p, time.Minute, "the alerts", func() bool { return r.count("Aardvark") == 1 && r.count("Bumblebee") == 1 })
	return s, r, p
}

const question = "what looks like your answer"

// TestAnswersInTheSitesConsole: staff answer in the console of a review site. Where the watchlist says what an answer is the
// complaint is answered and nobody is nudged; taken off again it is open. A kill in the middle and a restart tell nothing twice.
func TestAnswersInTheSitesConsole(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	s, r, p := complainedOf(t, ", own: .house")
	s.answer(2, `<div class="house"><form><textarea>Write the answer of the business here</textarea><button>Answer as the business</button></form></div>`)
	s.answer(3, `<div class="house">The bank has not answered this review yet</div>`)
	s.polls(r, p, 3)
	p.stop()

	s.answer(2, `<div class="house">Dear guest, we are sorry. The money is on its way to you.</div>`)
	p = r.start("committed")
	p.killed(time.Minute)
	p = r.start("")
	answered := func() bool { return shownMessage{r.message("Aardvark")}.has("answered publicly") }
	r.until(p, time.Minute, "the answer", answered)
	r.until(p, time.Minute, "the nudge for the other", func() bool { return r.count("Nobody has taken") == 1 })
	time.Sleep(8 * time.Second) // longer than the deadline
	if n := r.count("Nobody has taken"); n != 1 || (shownMessage{r.message("Bumblebee")}).has("answered publicly") {
		t.Errorf("%d nudges, want that of Bumblebee alone\n%s", n, r.texts())
	}
	if n := r.count("Dear guest, we are sorry"); n != 1 {
		t.Errorf("the answer is told %d times\n%s", n, r.texts())
	}
	p.stop()
	before := r.texts()
	p = r.start("")
	s.polls(r, p, 3)
	if after := r.texts(); after != before {
		t.Errorf("a restart changed what stands in Slack from\n%s\nto\n%s", before, after)
	}
	s.answer(2, "")
	r.until(p, time.Minute, "that the answer is gone", func() bool { return r.count("is gone from the site") == 1 })
	r.until(p, time.Minute, "the open complaint", func() bool { return !answered() })
	p.stop()
	if v := r.slack.Violations(); len(v) > 0 {
		t.Errorf("Slack's rules were broken: %v", v)
	}
}

// TestAnswersThatOnlyLookSo: where nothing but the marks of the page say so, the thread asks once, also of a review that
// the list does not show any more; what stood there when an earlier version cut it out of the words is no question.
func TestAnswersThatOnlyLookSo(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	s, r, p := complainedOf(t, "")
	p.stop()

	s.answer(2, `<div class="owner-reply">Dear guest, we answered you last year already.</div>`)
	db, err := sql.Open("sqlite", "file:"+filepath.Join(r.dir, "e.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`UPDATE sources SET cursor = json_remove(cursor, '$.answers') WHERE name = 'shop'`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	p = r.start("")
	s.polls(r, p, 3)
	if n := r.count(question); n != 0 {
		t.Errorf("%d questions after the upgrade\n%s", n, r.texts())
	}

	s.answer(3, `<div class="owner-reply">Dear guest, your card works again, please look.</div>`)
	r.until(p, time.Minute, "the question", func() bool { return r.count(question) == 1 })
	r.until(p, time.Minute, "its words", func() bool { return r.count("your card works again") == 1 })
	if (shownMessage{r.message("Bumblebee")}).has("answered publicly") {
		t.Error("the complaint is taken for answered")
	}
	s.say(4, "Romashka Bank charged me twice and refuses to refund. Chinchilla.")
	r.until(p, time.Minute, "the third alert", func() bool { return r.count("Chinchilla") == 1 })
	p.stop()

	// It slides off the list, and is answered then.
	for n := range 3 {
		s.say(5+n, fmt.Sprintf("The weather in part %d of the town.", n))
	}
	s.answer(7, `<div class="owner-reply">Thank you for your words about the weather.</div>`)
	s.answer(4, `<div class="owner-reply">Dear guest, the second charge was taken back.</div>`)
	p = r.start("")
	r.until(p, time.Minute, "the question about what slid off", func() bool { return r.count("the second charge was taken back") == 1 })
	r.until(p, time.Minute, "Slack's socket", func() bool { return r.slack.Connections() > 0 })
	m := r.message("Bumblebee")
	if _, err := r.slack.Press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "replied", User: "U0000IRA"}); err != nil {
		t.Fatalf("replied: %v\n%s", err, p.log)
	}
	s.polls(r, p, 3)
	p.stop()
	p = r.start("")
	s.polls(r, p, 3)
	if n := r.count(question); n != 2 {
		t.Errorf("%d questions, want one for each of two\n%s", n, r.texts())
	}
	p.stop()
}
