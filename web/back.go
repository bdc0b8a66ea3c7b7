package web

import (
	"net/url"
	"strings"

	"github.com/earshot/earshot/mention"
)

// Where people are led after they have done something: back to where they did it.

// backOf is where a form leads back to: a page of ours, whatever the form says.
func backOf(back string, id mention.ID) string {
	u, err := url.Parse(back)
	ours := err == nil && u.Scheme == "" && u.Host == "" && u.User == nil && !strings.ContainsAny(back, "\\\r\n\t")
	if ours && (u.Path == "/inbox" || strings.HasPrefix(u.Path, "/case/")) && strings.HasPrefix(back, u.EscapedPath()) {
		said := u.Query()
		said.Del("undo")
		return asked(u.EscapedPath(), said.Encode())
	}
	return "/case/" + url.PathEscape(string(id))
}

// listOf is the list that a case was opened from, by where its form leads back to.
func listOf(back string) string {
	back = backOf(back, "")
	u, err := url.Parse(back)
	if err == nil && strings.HasPrefix(u.Path, "/case/") {
		back = backOf(u.Query().Get("back"), "")
	}
	if !strings.HasPrefix(back, "/inbox") {
		return "/inbox"
	}
	return back
}

// afterwards is the page after a verb. What can be undone is said there.
func afterwards(back string, id mention.ID, verb mention.Verb) string {
	if verb != mention.Dismiss && verb != mention.Snooze {
		return back
	}
	return undoable(back, id)
}

// undoable is a page that says what can be undone; no id: nothing.
func undoable(back string, id mention.ID) string {
	if id == "" {
		return back
	}
	sign := "?"
	if strings.Contains(back, "?") {
		sign = "&"
	}
	return back + sign + "undo=" + url.QueryEscape(string(id))
}
