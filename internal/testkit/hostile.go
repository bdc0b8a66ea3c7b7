package testkit

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// Attack is a pattern of hostile bytes that grows: part of it makes a reader walk back, look again,
// compare all with all, keep more than came, or end in the wrong place.
type Attack struct {
	Name string
	Of   func(size int) string // about so many bytes
}

// Attacks are the patterns that every reader of foreign bytes stands (docs/hostile.md). The
// first part is what was found in earshot or tried on it; the second is what has hurt other programs.
func Attacks() []Attack {
	return []Attack{
		{"line breaks", many("<br>\n")},
		{"quote heads", many("Anna wrote:<br>\n<blockquote>x</blockquote>")},
		{"ignored ends", after("<frameset>", "<div></a>")},
		{"wildcards", after("User-agent: *\n", "Disallow: /*a*a*ab$\n")},
		{"one long wildcard", after("User-agent: *\nDisallow: /", "*a")},
		{"near copies", numbered("<item><title>%d</title><description>Acme Bank stole my deposit and nobody answers</description></item>")},
		{"one link", many("<item><link>https://a.example/p</link><description>x</description></item>")},
		{"long address", after("https://a.example/", "abcdefgh/")},
		{"many addresses", numbered(`<a href="https://h%d.example/?a=%[1]d">x</a> `)},
		{"alternates", numbered(`<link rel="alternate" type="application/rss+xml" href="https://h%d.example/feed">`)},
		{"events", numbered("id: %d\ndata: {\"id\":\"%[1]d\"}\n\n")},
		{"brackets", many("[")},
		{"objects", many(`{"a":`)},
		{"nested elements", many("<a>")},
		{"attributes", func(size int) string { return "<a " + numbered(`b%d="x" `)(size) + ">" }},
		{"entities", many("&lol9;")},
		{"entities without end", many("&#x41")},
		{"entity bomb", entityBomb},
		{"aliases", aliasBomb},
		{"flow collections", many("[{a: &x [*x, ")},
		{"backslashes", after(`"`, `\`)},
		{"double quotes", many(`"`)},
		{"unclosed comments", many("<!--")},
		{"unclosed sections", many("<![CDATA[")},
		{"combining marks", after("e", "\u0301")},
		{"direction marks", many("\u202e\u2066a\u2069")},
		{"terminal", many("\x1b]0;owned\x07\x1b[31m")},
		{"mentions", many("<!channel> <@U123> ")},
		{"emoji", many("\U0001F621")},
		{"negations", many("not ")},
		{"brackets of sorrow", many("((")},
		{"hyphens", many("по-")},
		{"masks", many("f*** х*й ")},
		{"broken bytes", many("\xff\xfe\xc3не \x80")},

		{"half surrogates", many(`\ud800`)},
		{"one number", after(`{"id":1`, "0")},
		{"formatting", many("<b><p><a href=x>")},
		{"tables", many("<table><a><tr><td>")},
		{"templates", many("<template><svg><math>")},
		{"letters that grow", many("\ufdfa\u0130ß")},
		{"joiners", many("б\u200d\u00adа\ufe0f")},
		{"two alphabets", many("oоaа")},
		{"almost addresses", many("a.a@a.a/")},
		{"percents", many("%25%zz")},
		{"zeros", many("\x00")},
		{"semicolons", many("a=b; charset=utf-16;")},
		{"instructions", many("<?xml encoding='koi8-r'?>")},
		{"namespaces", numbered("<a%d:b xmlns:a%[1]d='u'/>")},
		{"colons", many("a:\n ")},
		{"dates", many("1 May 2026 10:00 ")},
	}
}

func many(part string) func(int) string { return after("", part) }

func after(head, part string) func(int) string {
	return func(size int) string { return head + strings.Repeat(part, max(1, size/len(part))) }
}

func numbered(format string) func(int) string {
	return func(size int) string {
		var b strings.Builder
		for i := 0; b.Len() < size; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
}

// entityBomb is a document whose entities double, as often as its size allows.
func entityBomb(size int) string {
	return `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY e0 "ha">` + doubling(size, "<!ENTITY e%d \"&e%[2]d;&e%[2]d;\">") + `]><rss><channel><item><title>&e9;</title></item></channel></rss>`
}

// aliasBomb is the same for YAML.
func aliasBomb(size int) string {
	return "a0: &a0 [x, x]\n" + doubling(size, "a%d: &a%[1]d [*a%[2]d, *a%[2]d]\n")
}

func doubling(size int, format string) string {
	var b strings.Builder
	for i := 1; b.Len() < size; i++ {
		fmt.Fprintf(&b, format, i, i-1)
	}
	return b.String()
}

// AttackSeeds gives each pattern to a fuzz target, small.
func AttackSeeds(add func(body string)) {
	for _, a := range Attacks() {
		add(a.Of(200))
	}
}

// Withstand reads each pattern and fails where a reader panics, returns more than a fixed
// number of times what it was given, or costs more than in proportion. read returns how many bytes came
// out of body; an error is an answer, too. Patterns have 3 KB with -short, 12 KB otherwise and 256 KB
// with EARSHOT_DRILL=full. Cost is the processor's time; other tests may run beside it, so only
// what is slow, and grew twice like a square in each of three tries, counts.
func Withstand(t *testing.T, read func(t *testing.T, body string) (out int)) {
	t.Helper()
	size := 12 << 10
	if os.Getenv("EARSHOT_DRILL") == "full" {
		size = 256 << 10
	} else if testing.Short() {
		size = 3 << 10
	}
	var slowest time.Duration
	var which string
	for _, a := range Attacks() {
		cost := func(size int) time.Duration {
			body := a.Of(size)
			began := Processor(t)
			if out := read(t, body); out > 1<<20+64*len(body) {
				t.Errorf("%s: %d bytes came of %d", a.Name, out, len(body))
			}
			return Processor(t) - began
		}
		four := cost(size)
		if grows(four, size, cost) {
			t.Errorf("%s: %d bytes cost %v, and the cost grows like a square", a.Name, size, four)
		}
		if four > slowest {
			slowest, which = four, a.Name
		}
	}
	t.Logf("%d KB of %s cost the most: %v", size>>10, which, slowest.Round(time.Millisecond))
}

// grows reports whether the cost, four times what a quarter of the size costs where it is linear,
// is more than nine times that, whenever it is looked at.
func grows(four time.Duration, size int, cost func(int) time.Duration) bool {
	const doubt = 400 * time.Millisecond // what a square of so many parts takes many times over
	for range 3 {
		if four < doubt {
			return false
		}
		one, two := cost(size/4), cost(size/2)
		if four = cost(size); four <= 3*two || two <= 3*one {
			return false
		}
	}
	return true
}
