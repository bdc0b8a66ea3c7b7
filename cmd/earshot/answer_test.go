package main

import (
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/fakeslack"
)

// blog is a WordPress as its REST interface shows it: who reads sees the comments, and whoever has the
// password writes some. It takes the same words under the same comment once.
type blog struct {
	*httptest.Server
	taken func(n int) // called when the n-th answer stands, before its sender is told

	mu       sync.Mutex
	comments []blogComment
	refused  int
}

type blogComment struct {
	ID      int               `json:"id"`
	Post    int               `json:"post"`
	Parent  int               `json:"parent"`
	Author  string            `json:"author_name"`
	At      string            `json:"date_gmt"`
	Content map[string]string `json:"content"`
	Link    string            `json:"link"`
	Status  string            `json:"status"`
	Type    string            `json:"type"`
}

func newBlog(t *testing.T) *blog {
	b := &blog{taken: func(int) {}}
	b.Server = httptest.NewServer(http.HandlerFunc(b.serve))
	t.Cleanup(b.Close)
	return b
}

const blogUser, blogPassword = "support", "abcd efgh ijkl mnop"

func (b *blog) serve(w http.ResponseWriter, r *http.Request) {
	route := strings.TrimPrefix(r.URL.Path, "/wp-json") + r.URL.Query().Get("rest_route")
	route = "/" + strings.TrimLeft(route, "/")
	user, password, _ := r.BasicAuth()
	switch {
	case r.Method == http.MethodPost && route == "/wp/v2/comments" && (user != blogUser || password != blogPassword):
		answerJSON(w, http.StatusUnauthorized, map[string]string{"code": "rest_comment_login_required", "message": "Sorry, you must be logged in to comment."})
	case r.Method == http.MethodPost && route == "/wp/v2/comments":
		b.take(w, r)
	case route == "/wp/v2/comments":
		b.mu.Lock()
		defer b.mu.Unlock()
		all := slices.Clone(b.comments)
		slices.Reverse(all)
		answerJSON(w, http.StatusOK, all)
	case strings.HasPrefix(route, "/wp/v2/comments/"):
		id, _ := strconv.Atoi(strings.TrimPrefix(route, "/wp/v2/comments/"))
		b.mu.Lock()
		defer b.mu.Unlock()
		if id < 1 || id > len(b.comments) {
			answerJSON(w, http.StatusNotFound, map[string]string{"code": "rest_comment_invalid_id"})
			return
		}
		answerJSON(w, http.StatusOK, b.comments[id-1])
	default:
		http.NotFound(w, r)
	}
}

func answerJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (b *blog) take(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Post, Parent int
		Content      string
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		answerJSON(w, http.StatusBadRequest, map[string]string{"message": err.Error()})
		return
	}
	said, known := b.add(blogComment{Post: in.Post, Parent: in.Parent, Author: "Romashka Support"}, in.Content)
	if known {
		answerJSON(w, http.StatusConflict, map[string]string{"code": "comment_duplicate", "message": "Duplicate comment detected."})
		return
	}
	b.taken(len(b.answers()))
	answerJSON(w, http.StatusCreated, said)
}

// add lets a comment stand; known says that it stands already. content is HTML.
func (b *blog) add(c blogComment, content string) (said blogComment, known bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	rendered := "<p>" + content + "</p>\n"
	for _, have := range b.comments {
		if have.Author == c.Author && have.Parent == c.Parent && have.Content["rendered"] == rendered {
			b.refused++
			return have, true
		}
	}
	c.ID, c.Type, c.Status, c.At = len(b.comments)+1, "comment", "approved", time.Now().UTC().Format("2006-01-02T15:04:05")
	c.Link, c.Content = fmt.Sprintf("%s/about-the-bank/#comment-%d", b.URL, c.ID), map[string]string{"rendered": rendered}
	b.comments = append(b.comments, c)
	return c, false
}

// answers are what the company wrote, as people read it.
func (b *blog) answers() (list []blogComment) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.comments {
		if c.Author == "Romashka Support" {
			list = append(list, c)
		}
	}
	return list
}

func (b *blog) repeats() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.refused
}

