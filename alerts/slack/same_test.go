package slack

import "testing"

func TestSameAccount(t *testing.T) {
	account := Options{BotToken: "xoxb-1", AppToken: "xapp-1", SigningSecret: "s", APIURL: "https://slack.com/api/", BotTokenFrom: "A"}
	elsewhere := account
	elsewhere.BotTokenFrom = "B" // where a token is read from is no part of the account
	if !account.Same(elsewhere) {
		t.Error("the same tokens from another place are another account")
	}
	for name, change := range map[string]func(*Options){
		"bot token":      func(o *Options) { o.BotToken = "xoxb-2" },
		"app token":      func(o *Options) { o.AppToken = "" },
		"signing secret": func(o *Options) { o.SigningSecret = "t" },
		"address":        func(o *Options) { o.APIURL = "http://127.0.0.1:1/" },
	} {
		other := account
		change(&other)
		if account.Same(other) || other.Same(account) {
			t.Errorf("another %s is the same account", name)
		}
	}
}
