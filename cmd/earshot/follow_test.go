package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/fakeslack"
)

// board is a forum whose list shows only the three threads that were answered
// last.
type board struct {
	mu    sync.Mutex
	posts []boardPost
	next  int
	asked []string // addresses, in order
}

type boardPost struct {
	id, thread   int
	author, text string
	at           time.Time
}

// say puts a post into a thread.
func (b *board) say(thread int, author, text string, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	b.posts = append(b.posts, boardPost{b.next, thread, author, text, at})
}

// change edits, or with no words removes, the post that holds the text.
func (b *board) change(text, words string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.IndexFunc(b.posts, func(p boardPost) bool { return strings.Contains(p.text, text) })
	if words == "" {
		b.posts = slices.Delete(b.posts, i, i+1)
	} else {
		b.posts[i].text = words
	}
}

// sawThread says whether the thread was asked for since the n-th request.
func (b *board) sawThread(n, thread int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.posts {
		if p.thread == thread && slices.ContainsFunc(b.asked[n:], func(a string) bool {
			return strings.HasSuffix(a, fmt.Sprintf("p=%d", p.id)) || strings.HasSuffix(a, fmt.Sprintf("t=%d", thread))
		}) {
			return true
		}
	}
	return false
}

func (b *board) requests() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.asked)
}

