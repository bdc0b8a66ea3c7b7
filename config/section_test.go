package config

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// section parses one source block.
func section(t *testing.T, block string) Section {
	t.Helper()
	src := "contact: a@b.example\nwatch: [{name: n, terms: [n]}]\nsources:\n" + block
	c, err := Parse("w.yaml", []byte(src), testEnv, Kinds{"json": nil, "feed": nil})
	if err != nil {
		t.Fatal(err)
	}
	return c.Sources[0].Section
}

type options struct {
	Address string            `yaml:"address" required:"true" format:"url"`
	Every   time.Duration     `yaml:"pause"`
	Tags    []string          `yaml:"tags"`
	Terms   []Text            `yaml:"terms"`
	Header  map[string]string `yaml:"header"`
	Extra   any               `yaml:"extra"`
	Pager   *pager            `yaml:"pager"`
	Nets    []netip.Prefix    `yaml:"nets"`
	Limit   int64             `yaml:"limit"`
	Depth   int               `yaml:"depth"`
	Ratio   float64           `yaml:"ratio"`
	Token   Secret            `yaml:"token"`
	Langs   []string          `yaml:"langs" format:"lang"`
}

type pager struct {
	Kind string `yaml:"kind" short:"true" required:"true"`
	Max  int    `yaml:"max"`
	Pos  Pos    `yaml:"-"`
}

func TestSectionDecode(t *testing.T) {
	s := section(t, `
  - json: https://api.example/
    every: 1m
    pause: 2s
    tags: one
    terms: [Ромашка]
    header: {Accept: text/json, X-Key: "${env:BOT_TOKEN}"}
    extra: {a: [1, 2.5, true, x], b: ~}
    pager: cursor
    nets: [10.0.0.0/8, 127.0.0.1]
    limit: 255
    ratio: 1
    token: "${env:APP_TOKEN}"
`)
	got := options{Depth: 3}
	if err := s.Decode(&got); err != nil {
		t.Fatal(err)
	}
	want := options{
		Address: "https://api.example/", Every: 2 * time.Second, Tags: []string{"one"}, Terms: []Text{{"Ромашка", Pos{"w.yaml", 9, 13}}},
		Header: map[string]string{"Accept": "text/json", "X-Key": "xoxb-bot-value"}, Depth: 3,
		Extra: map[string]any{"a": []any{int64(1), 2.5, true, "x"}, "b": nil}, Pager: &pager{Kind: "cursor", Pos: Pos{"w.yaml", 12, 12}},
		Nets: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.1/32")}, Limit: 255, Ratio: 1,
		Token: NewSecret("xapp-app-value", "APP_TOKEN"),
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(Secret.Equal), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
	if !s.Has("header") || s.Has("depth") || s.Pos().String() != "w.yaml:5:5" {
		t.Errorf("has header %v, depth %v, at %v", s.Has("header"), s.Has("depth"), s.Pos())
	}
}

func TestSectionMistakes(t *testing.T) {
	for name, c := range map[string]struct{ block, want string }{
		"range":        {"  - json: https://a.example/\n    limit: 9223372036854775808\n", "w.yaml:5:12: limit: this number is out of range"},
		"fraction":     {"  - json: https://a.example/\n    depth: 1.5\n", "w.yaml:5:12: depth wants a whole number"},
		"missing":      {"  - json: {pause: 1s}\n", `w.yaml:4:5: "address" is missing here`},
		"in order":     {"  - json: {pause: 1s, dpeth: 1}\n", `w.yaml:4:5: "address" is missing here`},
		"nothing":      {"  - json:\n", "w.yaml:4:10: json is empty"},
		"inner key":    {"  - json: https://a.example/\n    pager: {kind: x, mxa: 1}\n", `w.yaml:5:22: unknown key "mxa" — did you mean "max"?`},
		"inner needed": {"  - json: https://a.example/\n    pager: {max: 1}\n", `w.yaml:5:12: "kind" is missing here`},
		"not a number": {"  - json: https://a.example/\n    ratio: .nan\n", "w.yaml:5:12: ratio wants a number"},
		"kind again":   {"  - json: https://a.example/\n    address: https://b.example/\n", `w.yaml:5:5: unknown key "address"`},
		"list format":  {"  - json: https://a.example/\n    langs: [en, xx]\n", `w.yaml:5:17: langs: "xx" is not known — write en, ru, uk or bg`},
	} {
		t.Run(name, func(t *testing.T) {
			err := section(t, c.block).Decode(&options{})
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("%v\nwant %s", err, c.want)
			}
		})
	}
}

