package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
)

// hostile is a secret that looks different in each form of quoting.
const hostile = "pa\"ss\\wo&rd<x>-ПАРОЛЬ\n-SECRET-55"

// TestRedactorKnowsEveryForm: a library quotes, a log quotes again, an address is encoded.
func TestRedactorKnowsEveryForm(t *testing.T) {
	var r Redactor
	r.hide(hostile, "https://alerts.example/feeds/12345678?key=K-98765")
	asJSON, err := json.Marshal(map[string]string{"error": fmt.Sprintf("%q", hostile)})
	if err != nil {
		t.Fatal(err)
	}
	var line bytes.Buffer
	slog.New(slog.NewTextHandler(&line, nil)).Error("x", "err", errors.New("open "+hostile), "again", fmt.Sprintf("%q", hostile))
	for name, text := range map[string]string{
		"plain": "dial " + hostile + ": refused", "quoted": fmt.Sprintf("%q", hostile), "ascii": fmt.Sprintf("%+q", hostile),
		"query": "?key=" + url.QueryEscape(hostile) + "&x=1", "path": "/bot" + url.PathEscape(hostile) + "/x",
		"json": string(asJSON), "a log line": line.String(),
		"an address": "https://alerts.example/feeds/12345678/x", "its query": "next: ?key=K-98765&page=2",
	} {
		got := r.Redact(text)
		for _, part := range []string{"SECRET-55", "wo&rd", "wo%26rd", "12345678", "K-98765"} {
			if strings.Contains(got, part) {
				t.Errorf("%s: %s", name, got)
			}
		}
	}
	if got := r.Redact("alerts.example has feeds"); got != "alerts.example has feeds" {
		t.Errorf("too much is hidden: %s", got)
	}
	if got := (*Redactor)(nil).Redact("x"); got != "x" {
		t.Errorf("nil: %s", got)
	}
}

// TestErrorsDoNotQuoteSecrets: what stands in a variable or a file is in no message,
// whichever check refuses it.
func TestErrorsDoNotQuoteSecrets(t *testing.T) {
	env := func(string) (string, bool) { return hostile, true }
	for _, block := range []string{
		`sources: [{feed: "${env:K}"}]`,
		`sources: [{feed: "htp://u.example/?key=${env:K}"}]`,
		`sources: [{feed: "https://u.example/", every: "${env:K}"}]`,
		`sources: [{feed: "https://u.example/", lang: "${env:K}"}]`,
		`fetch: {allow_private: ["${env:K}"]}`,
		`quiet_hours: "${env:K}"`,
		`digest: {to: "#x", daily: "${env:K}"}`,
		`routes: [{to: "${env:K}"}]`,
		`routes: [{to: "#a", source: ["${env:K}"]}, {to: "#b"}]`,
		`web: {listen: "${env:K}"}`,
		`store: {database: "${env:K}"}`,
		`slack: {api_url: "${env:K}", webhook_url: "${env:K}"}`,
	} {
		_, err := Parse("w.yaml", []byte("contact: a@b.example\nwatch: [{name: x, terms: [xyz]}]\n"+block+"\n"), env, Kinds{"feed": &feedOptions{}})
		if err == nil {
			t.Errorf("%s is taken", block)
			continue
		}
		var shown bytes.Buffer
		var all *Errors
		if errors.As(err, &all) {
			if err := all.Render(&shown, false); err != nil {
				t.Fatal(err)
			}
		}
		for _, part := range []string{"SECRET-55", "wo&rd", "wo%26rd", "ss\\wo", "ПАРОЛЬ"} {
			if strings.Contains(err.Error()+shown.String(), part) {
				t.Errorf("%s: %v\n%s", block, err, shown.String())
			}
		}
	}
}

