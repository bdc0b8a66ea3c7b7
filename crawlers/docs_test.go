package crawlers_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/crawlers/presets"
	"github.com/earshot/earshot/internal/testkit"
)

// TestSourcesDocIsFresh compares docs/sources.md with what the kinds say of themselves.
// -update or EARSHOT_UPDATE=1 writes it.
func TestSourcesDocIsFresh(t *testing.T) {
	text := sourcesDoc(t)
	path := filepath.Join(testkit.Root(t), "docs", "sources.md")
	if *update || os.Getenv("EARSHOT_UPDATE") != "" {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(have), text); diff != "" {
		t.Errorf("%s is not what the kinds say (make docs writes it anew):\n%s", path, diff)
	}
}

const sourcesHead = `# Sources

<!-- Written by go test ./crawlers -run TestSourcesDocIsFresh -update from crawlers/presets and the engines. Do not edit. -->

Each source of a watchlist begins with one of these words. Five are engines: they read any site of their form. One, push, reads nothing and takes what others hand in. The rest
are presets: one site each, as data. A preset that almost fits can be copied from
[crawlers/presets](../crawlers/presets) into the watchlist (what stands under its ` + "`source:`" + `) and changed.

**Status: nothing on this page has been checked against the live sites yet.** Every kind is tested on fixtures written
after documented shapes, some forum engines and Jetstream also on recordings of the real programs. A fact nobody on this
project has seen in a source is marked "unverified". ` + "`earshot check --probe`" + ` says what a source really sees.

Common to all: ` + "`name`, `every`, `kind`, `lang`, `zone`, `backfill`, `watch`, `weight`, `reply`, `enabled`, `paused_until`" + ` and ` + "`base`" + ` (another host for a preset); see
[watchlist.md](watchlist.md). How the keys of your own channels are got stands in [channels.md](channels.md), step by step. Only public posts are read. Of an author the public name and link are kept, never pictures,
mails or phones. A refusal suspends the source and is told.

`

func sourcesDoc(t *testing.T) string {
	var b strings.Builder
	b.WriteString(sourcesHead)
	b.WriteString("| | reads | posts are | every | key |\n|---|---|---|---|---|\n")
	engineNames := []string{"feed", "page", "forum", "json", "stream"}
	var order []crawlers.Kind
	for _, name := range engineNames {
		k, _ := presets.Lookup(name)
		order = append(order, k)
	}
	for _, k := range presets.Kinds() {
		if !slices.Contains(engineNames, k.Name) {
			order = append(order, k)
		}
	}
	for _, k := range order {
		key := "–"
		switch {
		case strings.HasPrefix(k.Key, "none ") || strings.HasPrefix(k.Key, "works without"):
			key = "for some"
		case k.Key != "":
			key = "yes"
		}
		if d, err := time.ParseDuration(duration(k)); err != nil || d != k.Every {
			t.Errorf("%s: every %s is written %q", k.Name, k.Every, duration(k))
		}
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s | %s |\n", k.Name, k.Name, sentence(k.About), k.PostKind, duration(k), key)
	}
	for _, k := range order {
		describeKind(t, &b, k)
	}
	return b.String()
}

// sentence begins with a capital and ends in a full stop.
func sentence(s string) string {
	return strings.ToUpper(s[:1]) + strings.TrimSuffix(s[1:], ".") + "."
}

// duration is how often a kind is polled, as people write it.
func duration(k crawlers.Kind) string {
	s := k.Every.String()
	for _, whole := range []string{"m", "h"} { // 10s keeps its nought
		if strings.HasSuffix(s, whole+"0s") || strings.HasSuffix(s, whole+"0m") {
			s = s[:len(s)-len("0s")]
		}
	}
	return s
}

// aFile is a secret in a file, which is not on this machine.
var aFile = regexp.MustCompile(`\$\{file:[^}]*\}`)

func describeKind(t *testing.T, b *strings.Builder, k crawlers.Kind) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n```yaml\n", k.Name, sentence(k.About))
	cases, err := filepath.Glob(filepath.Join("testdata", k.Name, "*", "source.yaml"))
	if err != nil || len(cases) == 0 {
		t.Fatalf("%s has no case", k.Name)
	}
	cases = slices.DeleteFunc(cases, func(path string) bool { return strings.Contains(path, "/odd-") }) // what sites send, and no way to write a source
	const enough = 3
	for _, path := range cases[:min(len(cases), enough)] {
		src, err := os.ReadFile(filepath.Join(filepath.Dir(path), "example.yaml"))
		if errors.Is(err, fs.ErrNotExist) {
			src, err = os.ReadFile(path)
		}
		if err != nil {
			t.Fatal(err)
		}
		rig.Source(t, aFile.ReplaceAllString(string(src), "${env:FILE}")) // what people copy must be right
		lines := strings.Split(strings.TrimSpace(string(src)), "\n")
		fmt.Fprintf(b, "- %s\n", strings.Join(lines, "\n  "))
	}
	b.WriteString("```\n\n| option | |\n|---|---|\n")
	describeOptions(b, "", reflect.TypeOf(k.Options()).Elem())
	b.WriteByte('\n')
	said := func(what, text string) {
		if text != "" {
			fmt.Fprintf(b, "- **%s:** %s\n", what, text)
		}
	}
	said("Key", k.Key)
	said("Limits", k.Limits)
	said("Terms", k.Terms)
	said("Answer", k.Answer)
	if k.Subject {
		said("Watch", "each address is the page of one company, app or product: write `watch:` with the name of yours, so that posts which do not name it are heard too")
	}
	status := k.Status
	if status == "" {
		status = "fixture only, never checked live"
	}
	said("Status", status)
}

// describeOptions lists the options of a struct, those inside others too.
func describeOptions(b *strings.Builder, prefix string, shape reflect.Type) {
	for i := range shape.NumField() {
		f := shape.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		doc := f.Tag.Get("doc")
		if f.Tag.Get("required") == "true" {
			doc += " Required."
		}
		if f.Tag.Get("short") == "true" || prefix == "" && name == "address" {
			doc += " The short form is this."
		}
		if text := f.Tag.Get("default"); text != "" {
			doc += fmt.Sprintf(" `%s` when left out.", text)
		}
		if text := f.Tag.Get("example"); text != "" {
			doc += fmt.Sprintf(" Example: `%s`.", text)
		}
		fmt.Fprintf(b, "| `%s%s` | %s |\n", prefix, name, strings.ReplaceAll(doc, "|", `\|`))
		inner := f.Type
		for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		if prefix == "" && name == "detail" {
			continue // the same as select
		}
		if inner.Kind() == reflect.Struct && strings.HasPrefix(inner.PkgPath(), reflect.TypeFor[crawlers.Kind]().PkgPath()) {
			describeOptions(b, prefix+name+".", inner)
		}
	}
}