// ServeHTTP implements http.Handler.
func (b *board) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked = append(b.asked, r.URL.String())
	var thread, post int
	fmt.Sscan(r.FormValue("t"), &thread)
	fmt.Sscan(r.FormValue("p"), &post)
	for _, p := range b.posts {
		if p.id == post {
			thread = p.thread
		}
	}
	page := b.list()
	if r.URL.Path == "/viewtopic.php" {
		page = b.topic(thread)
	}
	if r.URL.Path == "/robots.txt" || page == "" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<html><head><title>Board</title></head><body id="phpbb">%s<div class="copyright">Powered by phpBB</div></body></html>`, page)
}

func (b *board) list() string {
	var order []int
	for _, p := range slices.Backward(b.posts) {
		if !slices.Contains(order, p.thread) {
			order = append(order, p.thread)
		}
	}
	var s strings.Builder
	for _, t := range order[:min(3, len(order))] {
		n, last := 0, 0
		for _, p := range b.posts {
			if p.thread == t {
				n, last = n+1, p.id
			}
		}
		fmt.Fprintf(&s, `<li class="row"><a class="topictitle" href="./viewtopic.php?t=%d">Thread %d</a><dl><dd class="posts">%d</dd><dd class="lastpost"><a href="./viewtopic.php?p=%d#p%d">x</a></dd></dl></li>`, t, t, n-1, last, last)
	}
	return `<ul class="topiclist topics">` + s.String() + `</ul>`
}

func (b *board) topic(thread int) string {
	var s strings.Builder
	for _, p := range b.posts {
		if p.thread == thread {
			fmt.Fprintf(&s, `<div id="p%d" class="post"><div class="postbody"><h3><a href="./viewtopic.php?p=%d#p%d">Re: Thread</a></h3><p class="author">by <a class="username" href="#">%s</a> <time datetime="%s"></time></p><div class="content">%s</div></div></div>`,
				p.id, p.id, p.id, p.author, p.at.UTC().Format(time.RFC3339), p.text)
		}
	}
	if s.Len() == 0 {
		return ""
	}
	return fmt.Sprintf(`<h2 class="topic-title"><a href="./viewtopic.php?t=%d">Thread %d</a></h2>`, thread, thread) + s.String()
}

// TestFollowing: threads that fell off the list are still read. The answer of our
// own author is seen with its true time, an edit and a deletion too, and nothing
// old is told as new.
func TestFollowing(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	b := &board{}
	site := httptest.NewServer(b)
	t.Cleanup(site.Close)
	r := newRig(t, "")
	r.write(strings.Replace(r.watchlist(), "sources:\n", fmt.Sprintf("sources:\n  - {forum: %q, name: board, every: 1s}\n", site.URL+"/viewforum.php?f=2"), 1))
	now := time.Now().Truncate(time.Second)
	ago := func(minutes int) time.Time { return now.Add(-time.Duration(minutes) * time.Minute) }
	for thread := 10; thread <= 12; thread++ {
		b.say(thread, "starter", fmt.Sprintf("Which bank do you use, town %d?", thread), ago(300))
	}
	r.baselineOf(5)

	p := r.start("")
	b.say(10, "maria", "Third week and Romashka Bank has not returned my money, support ignores me. Aardvark.", ago(30))
	b.say(11, "tom", "Romashka Bank blocked my card without a word and nobody answers the phone. Bumblebee.", ago(29))
	b.say(12, "olga", "Romashka Bank charged me twice and refuses to refund. Chinchilla.", ago(28))
	for _, word := range []string{"Aardvark", "Bumblebee", "Chinchilla"} {
		r.until(p, time.Minute, "the alert "+word, func() bool { return r.count(word) == 1 })
	}
	// Ira says that she has answered; only the site can prove it.
	m := r.message("Aardvark")
	r.until(p, time.Minute, "Slack's socket", func() bool { return r.slack.Connections() > 0 })
	if _, err := r.slack.Press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "replied", User: "U0000IRA"}); err != nil {
		t.Fatalf("replied: %v\n%s", err, p.log)
	}
	r.until(p, time.Minute, "what Ira says", func() bool { return shownMessage{r.message("Aardvark")}.has("not seen on the site yet") })
	p.stop()

	// Much happens, and then busier threads push these off the list.
	b.say(10, "old hand", "Romashka Bank lost my documents, terrible service. Moved here from the old board. Dodo.", ago(200))
	b.say(10, "Romashka Support", "Dear Maria, we are sorry. The money is on its way.", ago(23))
	b.change("Bumblebee", "Romashka Bank blocked my card and then my account too, awful liars. Bumblebee.")
	b.say(11, "petro", "Same here: Romashka Bank blocked my card and support does not answer for a week. Elephant.", ago(5))
	b.say(12, "nick", "Strange.", ago(4))
	b.change("Chinchilla", "")
	for thread := 20; thread <= 22; thread++ {
		b.say(thread, "someone", fmt.Sprintf("The weather in part %d of the town.", thread), ago(1))
	}
	from := b.requests()
	p = r.start("")
	r.until(p, time.Minute, "the answer with its true time", func() bool {
		return shownMessage{r.message("Aardvark")}.has("answered publicly in 7 min")
	})
	r.until(p, time.Minute, "the edit", func() bool { return shownMessage{r.message("Bumblebee")}.has("awful liars") })
	r.until(p, time.Minute, "the new complaint in a followed thread", func() bool { return r.count("Elephant") == 1 })
	r.until(p, time.Minute, "the deletion", func() bool { return r.count("Chinchilla") == 0 })
	if n := r.count("Dodo"); n != 0 {
		t.Errorf("a post from before the complaint was told as new\n%s", r.texts())
	}
	p.stop()

	// A restart asks for the threads no sooner than was planned, and tells nothing again.
	before, from2 := r.texts(), b.requests()
	p = r.start("")
	r.until(p, time.Minute, "the board read again", func() bool { return b.requests() > from2 })
	time.Sleep(3 * time.Second)
	if after := r.texts(); after != before {
		t.Errorf("a restart changed what stands in Slack from\n%s\nto\n%s", before, after)
	}
	for thread := 10; thread <= 12; thread++ {
		if b.sawThread(from2, thread) {
			t.Errorf("thread %d was asked for again right after a restart", thread)
		}
	}
	if !b.sawThread(from, 10) {
		t.Error("the test is in vain: the thread was not followed")
	}
	p.stop()
	if v := r.slack.Violations(); len(v) > 0 {
		t.Errorf("Slack's rules were broken: %v", v)
	}
}
