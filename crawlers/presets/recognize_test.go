package presets

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/testkit"
)

// TestRecognize reads testdata/addresses.txt: what people paste, and what it is.
func TestRecognize(t *testing.T) {
	src, err := os.ReadFile("testdata/addresses.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, line := range strings.Split(strings.TrimSpace(string(src)), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		input, want, _ := strings.Cut(line, " => ")
		if got := recognized(input); got != want {
			t.Errorf("%s\n got %s\nwant %s", input, got, want)
		}
		n++
	}
	if n < 40 {
		t.Errorf("only %d addresses", n)
	}
}

func recognized(input string) string {
	if name, why, instead, ok := Unreadable(input); ok {
		if why == "" || instead == "" {
			return name + " without a reason"
		}
		return "- " + name
	}
	p, ok := Recognize(input, "Ромашка")
	if !ok {
		return "?"
	}
	out := p.Block("")
	for i, m := range p.Missing {
		if i == 0 {
			out += " |"
		}
		out += " " + m.Name
	}
	return out
}

// TestAddressesCompile: every preset's addresses are expressions whose groups are options.
func TestAddressesCompile(t *testing.T) {
	for _, p := range parsed() {
		for _, a := range p.Addresses {
			re, err := regexp.Compile("^" + a)
			if err != nil {
				t.Errorf("%s: %v", p.name, err)
				continue
			}
			for _, group := range re.SubexpNames() {
				if group != "" && !p.has(group) {
					t.Errorf("%s: %s fills %q, which is no option", p.name, a, group)
				}
			}
		}
	}
}

func (p *preset) has(option string) bool {
	for _, o := range p.Options {
		if o.Name == option {
			return true
		}
	}
	return false
}

// FuzzRecognize: whatever is pasted, a block is one that YAML reads on one line.
func FuzzRecognize(f *testing.F) {
	f.Add("https://t.me/romashka_chat", "Ромашка")
	f.Add("https://apps.apple.com/ua/app/x/id1\"}", "a\"b\n- x")
	testkit.AttackSeeds(func(body string) { f.Add(body, body) })
	f.Add("https://www.bing.com/news/search?q=%24%7Benv%3AHOME%7D", "a")
	f.Fuzz(func(t *testing.T, input, query string) {
		Unreadable(input)
		p, ok := Recognize(input, query)
		if ok && strings.Contains(p.Block(""), "\n") {
			t.Errorf("%q gives %q", input, p.Block(""))
		}
		for _, o := range p.Options {
			if ok && config.Refers(o.Value) {
				t.Errorf("%q refers to a secret by %s: %q", input, o.Name, o.Value)
			}
		}
	})
}
