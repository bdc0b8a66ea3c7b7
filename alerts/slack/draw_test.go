package slack

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	api "github.com/slack-go/slack"
	"pgregory.net/rapid"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

var update = flag.Bool("update", false, "write what is drawn as the expected")

// TestDraw draws every testdata/*/message.json and compares with want.json: the
// blocks and the text exactly as they go to Slack.
func TestDraw(t *testing.T) {
	cases, err := filepath.Glob("testdata/*/message.json")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range cases {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			m := readMessage(t, path)
			d := draw(m, pingOf(m))
			got := encode(t, d)
			testkit.Golden(t, filepath.Join(filepath.Dir(path), "want.json"), string(got), *update)
			checkDrawn(t, m, d)
		})
	}
}

func readMessage(t *testing.T, path string) alerts.Message {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var m alerts.Message
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return m
}

// pingOf is what names.ping finds without asking Slack.
func pingOf(m alerts.Message) ping {
	n := m.Alert.Notify
	if isID(n, 'S') {
		return ping{group: n}
	}
	return ping{name: n}
}

func encode(t *testing.T, d drawn) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(map[string]any{"text": d.text, "blocks": d.blocks}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// hidden are characters that must never reach a reader: bidirectional controls,
// zero-width and other format characters, control characters.
var hidden = regexp.MustCompile(`[\x{0000}-\x{0009}\x{000b}-\x{001f}\x{007f}-\x{009f}\x{00ad}\x{061c}\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2060}-\x{206f}\x{feff}\x{e0000}-\x{e007f}]`)

// checkDrawn states what must hold for every message: Slack takes it, and nothing
// in it can ping, link or format but what earshot itself put there.
func checkDrawn(t fataler, m alerts.Message, d drawn) {
	t.Helper()
	raw, err := json.Marshal(d.blocks)
	if err != nil {
		t.Fatalf("blocks: %v", err)
	}
	if errs := fakeslack.CheckBlocks(raw); len(errs) > 0 {
		t.Fatalf("Slack would refuse the blocks: %v", errs)
	}
	if n := utf8.RuneCount(raw); n > maxBlocksJSON {
		t.Fatalf("the blocks have %d characters", n)
	}
	// Escaping may make five characters of one.
	if n := utf8.RuneCountInString(d.text); n == 0 || n > 5*maxFallback {
		t.Fatalf("the text has %d characters", n)
	}
	if strings.ContainsAny(d.text, "<>") || strings.Contains(strings.NewReplacer("&amp;", "", "&lt;", "", "&gt;", "").Replace(d.text), "&") {
		t.Fatalf("the text is not escaped: %q", d.text)
	}
	if at := hidden.FindString(d.text); at != "" {
		t.Fatalf("the text holds %q", at)
	}
	var blocks any
	if err := json.Unmarshal(raw, &blocks); err != nil {
		t.Fatalf("blocks: %v", err)
	}
	walk(t, m, blocks)
}

func walk(t fataler, m alerts.Message, v any) {
	t.Helper()
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			walk(t, m, e)
		}
	case map[string]any:
		switch v["type"] {
		case "mrkdwn", "markdown", "broadcast", "emoji", "channel", "team":
			t.Fatalf("an element of type %v", v["type"])
		case "user", "usergroup":
			if m.Alert.Notify == "" {
				t.Fatalf("somebody is pinged: %v", v)
			}
		case "link", "button":
			if link, ok := v["url"].(string); ok && link != webLink(m.Mention.Post.URL) && link != webLink(m.Details.Link) && !waits(m, link) {
				t.Fatalf("a link that is not the permalink: %q", link)
			}
		case "plain_text":
			if v["emoji"] == true {
				t.Fatalf("plain text with emoji: %v", v)
			}
		}
		for _, e := range v {
			walk(t, m, e)
		}
	case string:
		if at := hidden.FindString(v); at != "" {
			t.Fatalf("a text holds %q: %q", at, v)
		}
	}
}

// waits reports whether the link is the permalink of somebody whom a digest lists.
func waits(m alerts.Message, link string) bool {
	return m.Details.Summary != nil && slices.ContainsFunc(m.Details.Summary.Waiting, func(w alerts.UnansweredCase) bool { return webLink(w.URL) == link })
}