var caseLink = regexp.MustCompile(`href="/case/([0-9a-zA-Z_-]+)`)

// TestAnswerReachesTheSite: an answer that a person writes in the inbox stands on the blog once, though
// the power goes between the moment the blog took it and the moment it said so; and the case ends
// when a poll sees it there.
func TestAnswerReachesTheSite(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: a call that nobody closed is in doubt for 45 s")
	}
	t.Parallel()
	b, r, p := complaintOnBlog(t)
	browser, base := r.signIn(p)
	id := caseLink.FindStringSubmatch(getBy(t, browser, base+"/"))
	if id == nil {
		t.Fatal("the inbox shows no case")
	}
	at := base + "/case/" + id[1]
	if page := getBy(t, browser, at); !strings.Contains(page, "/reply\"") || !strings.Contains(page, blogUser) {
		t.Fatalf("the page has no form for the answer:\n%s", page)
	}
	b.taken = func(n int) {
		if n == 1 {
			p.kill()
		}
	}
	const words = "Olena, we are <b>sorry</b> & 🙏: the second charge was returned today."
	form := url.Values{"nth": {"1"}, "account": {blogUser}, "text": {words}}
	resp, err := browser.Post(at+"/reply", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	if err == nil { // it may be gone before it answered
		resp.Body.Close()
		if resp.StatusCode >= http.StatusBadRequest {
			t.Fatalf("the answer is refused: %s", resp.Status)
		}
	}
	p.killed(time.Minute)
	p = r.start("")
	r.until(p, 3*time.Minute, "the answer is seen", func() bool { return r.count("✓ Romashka Support answered publicly") == 1 })
	got := b.answers()
	if len(got) != 1 || got[0].Parent != 2 || got[0].Post != 5 || html.UnescapeString(got[0].Content["rendered"]) != "<p>"+words+"</p>\n" {
		t.Errorf("on the blog stands %+v", got)
	}
	browser, base = r.signIn(p)
	at = base + "/case/" + id[1]
	r.until(p, 2*time.Minute, "what the poll saw ends the call that nobody closed", func() bool { return strings.Contains(getBy(t, browser, at), "the site took it") })
	if got := b.answers(); len(got) != 1 || b.repeats() != 0 {
		t.Errorf("asked %d times more, though it was seen; on the blog stand %d answers", b.repeats(), len(got))
	}
	if !strings.Contains(getBy(t, browser, at), html.EscapeString("<b>sorry</b>")) {
		t.Error("the page of the case lacks the answer's words")
	}
	if strings.Contains(p.log.String(), blogPassword) {
		t.Error("the log tells the password")
	}
	p.stop()
}

// complaintOnBlog starts earshot beside a blog that it answers, and waits until a complaint there
// stands in Slack.
func complaintOnBlog(t *testing.T) (*blog, *rig, *process) {
	t.Helper()
	b := newBlog(t)
	b.add(blogComment{Post: 5, Author: "old"}, "Romashka Bank opens early. Nice.")
	r := newRig(t, "")
	r.write(strings.NewReplacer(
		"127.0.0.1:0", freeAddress(t),
		"sources:\n", fmt.Sprintf("sources:\n  - {wordpress: %q, name: blog, every: 1s, reply: {as: %s, key: %q}}\n", b.URL+"/", blogUser, blogPassword),
	).Replace(r.watchlist()))
	p := r.start("")
	r.until(p, time.Minute, "the baseline", func() bool { return strings.Count(p.log.String(), "msg=posts ") >= 5 })
	b.add(blogComment{Post: 5, Author: "Олена К."}, "Romashka Bank charged me twice for one transfer and refuses to refund. Third week of silence.")
	r.until(p, time.Minute, "the complaint", func() bool { return r.count("Third week of silence") == 1 })
	return b, r, p
}

