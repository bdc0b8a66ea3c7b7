package presets

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

type sayer struct{ what string }

func (s sayer) Poll(context.Context, crawlers.Cursor) (crawlers.Batch, error) {
	return crawlers.Batch{Posts: []mention.Post{{URL: s.what}, {URL: "https://site.example/a"}}, Observed: crawlers.Observation{Notes: []string{"moved to " + s.what}}},
		fmt.Errorf("%s: %w", s.what, &fetch.BlockedError{Status: 403, URL: s.what})
}

// hider is the redaction of a watchlist that holds the secret.
func hider(t *testing.T, secret string) func(string) string {
	t.Helper()
	src := "contact: a@b.example\nwatch: [{name: x, terms: [xyz]}]\nsources: [{googlealerts: \"${env:K}\"}]\n"
	cfg, err := config.Parse("w.yaml", []byte(src), func(string) (string, bool) { return secret, true }, config.Kinds{"googlealerts": nil})
	if err != nil {
		t.Fatal(err)
	}
	if err := cfg.Sources[0].Section.Decode(&struct {
		K config.Secret `yaml:"googlealerts" short:"true"`
	}{}); err != nil {
		t.Fatal(err)
	}
	return cfg.Sources[0].Section.Redact
}

// topics names a hub, and itself by an address with the key in it.
type topics struct{ key string }

func (s topics) Poll(context.Context, crawlers.Cursor) (crawlers.Batch, error) {
	at := "https://site.example/feed?n=10&key=" + s.key
	return crawlers.Batch{Hub: crawlers.Hub{URL: "https://hub.example/", Topic: at}, Posts: []mention.Post{
		{ID: at + "#1", ReplyTo: at, URL: at + "#1", ThreadURL: at, AuthorURL: "https://site.example/" + s.key + "/ann"},
		{ID: at + "#2"},
	}}, nil
}

// TestNothingOfAPostTellsTheSecret: not its address, id or profile, and not its hub's topic.
func TestNothingOfAPostTellsTheSecret(t *testing.T) {
	batch, err := withRedaction(topics{"K-SECRET-1"}, hider(t, "K-SECRET-1")).Poll(t.Context(), "")
	if err != nil || strings.Contains(fmt.Sprintf("%+v", batch), "K-SECRET") {
		t.Errorf("told: %+v, %v", batch, err)
	}
	if p := batch.Posts[0]; p.URL != "https://site.example/feed" || p.AuthorURL != "https://site.example/" || p.ID == batch.Posts[1].ID {
		t.Errorf("the post is %+v", p)
	}
	if batch.Hub != (crawlers.Hub{}) {
		t.Errorf("the hub would be told of %q", batch.Hub.Topic)
	}
}

func TestKeepSecret(t *testing.T) {
	const secret = "https://alerts.example/feeds/123/456"
	batch, err := withRedaction(sayer{secret + "?page=2"}, hider(t, secret)).Poll(t.Context(), "")
	if strings.Contains(fmt.Sprint(batch, err), "feeds/123") {
		t.Errorf("the secret is told: %v %v", batch, err)
	}
	plain := crawlers.Explain(err)
	if strings.Contains(plain, "feeds/123") || !strings.Contains(plain, "the site does not let earshot read it (403 forbidden)") {
		t.Errorf("explained as %q", plain)
	}
	if !crawlers.ClassifyError(err).Blocked {
		t.Errorf("%v is a block no more", err)
	}
	if batch.Posts[0].URL != "https://alerts.example/" || batch.Posts[1].URL != "https://site.example/a" {
		t.Errorf("addresses %q, %q", batch.Posts[0].URL, batch.Posts[1].URL)
	}
	var blocked *fetch.BlockedError
	if !errors.As(err, &blocked) {
		t.Error("the error cannot be examined")
	}
}
