package presets

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/earshot/earshot/config"
)

// TestPresets reads every preset and its block as a watchlist would be read.
func TestPresets(t *testing.T) {
	files, err := filepath.Glob("*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no presets: %v", err)
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".yaml")
		t.Run(name, func(t *testing.T) {
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			p, err := parsePreset(name, src)
			if err != nil {
				t.Fatal(err)
			}
			for _, way := range p.variants {
				if _, err := way.source(); err != nil {
					t.Error(err)
				}
			}
			if p.About == "" || p.Status == "" || p.Limits == "" || p.Terms == "" {
				t.Error("about, status, limits and terms must be said")
			}
			shorts := 0
			for _, o := range p.Options {
				if o.Doc == "" {
					t.Errorf("option %s has no doc", o.Name)
				}
				if o.Short {
					shorts++
				}
			}
			if shorts > 1 {
				t.Error("more than one option is the short form")
			}
		})
	}
}

// TestSchema makes sure that config can describe every kind's options.
func TestSchema(t *testing.T) {
	kinds := config.Kinds{}
	for _, k := range Kinds() {
		kinds[k.Name] = k.Options()
	}
	if _, err := config.Schema(kinds, nil); err != nil {
		t.Fatal(err)
	}
}

// TestPastedForms gives options what people paste for them.
func TestPastedForms(t *testing.T) {
	src, err := os.ReadFile("telegram.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := parsePreset("telegram", src)
	if err != nil {
		t.Fatal(err)
	}
	const name = "Romashka_chat"
	for _, form := range []string{name, "@" + name, " @" + name + " ", "t.me/" + name, "https://t.me/" + name, "http://t.me/" + name + "/",
		"https://t.me/s/" + name, "https://t.me/s/" + name + "?before=120", "https://t.me/" + name + "/345", "https://t.me/" + name + "/345?comment=7",
		"https://t.me/@" + name, "www.t.me/" + name, "https://telegram.me/" + name, "telegram.dog/s/" + name, "tg://resolve?domain=" + name,
		"tg://resolve?domain=" + name + "&post=3", "https://" + name + ".t.me", name + ".t.me/12", "HTTPS://T.ME/" + name, "https://web.telegram.org/k/#@" + name} {
		if got, err := p.Options[0].clean(form); got != name || err != nil {
			t.Errorf("%q: got %q, %v", form, got, err)
		}
	}
	for _, form := range []string{"https://t.me/+AbCdEf123", "https://t.me/joinchat/AbCdEf", "t.me/c/123456/7", "https://example.org/romashka", "Чат Ромашки", "+380501234567"} {
		if got, err := p.Options[0].clean(form); err == nil {
			t.Errorf("%q became %q: want a refusal", form, got)
		}
	}
}