// TestAnswerAtTheStop: an answer that is on its way when earshot is told to stop is waited for, and those
// who run earshot give it the time: else people are asked whether it arrived.
func TestAnswerAtTheStop(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: the site answers after 20 s")
	}
	t.Parallel()
	b, r, p := complaintOnBlog(t)
	under := make(chan struct{})
	b.taken = func(int) { close(under); time.Sleep(20 * time.Second) }
	browser, base := r.signIn(p)
	id := caseLink.FindStringSubmatch(getBy(t, browser, base+"/"))
	if id == nil {
		t.Fatal("the inbox shows no case")
	}
	form := url.Values{"nth": {"1"}, "account": {blogUser}, "text": {"Olena, it was returned today."}}
	resp, err := browser.Post(base+"/case/"+id[1]+"/reply", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	select {
	case <-under:
	case <-time.After(time.Minute):
		t.Fatalf("the site was not called\n%s", p.log)
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	shortest := slices.Min(slices.Collect(maps.Values(graces(t))))
	select {
	case <-p.exited:
	case <-time.After(shortest):
		p.kill()
	}
	if !strings.Contains(p.log.String(), "outcome=sent") {
		t.Errorf("killed %s after SIGTERM, and nobody knows that the site took the answer:\n%s", shortest, p.log)
	}
}

// TestAnswerFromSlackReachesTheSite: the same from the button under the message in Slack: what the
// second window showed stands on the blog once, and the message says so when a poll sees it.
func TestAnswerFromSlackReachesTheSite(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	b, r, p := complaintOnBlog(t)
	var alert fakeslack.Message
	for _, m := range r.slack.Messages("#mentions") {
		if strings.Contains(m.Text, "Third week of silence") {
			alert = m
		}
	}
	if _, err := r.slack.Press(fakeslack.Click{Channel: alert.Channel, TS: alert.TS, Action: "answer", User: "U0000IRA"}); err != nil {
		t.Fatal(err)
	}
	r.until(p, time.Minute, "the window", func() bool { return len(r.slack.Views()) == 1 })
	window := r.slack.Views()[0]
	if !strings.Contains(string(window), "as "+blogUser) {
		t.Errorf("the window is %s", window)
	}
	const words = "Olena, we are <b>sorry</b> & 🙏: the second charge was returned today."
	for _, action := range []string{"update", ""} {
		out, err := r.slack.SubmitView(window, "U0000IRA", map[string]map[string]any{"answer": {"answer": map[string]any{"value": words}}})
		if err != nil || out.Action != action {
			t.Fatalf("%q %v (%v), want %q", out.Action, out.Errors, err, action)
		}
		window = out.View
	}
	r.until(p, time.Minute, "the answer is seen", func() bool { return r.count("✓ Romashka Support answered publicly") == 1 })
	if got := b.answers(); len(got) != 1 || got[0].Parent != 2 || html.UnescapeString(got[0].Content["rendered"]) != "<p>"+words+"</p>\n" {
		t.Errorf("on the blog stands %+v", got)
	}
	r.until(p, time.Minute, "the message says it", func() bool {
		now, _ := r.slack.Message(alert.Channel, alert.TS)
		return strings.Contains(string(now.Blocks), "✓") && strings.Contains(string(now.Blocks), "answered publicly in")
	})
	p.stop()
	out, err := exec.Command(binary(t), "report", "-c", r.path(), "--json").Output()
	if want := `"answers_sent":[{"network":"wordpress","sent":1,"reached":1,"seen":1,"refused":0,"unknown":0,"under_way":0,"send_to_seen":{"median_ns":`; err != nil || !strings.Contains(string(out), want) {
		t.Errorf("the report (%v) lacks %s:\n%s", err, want, out)
	}
}

// signIn takes a link of earshot login and returns the browser that it signed in, and where.
func (r *rig) signIn(p *process) (browser *http.Client, base string) {
	r.t.Helper()
	r.until(p, time.Minute, "the start", func() bool { return strings.Contains(p.log.String(), "watchlist in use") })
	out, err := exec.Command(binary(r.t), "login", "-c", r.path()).Output()
	link := strings.TrimSpace(string(out))
	if err != nil {
		r.t.Fatalf("login prints %q (%v)", out, err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	browser = &http.Client{Jar: jar, Timeout: time.Minute}
	r.t.Cleanup(browser.CloseIdleConnections)
	getBy(r.t, browser, link)
	u, err := url.Parse(link)
	if err != nil {
		r.t.Fatal(err)
	}
	return browser, u.Scheme + "://" + u.Host
}