// anySummary is a digest whose names are hostile.
func anySummary(t *rapid.T) *alerts.Summary {
	name := hostileText(300)
	spread := rapid.Custom(func(t *rapid.T) report.Spread {
		return report.Spread{Median: time.Duration(rapid.Int64().Draw(t, "median")), P90: time.Duration(rapid.Int64().Draw(t, "p90")), Of: rapid.IntRange(0, 3).Draw(t, "of")}
	})
	rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) report.Row {
		return report.Row{Name: name.Draw(t, "name"), Complaints: rapid.Int().Draw(t, "n"), Overall: spread.Draw(t, "overall")}
	}), 0, 8)
	s := &alerts.Summary{Period: rapid.SampledFrom([]string{alerts.Daily, alerts.Weekly}).Draw(t, "period"), Waits: rapid.IntRange(0, 100).Draw(t, "waits")}
	s.Report = report.Report{Heard: rapid.IntRange(0, 5).Draw(t, "heard"), Overall: spread.Draw(t, "all"), Places: rows.Draw(t, "places"), Topics: rows.Draw(t, "topics"), People: rows.Draw(t, "people")}
	for range rapid.IntRange(0, 40).Draw(t, "days") {
		s.Report.Days = append(s.Report.Days, report.Day{Date: name.Draw(t, "day")})
	}
	for range min(s.Waits, rapid.IntRange(0, 15).Draw(t, "waiting")) {
		s.Waiting = append(s.Waiting, alerts.UnansweredCase{Author: name.Draw(t, "author"), Site: name.Draw(t, "site"), Owner: name.Draw(t, "owner"), SnoozedBy: name.Draw(t, "snoozed by"),
			URL: rapid.OneOf(hostileText(2000), rapid.Just("https://forum.example/p/"+strings.Repeat("1", 2900))).Draw(t, "url")})
	}
	return s
}

// hostile are pieces that attack somebody: Slack's markup, borders of limits,
// direction and zero-width tricks, broken UTF-8.
var hostile = []string{
	"<!channel>", "<!here|x>", "<@U0000IRA>", "<#C0MENTIONS>", "<https://evil.example|bank>", "@here", "&lt;!channel&gt;", "*b*", "_i_", "~s~", "`c`", "```", "> q",
	":bomb:", "https://evil.example/?a=b&c=d", "\u202e", "\u2066", "\u200b", "\ufeff", "\U000e0041", "\x1b[31m", "\x00", "\xff\xfe", "\n", "\r\n", "\t", " ",
	"é̶̶̶̶̶̶̶̶̶̶̶", "слово", "word", "🧨", "</>", "&", "\"", "\\", "\u2028",
}

func hostileText(limit int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		part := rapid.OneOf(rapid.SampledFrom(hostile), rapid.StringN(0, 40, 200))
		text := strings.Join(rapid.SliceOfN(part, 0, 30).Draw(t, "parts"), "")
		times := rapid.SampledFrom([]int{1, 1, 1, 20, 400}).Draw(t, "times")
		text = strings.Repeat(text, times)
		return text[:min(len(text), limit)]
	})
}

