package crawlers_test

import (
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers"
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
		s := sourceOf(t, test.block)
		_, err := presets.New(crawlers.Env{Now: func() time.Time { return driverNow }}, s.Kind, s.Section)
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%s: %v", test.block, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: %v, want %q", test.block, err, test.want)
		}
	}
}
