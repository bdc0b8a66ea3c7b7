package presets_test

import (
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/crawlers/presets"
)

// TestWays makes sure that what the user wrote chooses the block of a preset,
// and that what is missing is said.
func TestWays(t *testing.T) {
	tests := []struct{ block, want string }{
		{"mastodon: {server: a.example, tag: x}", ""},
		{"mastodon: {server: \"http://127.0.0.1:3000/\", tag: x}", ""},
		{"mastodon: {server: a.example}", "mastodon needs tag / query + token"},
		{"mastodon: {server: a.example, query: x}", "mastodon needs token beside query"},
		{"mastodon: {server: \"https://a.example/@someone\", tag: x}", "must be a server alone"},
		{"bluesky: {appview: view.example}", "bluesky needs query beside appview"},
		{"reddit: {token: \"${env:T}\"}", "reddit needs feed / subreddits + refresh_token|token / query + refresh_token|token"},
		{"reddit: {query: x}", "reddit needs refresh_token|token beside query"},
		{"reddit: {query: x, refresh_token: \"${env:T}\"}", "reddit needs client_id beside refresh_token"},
		{"googleplay: a.b", "googleplay needs service_account|token"},
		{"bluesky: {appview: view.example, query: x}", ""},
		{"bluesky: {appview: view.example, query: x, app_password: \"${env:T}\"}", "bluesky needs account beside app_password"},
		{"rozetka: {goods: [1]}", "i_accept_the_terms: true"},
	}
	for _, test := range tests {
		s := rig.Source(t, test.block)
		_, err := presets.New(crawlers.Env{Now: func() time.Time { return rig.Now }}, s.Kind, s.Section)
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%s: %v", test.block, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: %v, want %q", test.block, err, test.want)
		}
	}
}

func TestTelegramPreviewOff(t *testing.T) {
	site := &rig.Pages{Bodies: map[string]string{"https://t.me/s/closed": `<html><body><div class="tgme_page"><div class="tgme_page_title">Closed</div></div></body></html>`}}
	_, err := rig.Crawler(t, "telegram: closed", site).Poll(t.Context(), "")
	refusal := crawlers.ClassifyError(err)
	if err == nil || !strings.Contains(err.Error(), "preview is switched off by the channel's owner") || !refusal.Blocked || !refusal.Guessed {
		t.Errorf("error %v (%+v), want the reason and a block, concluded from what the page lacks", err, refusal)
	}
}

func TestPresetOnAnotherHost(t *testing.T) {
	site := &rig.Pages{Bodies: map[string]string{"http://127.0.0.1:9/s/c?q=x": `<html><body><div class="tgme_channel_info"></div></body></html>`}}
	rig.Poll(t, rig.Crawler(t, "telegram: {channel: c, query: x}\nbase: http://127.0.0.1:9", site), "")
}

// TestPresetListAsText: several values that stand as one text, as people write them without
// brackets, are several: no country, group or number has a comma or a space in it.
func TestPresetListAsText(t *testing.T) {
	for _, countries := range []string{"ua, bg", "[ua, bg]", `"ua; bg"`, "ua bg"} {
		site := &rig.Pages{}
		c := rig.Crawler(t, "appstore:\n  id: 123456789\n  countries: "+countries, site)
		_, _ = c.Poll(t.Context(), "")
		if len(site.Asked) != 2 || !strings.Contains(site.Asked[0], "/ua/") || !strings.Contains(site.Asked[1], "/bg/") {
			t.Errorf("countries: %s: asked for %q", countries, site.Asked)
		}
	}
}
