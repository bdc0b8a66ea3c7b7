package crawlers

import (
	"errors"
	"fmt"
	"testing"

	"github.com/earshot/earshot/internal/fetch"
)

func TestExplain(t *testing.T) {
	status := &fetch.StatusError{Status: 404, URL: "https://a.example/r"}
	for want, err := range map[string]error{
		"https://a.example/r: there is no such page (404 not found); check the address":              fmt.Errorf("page: %w", status),
		"older posts: https://a.example/r: there is no such page (404 not found); check the address": fmt.Errorf("forum: page: older posts: %w", status),
		"the feed is cut off": errors.New("feed: the feed is cut off"),
		"webpage: no":         errors.New("webpage: no"),
	} {
		if got := Explain(err); got != want {
			t.Errorf("%v:\n got %q\nwant %q", err, got, want)
		}
	}
}