func TestSectionErrorf(t *testing.T) {
	s := section(t, "  - json:\n      address: https://a.example/\n      header: {Accept: x}\n    tags: [a]\n")
	for field, want := range map[string]string{
		"":              "w.yaml:4:5: broken 1",
		"address":       "w.yaml:5:16: broken 1",
		"header.Accept": "w.yaml:6:24: broken 1",
		"header.none":   "w.yaml:6:15: broken 1",
		"tags":          "w.yaml:7:11: broken 1",
		"nowhere":       "w.yaml:4:5: broken 1",
	} {
		err := s.Errorf(field, "broken %d", 1)
		if err.Error() != want {
			t.Errorf("%q: %v", field, err)
		}
		var e Error
		if !errors.As(err, &e) || e.Warning {
			t.Errorf("%q: %T", field, err)
		}
	}
	short := section(t, "  - json: https://a.example/\n")
	if err := short.Errorf("address", "x"); err.Error() != "w.yaml:4:11: x" {
		t.Error(err)
	}
	if err := (Section{}).Errorf("a", "no file"); err.Error() != "no file" {
		t.Error(err)
	}
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0": 0, "0s": 0, "500ms": 500 * time.Millisecond, "90s": 90 * time.Second, "1h30m": 90 * time.Minute, "1.5h": 90 * time.Minute, "7d": 7 * 24 * time.Hour, "2w": 14 * 24 * time.Hour,
	} {
		if got, msg, _ := parseDuration(text); msg != "" || got != want {
			t.Errorf("%s: %v %s", text, got, msg)
		}
	}
	for _, text := range []string{"", "5", "5 m", "-5m", "m", "5mm", "1e9h", "999999w", "5м", "∞"} {
		if _, msg, _ := parseDuration(text); msg == "" {
			t.Errorf("%q was taken", text)
		}
	}
	for d, want := range map[time.Duration]string{5 * time.Minute: "5m", time.Hour: "1h", 90 * time.Minute: "1h30m", 10 * time.Second: "10s", 0: "0s"} {
		if got := brief(d); got != want {
			t.Errorf("%v: %s", d, got)
		}
	}
}

func TestPublicHosts(t *testing.T) {
	for address, want := range map[string]bool{
		"https://forum.example/": true, "romashka_chat": true, "http://127.0.0.1:80/": false, "http://localhost/": false, "http://[::1]/": false,
		"http://10.1.2.3/": false, "http://forum.internal/": false, "http://8.8.8.8/": true,
	} {
		if got := public(Source{Address: address}); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

// TestDecodeAtTheSameTime: a section may be decoded by several at once (the race detector
// says), and the thousandth time costs what the first did.
func TestDecodeAtTheSameTime(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"token": "of-a-file", "w.yaml": "contact: a@b.example\nwatch: [{name: W, terms: [w]}]\nsources: [{telegram: {channel: x, token: \"${file:token}\"}}, {telegram: {channel: y, token: pasted99}}]\n"})
	c, err := Load([]string{filepath.Join(dir, "w.yaml")}, testKinds())
	if err != nil {
		t.Fatal(err)
	}
	files, pasted := len(c.doc.secretFiles), len(c.doc.pastedAt)
	var wait sync.WaitGroup
	for i := range 100 {
		wait.Go(func() {
			var o testTelegram
			if err := c.Sources[i%2].Section.Decode(&o); err != nil || !o.Token.IsSet() || !c.HoldsSecret(c.Path) {
				t.Errorf("%+v %v", o, err)
			}
		})
	}
	wait.Wait()
	if len(c.doc.secretFiles) != files || len(c.doc.pastedAt) != pasted {
		t.Errorf("%d and %d places of secrets, were %d and %d", len(c.doc.secretFiles), len(c.doc.pastedAt), files, pasted)
	}
}

// TestNameHoldsNoSecret: a source without a name is called by its options, and never by a key that
// was pasted there: the name stands in messages, on pages and among the metrics.
func TestNameHoldsNoSecret(t *testing.T) {
	type store struct {
		Package string `yaml:"package" required:"true"`
		Account Secret `yaml:"service_account"`
	}
	c, err := Parse("w.yaml", []byte("contact: a@b.example\nwatch: [{name: A, terms: [Acme]}]\nsources:\n"+
		"  - store: {package: example.acme, service_account: '{\"private_key\": \"SECRET55\"}'}\n"+
		"  - other: {package: example.acme, password: SECRET55, app: 7}\n"), nil, Kinds{"store": store{}, "other": nil})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := c.Sources[0].Name, c.Sources[1].Name; a != "store example.acme" || b != "other example.acme 7" {
		t.Errorf("called %q and %q", a, b)
	}
}

// TestAliasesAreBounded: aliases of aliases end, in an option of any form and where texts are asked for.
func TestAliasesAreBounded(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString("  - json: https://a.example/\n    extra:\n      a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&bomb, "      a%d: &a%d [%s]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10))
	}
	s := section(t, bomb.String())
	if err := s.Decode(&options{}); err == nil || !strings.Contains(err.Error(), "w.yaml:6:31: the aliases of this file expand to more than 500000 values") {
		t.Errorf("%.300v", err)
	}
	if n := len(s.Texts()); n < 100_000 || n > maxValues {
		t.Errorf("%d texts", n)
	}
}