func anyMessage(t *rapid.T) alerts.Message {
	short, long := hostileText(2000), hostileText(60000)
	m := alerts.Message{
		Alert: mention.Alert{ID: "a1", Kind: rapid.SampledFrom([]mention.AlertKind{mention.Complaint, mention.Duplicate, mention.Changed, mention.Escalation, mention.Digest, mention.Burst, mention.Notice}).Draw(t, "kind"),
			Route: "#mentions", Severity: mention.Severity(rapid.IntRange(0, 4).Draw(t, "severity"))},
		Mention: mention.Mention{ID: "0123456789abcdef0123456789abcdef", Watch: short.Draw(t, "watch"), Post: mention.Post{
			Source: short.Draw(t, "source"), URL: rapid.OneOf(short, rapid.Just("https://forum.example/p/1"), rapid.Just("javascript:alert(1)"), rapid.Just("https://a:b@evil.example/")).Draw(t, "url"),
			Author: short.Draw(t, "author"), Title: short.Draw(t, "title"), Text: long.Draw(t, "text"), IsReply: rapid.Bool().Draw(t, "reply"), Deleted: rapid.Bool().Draw(t, "deleted"),
			Published: time.Unix(rapid.Int64Range(-1e11, 1e11).Draw(t, "published"), 0), Rating: &mention.Rating{Value: rapid.Float64().Draw(t, "value"), Best: rapid.Float64().Draw(t, "best")}}},
		Case: mention.Case{Status: rapid.SampledFrom([]mention.Status{mention.Open, mention.Claimed, mention.Replied, mention.Dismissed}).Draw(t, "status"),
			Owner: mention.Person{Name: short.Draw(t, "owner")}, Reason: short.Draw(t, "reason"), AnswerVerified: rapid.Bool().Draw(t, "seen"), RepliedBy: short.Draw(t, "by"),
			Duplicates: rapid.IntRange(0, 100).Draw(t, "twins"), Steps: mention.Steps{Unclaimed: rapid.IntRange(0, mention.StepTold).Draw(t, "steps")}},
		Details: alerts.Details{Change: rapid.SampledFrom([]alerts.Change{alerts.Edited, alerts.Worse, alerts.Better, alerts.Deleted, alerts.Answered, ""}).Draw(t, "change"),
			By: short.Draw(t, "official"), Link: short.Draw(t, "link"), Text: long.Draw(t, "answer"), Nth: rapid.IntRange(0, 200).Draw(t, "nth")},
		Now: time.Unix(rapid.Int64Range(-1e11, 1e11).Draw(t, "now"), 0),
	}
	m.Gathered = alerts.Gathered{Count: rapid.IntRange(0, 3).Draw(t, "gathered"), Watches: []string{m.Mention.Watch, short.Draw(t, "other")}, Loudest: m.Mention}
	if rapid.IntRange(0, 5).Draw(t, "digest") == 0 {
		m.Alert.Kind, m.Details.Summary = mention.Digest, anySummary(t)
	}
	body := m.Mention.Post.Body()
	for range rapid.IntRange(0, 60).Draw(t, "hits") {
		from := rapid.IntRange(-5, len(body)+5).Draw(t, "from")
		to := from + rapid.IntRange(-3, 60).Draw(t, "length")
		h := mention.Hit{Start: from, End: to, Rule: short.Draw(t, "rule"), Weight: rapid.SampledFrom([]float64{-1, 1}).Draw(t, "weight")}
		if from >= 0 && to >= from && to <= len(body) {
			h.Text = body[from:to]
		}
		m.Mention.Score.Why = append(m.Mention.Score.Why, h)
	}
	m.Mention.Score.Topics = rapid.SliceOfN(short, 0, 5).Draw(t, "topics")
	return m
}

// TestNothingHostileGetsThrough draws messages made of hostile pieces.
func TestNothingHostileGetsThrough(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := anyMessage(t)
		d := draw(m, ping{})
		checkDrawn(t, m, d)
		m.Alert.ThreadOf = rapid.SampledFrom([]mention.AlertID{"", "a0"}).Draw(t, "thread")
		hook := hookDraw(m)
		checkDrawn(t, m, hook)
		for _, b := range hook.blocks {
			if b.BlockType() == api.MBTAction {
				t.Fatalf("a webhook has no buttons: %v", b)
			}
		}
	})
}

// FuzzDraw is the same for one text, from the corpus of the go command.
func FuzzDraw(f *testing.F) {
	for _, h := range hostile {
		f.Add(h, h, "https://forum.example/p/1")
	}
	testkit.AttackSeeds(func(body string) { f.Add(body, body, "https://forum.example/"+body) })
	f.Fuzz(func(t *testing.T, text, author, url string) {
		m := alerts.Message{Alert: mention.Alert{ID: "a1", Kind: mention.Complaint, Severity: mention.High},
			Mention: mention.Mention{ID: "m1", Watch: "w", Post: mention.Post{Source: "s", Author: author, Text: text, URL: url}}, Case: mention.Case{Status: mention.Open}}
		checkDrawn(t, m, draw(m, ping{}))
	})
}

func BenchmarkDraw(b *testing.B) {
	raw, err := os.ReadFile("testdata/open/message.json")
	if err != nil {
		b.Fatal(err)
	}
	var m alerts.Message
	if err := json.Unmarshal(raw, &m); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		draw(m, ping{})
	}
}
