package crawlers

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/access"
	"github.com/earshot/earshot/internal/fetch"
)

func TestExplain(t *testing.T) {
	status := &fetch.StatusError{Status: 404, URL: "https://a.example/r"}
	for want, err := range map[string]error{
		"https://a.example/r: there is no such page (404 not found); check the address":              fmt.Errorf("page: %w", status),
		"older posts: https://a.example/r: there is no such page (404 not found); check the address": fmt.Errorf("forum: page: older posts: %w", status),
		"the feed is cut off": errors.New("feed: the feed is cut off"),
		"webpage: no":         errors.New("webpage: no"),
		// Of several values that failed each is said, in one line, and what is the same once.
		"country ua: https://a.example/r: there is no such page (404 not found); check the address; country bg: https://b.example/r: there is no such page (404 not found); check the address": fmt.Errorf("json: %w",
			errors.Join(fmt.Errorf("country ua: %w", status), fmt.Errorf("country bg: %w", &fetch.StatusError{Status: 404, URL: "https://b.example/r"}))),
		"older posts: https://a.example/r: there is no such page (404 not found); check the address; more": fmt.Errorf("older posts: %w; more", errors.Join(status, errors.Join(status))),
	} {
		if got := Explain(err); got != want {
			t.Errorf("%v:\n got %q\nwant %q", err, got, want)
		}
	}
}

// TestExplainAt: a source that is called by its address hears it once; what leads elsewhere is named.
func TestExplainAt(t *testing.T) {
	const gone = "there is no such page (404 not found); check the address"
	at := func(address string) error {
		return fmt.Errorf("feed: %w", &fetch.StatusError{Status: 404, URL: fetch.SafeURL(address)})
	}
	for _, c := range []struct {
		source string
		err    error
		want   string
	}{
		{"https://a.example/r", at("https://a.example/r"), gone},
		{"https://a.example/r?f=3#x", at("https://a.example/r?f=3"), gone},
		{"HTTPS://a.example/отзиви", at("https://a.example/отзиви"), gone},
		{"https://a.example", at("https://a.example/posts.json"), "https://a.example/posts.json: " + gone},
		{"our forum", at("https://a.example/r"), "https://a.example/r: " + gone},
		{"https://a.example/r", errors.New("feed: the feed is cut off"), "the feed is cut off"},
		{"", at("https://a.example/r"), "https://a.example/r: " + gone},
	} {
		if got := ExplainAt(c.source, c.err); got != c.want {
			t.Errorf("%q: %q, want %q", c.source, got, c.want)
		}
	}
}

// TestReasonOfAnAnswerThatIsCutOff: it has a word of the catalogue, whoever wraps it, and in
// English says what is broken in it.
func TestReasonOfAnAnswerThatIsCutOff(t *testing.T) {
	err := fmt.Errorf("feed: https://a.example/rss: %w", Garbled(fmt.Errorf("the feed cannot be read: %w", errors.New("unexpected EOF"))))
	if word, _ := Reason(err); word != "garbled" {
		t.Errorf("a feed that is cut off is %q", word)
	}
	if got := Explain(err); got != "https://a.example/rss: the feed cannot be read: unexpected EOF" {
		t.Errorf("it is said so: %q", got)
	}
	if word, _ := Reason(fmt.Errorf("feed: %w: %w", Garbled(errors.New("cut")), &fetch.StatusError{Status: 500})); word == "garbled" {
		t.Error("an answer 500 is said to be cut off")
	}
}

// TestReasonLeavesTheSiteItsWords: what a key lacks only the site says; "its owner does not
// let it be read without an account" is true of places that are closed, not of a token that
// ended.
func TestReasonLeavesTheSiteItsWords(t *testing.T) {
	if word, _ := Reason(fmt.Errorf("json: %w: %w", ErrClosed, &access.RefusedError{Kind: "google-refresh", Host: "a.example", Why: "invalid_grant (400)"})); word != "" {
		t.Errorf("a token that is refused is %q", word)
	}
	if word, _ := Reason(fmt.Errorf("page: %w: its preview is off", ErrClosed)); word != "closed" {
		t.Errorf("a place that is closed is %q", word)
	}
}

func TestClassifyError(t *testing.T) {
	wrap := func(err error) error { return fmt.Errorf("page: %w", err) }
	tests := []struct {
		err  error
		want Failure
	}{
		{errors.New("broken"), Failure{}},
		{wrap(&fetch.BlockedError{Status: 403}), Failure{Blocked: true}},
		{wrap(fetch.ErrRobots), Failure{Blocked: true}},
		{wrap(&fetch.StatusError{Status: 410}), Failure{Blocked: true}},
		{wrap(&fetch.RetryError{After: time.Minute}), Failure{RetryAfter: time.Minute}},
		{wrap(&fetch.StatusError{Status: 500, RetryAfter: time.Second}), Failure{RetryAfter: time.Second}},
	}
	for _, test := range tests {
		if got := ClassifyError(test.err); got != test.want {
			t.Errorf("ClassifyError(%v) = %+v, want %+v", test.err, got, test.want)
		}
	}
}