// TestWhatIsNoSecret: where earshot listens, a length of time, a network or a zone is shown as it is, in
// logs, health and metrics, though it comes from a variable; a password beside it is not.
func TestWhatIsNoSecret(t *testing.T) {
	env := map[string]string{"PORT": "18080", "ADMIN": "127.0.0.1:19721", "EVERY": "1h30m", "ZONE": "Europe/Kyiv", "NET": "10.20.0.0/16", "HOURS": "Mon-Fri 22:00-23:30 Europe/Sofia", "FILE": "complaints.db", "PASSWORD": "18080-and-more"}
	cfg, err := Parse("w.yaml", []byte(`contact: a@b.example
watch: [{name: x, terms: [xyz]}]
sources: [{feed: "https://u.example/", every: "${env:EVERY}", zone: "${env:ZONE}"}]
web: {listen: "127.0.0.1:${env:PORT}", admin_listen: "${env:ADMIN}"}
fetch: {allow_private: ["${env:NET}"]}
quiet_hours: "${env:HOURS}"
store: {database: "sqlite:${env:FILE}", redis: "redis://:${env:PASSWORD}@127.0.0.1:6379/0"}
`), func(name string) (string, bool) { v, ok := env[name]; return v, ok }, Kinds{"feed": &feedOptions{}})
	if err != nil {
		t.Fatal(err)
	}
	var r Redactor
	r.Take(cfg)
	for name, value := range env {
		if shown := r.Redact("a " + value + " b"); (shown == "a "+value+" b") == (name == "PASSWORD") {
			t.Errorf("%s is shown as %q", name, shown)
		}
	}
}

type feedOptions struct {
	Address string `yaml:"address" short:"true" required:"true" format:"url"`
}

// TestExcerptsBeforeTheTree: while the YAML is broken nothing is known of keys and values,
// and the lines around the mistake show no secret all the same.
func TestExcerptsBeforeTheTree(t *testing.T) {
	for _, line := range []string{
		`webhook_url: https://hooks.slack.com/services/T0001/B0002/SECRET55`,
		`webhok_url: "https://hooks.slack.com/services/T0001/B0002/SECRET55"`,
		`webhook_url: https://chat.example/hooks/SECRET55`,
		`night: "discord://SECRET55-abcdefghij@123456789"`,
		`night: telegram://123456:SECRET55@telegram?chats=-100`,
		`night: "mattermost://chat.example/SECRET55-abcdefghij"`,
		`{to: "shoutrrr:discord//SECRET55-abcdefghij@123456789"}`,
		`reply: {as: romashka, key: SECRET55}`,
		`refresh: SECRET55`,
		`private_key: SECRET55-abcdefgh`,
		`service_account: '{"client_email": "a@b.example", "private_key": "-----BEGIN PRIVATE KEY-----\nSECRET55"}'`,
		`password: pa$$SECRET55`,
		`database: postgres://earshot:p@SECRET55@db.example/earshot`,
		`database: postgres://earshot:pa$SECRET55@db.example/earshot`,
		`database: postgres://ear$hot:SECRET55@db.example/earshot`,
		`redis: "redis//:SECRET55@cache.example:6379"`,
		`night: "telegram:123456789:SECRET55@telegram?chats=1"`,
		`MIGTAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBHkwSECRET55`,
	} {
		for _, text := range []string{"  a: " + "b\n   " + line + "\n bad\n", "  \"unclosed\n  " + line + "\n", "  [" + line + "\n"} {
			_, err := Parse("w.yaml", []byte("contact: a@b.example\nstore:\n"+text), nil, testKinds())
			var all *Errors
			if !errors.As(err, &all) || all.Partial != nil {
				t.Fatalf("%q is no syntax error: %v", text, err)
			}
			if strings.Contains(err.Error(), "SECRET55") {
				t.Errorf("%s is shown:\n%v", line, err)
			}
		}
	}
	for _, line := range []string{`  tls: {cert: full.pem, key: /etc/tls/private.key}`, `  - page: https://reviews.example/long/path/of/an/address/keyboard?key=x`, `  key_id: ABC`, `  bot_token: "${env:SLACK_BOT_TOKEN}"`, `  night: "telegram://${env:TELEGRAM_TOKEN}@telegram?chats=-1"`, `  redis: redis://localhost:6379/0`, `  database: "postgres://${env:DB_USER}:${env:DB_PASSWORD}@db.example/earshot"`, `  redis: redis://:${env:REDIS_PASSWORD}@cache.example:6379/0`, `  official: ["@romashka@server.example"]`, `  hours: Mon-Fri 09:00-18:00 Europe/Kyiv`, `  - page: ftp://reviews.example/`} {
		if got := maskKeys(maskPasted(line)); got != line {
			t.Errorf("%s\nis shown as\n%s", line, got)
		}
	}
}
