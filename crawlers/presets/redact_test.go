package presets

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

type sayer struct{ what string }

func (s sayer) Poll(context.Context, crawlers.Cursor) (crawlers.Batch, error) {
	return crawlers.Batch{Posts: []mention.Post{{URL: s.what}, {URL: "https://site.example/a"}}, Observed: crawlers.Observation{Notes: []string{"moved to " + s.what}}},
		fmt.Errorf("%s: %w", s.what, &fetch.BlockedError{Status: 403, URL: s.what})
}

func TestKeepSecret(t *testing.T) {
	const secret = "https://alerts.example/feeds/123/456"
	batch, err := withRedaction(sayer{secret + "?page=2"}, []string{secret}).Poll(t.Context(), "")
	if strings.Contains(fmt.Sprint(batch, err), "feeds/123") {
		t.Errorf("the secret is told: %v %v", batch, err)
	}
	if !crawlers.ClassifyError(err).Blocked {
		t.Errorf("%v is a block no more", err)
	}
	if batch.Posts[0].URL != "https://alerts.example/" || batch.Posts[1].URL != "https://site.example/a" {
		t.Errorf("addresses %q, %q", batch.Posts[0].URL, batch.Posts[1].URL)
	}
	if c := withRedaction(sayer{}, []string{"", "key"}); c != (sayer{}) {
		t.Error("short values need no wrapper")
	}
	var blocked *fetch.BlockedError
	if !errors.As(err, &blocked) {
		t.Error("the error cannot be examined")
	}
}
