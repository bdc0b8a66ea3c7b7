package slack_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/internal/fakeslack"
)

// TestProbe says before the first alert what would refuse it.
func TestProbe(t *testing.T) {
	channels := []fakeslack.Channel{
		{ID: "C0MENTIONS", Name: "mentions"},
		{ID: "C000000OLD", Name: "old", Archived: true},
		{ID: "C00000THEY", Name: "they", Outside: true},
		{ID: "C0000AGAIN", Name: "again", Archived: true},
		{ID: "C000AGAIN2", Name: "again"},
		{ID: "C000SECRET", Name: "secret", Private: true, Outside: true},
		{ID: "D0DIRECT01", Direct: true},
		{ID: "D0DIRECT02", Direct: true}, // the app has no permission to ask about it, nor does the manifest name one
	}
	cases := []struct {
		name           string
		bot, app       string
		routes, notify []string
		want           []string // words of each problem
		well           string   // what is said to work
	}{
		{"well", fakeslack.BotToken, fakeslack.AppToken, []string{"#mentions", "#again", "C0MENTIONS", "#mentions"}, []string{"@ira", "@oncall-pr", "", "U0000IRA"}, nil, "bot_token , app_token , channel #again, channel #mentions, channel C0MENTIONS, person @ira, person @oncall-pr, person U0000IRA"},
		{"bot token", "xoxb-bad", fakeslack.AppToken, []string{"#old"}, nil, []string{"auth.test: invalid_auth"}, ""},
		{"app token", fakeslack.BotToken, "xapp-bad", []string{"#mentions"}, nil, []string{"the app token in slack.app_token (SLACK_APP_TOKEN)"}, "bot_token , channel #mentions"},
		{"no app token", fakeslack.BotToken, "", []string{"#mentions"}, nil, nil, "bot_token , channel #mentions"},
		{"channels", fakeslack.BotToken, fakeslack.AppToken, []string{"#they", "#old", "#typo", "#secret", "C00000THEY", "C0000NOONE"}, nil, []string{
			"#old is archived", "there is no #secret, or it is private", "not in #they", "there is no #typo", "there is no C0000NOONE", "not in C00000THEY"}, "bot_token , app_token "},
		{"direct message", fakeslack.BotToken, "", []string{"D0DIRECT01", "D0DIRECT02"}, nil, nil, "bot_token , channel D0DIRECT01, channel D0DIRECT02"},
		{"people", fakeslack.BotToken, fakeslack.AppToken, nil, []string{"@oncall-pr", "@on-call", "@nobody"}, []string{`is called "@nobody"`, `is called "@on-call"`}, "bot_token , app_token , person @oncall-pr"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			fake, err := fakeslack.Start(fakeslack.Options{Channels: channels})
			if err != nil {
				t.Fatal(err)
			}
			defer fake.Close()
			fake.Break(fakeslack.Fault{Method: "conversations.info", Channel: "D0DIRECT02", Kind: fakeslack.Code, Error: "missing_scope", Times: -1})
			n := slack.New(slack.Options{BotToken: c.bot, BotTokenFrom: "SLACK_BOT_TOKEN", AppToken: c.app, AppTokenFrom: "SLACK_APP_TOKEN", APIURL: fake.URL(),
				HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, Log: slog.New(slog.DiscardHandler), Now: time.Now})
			var got, well []string
			for _, p := range n.Probe(t.Context(), c.routes, c.notify, nil) {
				switch {
				case p.Err != nil:
					got = append(got, p.Err.Error())
				default:
					well = append(well, strings.TrimPrefix(p.Part, "probe.")+" "+p.Name)
				}
			}
			if got := strings.Join(well, ", "); got != c.well {
				t.Errorf("well: %q, want %q", got, c.well)
			}
			if len(got) != len(c.want) {
				t.Fatalf("problems:\n%s\nwant %d", strings.Join(got, "\n"), len(c.want))
			}
			slicesEqualWords(t, got, c.want)
			if n := len(fake.Messages("")); n != 0 {
				t.Errorf("%d messages were posted", n)
			}
		})
	}
}

// slicesEqualWords looks for each wanted phrase in one of the texts.
func slicesEqualWords(t *testing.T, got, want []string) {
	t.Helper()
	all := strings.Join(got, "\n")
	for _, words := range want {
		if strings.Count(all, words) != 1 {
			t.Errorf("%q is not said once in:\n%s", words, all)
		}
	}
}
