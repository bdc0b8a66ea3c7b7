package push

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

var now = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func door(change ...func(*crawlers.Env)) *Door {
	env := crawlers.Env{Now: func() time.Time { return now }, Source: "n8n", DefaultKind: mention.Social}.WithDefaults()
	for _, c := range change {
		c(&env)
	}
	return &Door{Env: env}
}

func TestRead(t *testing.T) {
	body := `{"id":"a","text":"One"}
{"id":7,"source":"somebody else","kind":"review","url":"https://x.example/7?utm_source=y","author":" Ann ","published":"2026-11-20T10:00:00+02:00","rating":{"value":1},"title":"T","text":"Two","lang":"en"}

{"id":"c","published":"2026-11-21","text":"Three"}`
	want := []mention.Post{
		{Source: "n8n", Kind: mention.Social, ID: "a", Text: "One", FetchedAt: now},
		{Source: "n8n", Kind: mention.Review, ID: "7", URL: "https://x.example/7", Author: "Ann", Published: now.AddDate(0, 0, -6).Add(-4 * time.Hour),
			Rating: &mention.Rating{Value: 1, Best: 5}, Title: "T", Text: "Two", Lang: "en", FetchedAt: now},
		{Source: "n8n", Kind: mention.Social, ID: "c", Text: "Three", Published: now.AddDate(0, 0, -5).Add(-12 * time.Hour), DateOnly: true, FetchedAt: now},
	}
	pretty := "[\n" + strings.ReplaceAll(strings.ReplaceAll(body, "\n\n", "\n"), "\n", ",\n") + "\n]\n"
	for name, text := range map[string]string{"lines": body, "array": pretty, "one line": strings.ReplaceAll(body, "\n", " ")} {
		got, err := door().Read(strings.NewReader(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		a, _ := json.Marshal(got)
		b, _ := json.Marshal(want)
		if !bytes.Equal(a, b) {
			t.Errorf("%s:\n%s\nwant\n%s", name, a, b)
		}
	}
	got, err := door(func(e *crawlers.Env) { e.PostKind = mention.Forum }).Read(strings.NewReader(body))
	if err != nil || got[2].Kind != mention.Forum {
		t.Errorf("the watchlist's kind is not taken: %+v, %v", got, err)
	}
}

// TestReadEdit: a sender that hands in a post and its edit at once means the edit.
func TestReadEdit(t *testing.T) {
	got, err := door().Read(strings.NewReader(`{"id":"a","text":"Thanks, all is well"}` + "\n" + `{"id":"b","text":"x"}` + "\n" + `{"id":"a","text":"They never refunded me"}`))
	if err != nil || len(got) != 2 || got[0].Text != "They never refunded me" {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestReadOddBytes: a mark that Windows puts before a file is no part of the posts, and a letter that
// was cut in two costs nothing but itself.
func TestReadOddBytes(t *testing.T) {
	got, err := door().Read(strings.NewReader("\ufeff" + `{"id":"a","text":"Гроші не повертают` + "\xd1" + `"}`))
	if err != nil || len(got) != 1 || !strings.HasPrefix(got[0].Text, "Гроші не повертают") {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestReadSignsOfASite: a page that shows signs for what it could not read itself, or a face that was cut
// in two, keeps no other post of the request back.
func TestReadSignsOfASite(t *testing.T) {
	for _, text := range []string{"\ufffd\ufffd\ufffd \ufffd\ufffd\ufffd", `\ufffd\ufffd`, `\ud83d`, "😡😡😡\xf0\x9f"} {
		got, err := door().Read(strings.NewReader(`{"id":"a","text":"` + text + `"}{"id":"b","text":"Гроші не повертають"}`))
		if err != nil || len(got) == 0 || got[len(got)-1].ID != "b" {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

// TestReadWhatProgramsWrite: times as libraries write them are times, in the source's zone where they name none;
// names and titles are one line without marks that turn it around; what was changed before it was written was not.
func TestReadWhatProgramsWrite(t *testing.T) {
	kyiv, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 20, 8, 30, 0, 0, time.UTC)
	for _, written := range []string{"2026-11-20T08:30:00Z", "2026-11-20T10:30:00+02:00", "2026-11-20T10:30:00+0200", "2026-11-20 10:30:00+02:00", "2026-11-20T10:30:00", "2026-11-20T10:30:00.000000", "2026-11-20 10:30:00"} {
		got, err := door(func(e *crawlers.Env) { e.Zone = kyiv }).Read(strings.NewReader(
			`{"id":"a","author":" \u202eAnn\n K.\u202c ","title":"One\r\ntwo","text":"x","published":"` + written + `","edited":"2026-11-01"}`))
		if err != nil || len(got) != 1 || !got[0].Published.Equal(at) || !got[0].Edited.IsZero() || got[0].Author != "Ann K." || got[0].Title != "One two" {
			t.Errorf("%s: %+v, %v", written, got, err)
		}
	}
}

// TestReadTimesOfTheNightOfAChange: of two moments the first, which is not to come; a day begins where it does.
func TestReadTimesOfTheNightOfAChange(t *testing.T) {
	for _, c := range []struct{ zone, written, want string }{
		{"Europe/Kyiv", "2026-10-25T03:30:00", "2026-10-25T00:30:00Z"},
		{"Europe/Kyiv", "2026-03-29 03:30:00", "2026-03-29T01:30:00Z"},
		{"America/New_York", "2026-11-01T01:30:15", "2026-11-01T05:30:15Z"},
		{"Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00Z"},
		{"America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z"},
		{"Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z"},
		{"Asia/Kolkata", "2026-04-24", "2026-04-23T18:30:00Z"},
		{"Asia/Kolkata", "2026-10-25T03:30:00+02:00", "2026-10-25T01:30:00Z"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		got, err := door(func(e *crawlers.Env) { e.Zone = zone }).Read(strings.NewReader(`{"id":"a","text":"x","published":"` + c.written + `"}`))
		if err != nil || len(got) != 1 || got[0].Published.UTC().Format(time.RFC3339) != c.want {
			t.Errorf("%s in %s: %+v, %v; want %s", c.written, c.zone, got, err, c.want)
		}
	}
}

// TestReadForumBySendersWord: that posts are a forum's, where a name is one person's, is the watchlist's word
// and not the sender's: else a sender might take the company's name and close complaints.
func TestReadForumBySendersWord(t *testing.T) {
	const body = `{"id":"a","kind":"forum","author":"Romashka Support","text":"Solved, thank you"}`
	for said, free := range map[mention.PostKind]bool{"": true, mention.Forum: false} {
		got, err := door(func(e *crawlers.Env) { e.PostKind = said }).Read(strings.NewReader(body))
		if err != nil || len(got) != 1 || got[0].Kind != mention.Forum || got[0].FreeName != free {
			t.Errorf("the watchlist says %q: %+v, %v", said, got, err)
		}
	}
}

// TestReadErrors: a request that cannot be taken says where and why, and nothing of it
// is taken.
func TestReadErrors(t *testing.T) {
	for _, test := range []struct{ body, want string }{
		{"{\"id\":\"a\",\"text\":\"x\"}\n{\"id\":\"b\"}", "line 2: text is missing"},
		{"{\"text\":\"x\"}", "line 1: id is missing: the sender's own name of the post, the same each time"},
		{"\n\n{\"id\":\"a\",\"text\":\"x\",\"pubished\":\"2026-11-20\"}", `line 3: unknown field "pubished"`},
		{"{\"id\":\"a\",\"text\":\"x\",\"published\":\"yesterday\"}", `line 1: published: "yesterday" is not a time like 2026-11-26T08:30:00Z, nor a day like 2026-11-26`},
		{"{\"id\":\"a\",\"text\":\"x\",\"url\":\"javascript:alert(1)\"}", `line 1: url: "javascript:alert(1)" is not a web address`},
		{"{\"id\":\"a\",\"text\":\"x\",\"kind\":\"tweet\"}", `line 1: kind: "tweet" is not one of review, forum, comment, news, social`},
		{"{\"id\":\"a\",\"rating\":{\"value\":9,\"best\":5}}", "line 1: rating: value is not between 0 and best, which is 5 where it is left out"},
		{"{\"id\":\"a\",\"rating\":{\"value\":9}}", "line 1: rating: value is not between 0 and best, which is 5 where it is left out"},
		{"{\"id\":\"a\",\"text\":\"x\"}\n{\"id\":\"b\",\"text\":\"\xcd\xe5 \xe2\xee\xe7\xe2\xf0\xe0\xf9\xe0\xfe\xf2 \xe4\xe5\xed\xfc\xe3\xe8, VISA\"}", "line 2: text: most of it is not UTF-8: send the request in UTF-8"},
		{"{\"id\":\"a\",\"text\":7}", "line 1: text: a number stands there, and a text belongs there"},
		{"{\"id\":\"a\",\"text\":\"x\",\"rating\":5}", "line 1: rating: a number stands there, and an object belongs there"},
		{"{\"id\":\"a\",\"text\":\"x\",\"rating\":{\"value\":\"5\"}}", "line 1: rating.value: a text stands there, and a number belongs there"},
		{"{\"id\":\"a\",\"text\":\"x\",\"reply_to\":[]}", "line 1: reply_to: a list stands there, and a text belongs there"},
		{"{\"id\":\"a\",\"text\":\"\u200b\u200e\"}", "line 1: text is missing"},
		{"\xff\xfe{\x00}\x00", "line 1: the request is in UTF-16, as PowerShell writes files: send it in UTF-8"},
		{"{\"id\":[],\"text\":\"x\"}", "line 1: an id is a text or a number"},
		{"{\"id\":\"" + strings.Repeat("i", 513) + "\",\"text\":\"x\"}", "line 1: id: longer than 512 bytes"},
		{"{\"id\":\"a\",\n\"text\":\"x\"", "line 1: the JSON ends too early"},
		{"[{\"id\":\"a\",\"text\":\"x\"},\n5]", "line 2: a post is a JSON object with id and text, not a number"},
		{"hello", "line 1: invalid character 'h' looking for beginning of value"},
	} {
		got, err := door().Read(strings.NewReader(test.body))
		var line *LineError
		if !errors.As(err, &line) || err.Error() != test.want || got != nil {
			t.Errorf("%.60q: %v, %v; want %s", test.body, got, err, test.want)
		}
	}
	var many strings.Builder
	for i := range MaxPosts + 1 {
		fmt.Fprintf(&many, "{\"id\":%d,\"text\":\"x\"}\n", i)
	}
	if _, err := door().Read(strings.NewReader(many.String())); !errors.Is(err, ErrTooMany) {
		t.Errorf("too many: %v", err)
	}
}

// TestPrecisionGoesWithATime: a post without a time has no precision either, as everywhere.
func TestPrecisionGoesWithATime(t *testing.T) {
	at := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	for want, p := range map[string]mention.Post{"day": {Published: at, DateOnly: true}, "": {DateOnly: true}} {
		if got := Of(p); got.Precision != want {
			t.Errorf("%+v has the precision %q", got, got.Precision)
		}
	}
}

// TestRoundTrip: what crawl prints is taken as it is.
func TestRoundTrip(t *testing.T) {
	p := mention.Post{Source: "x", Kind: mention.Review, ID: "1", URL: "https://x.example/1", ThreadURL: "https://x.example/", Author: "A", AuthorURL: "https://x.example/u/a",
		Published: now.Add(-time.Hour), Rating: &mention.Rating{Value: 2, Best: 5}, Text: "Рядок\nдругий <b>", Lang: "uk"}
	line, err := json.Marshal(Of(p))
	if err != nil {
		t.Fatal(err)
	}
	got, err := door().Read(bytes.NewReader(line))
	if err != nil || len(got) != 1 {
		t.Fatal(got, err)
	}
	p.Source, p.FetchedAt = "n8n", now
	a, _ := json.Marshal(got[0])
	b, _ := json.Marshal(p)
	if !bytes.Equal(a, b) {
		t.Errorf("%s\nwant\n%s", a, b)
	}
}

// FuzzRead: whatever is sent, the answer is posts with ids and words, or an error, and
// lines are counted right.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"id":"a","text":"x"}`))
	f.Add([]byte("[{\"id\":1,\"text\":\"x\"},\n{\"id\":2}]"))
	f.Add([]byte("{\"id\":\"\\ud800\",\"text\":\"\\u0000\"}\n[]"))
	testkit.AttackSeeds(func(body string) { f.Add([]byte(body)) })
	f.Fuzz(func(t *testing.T, body []byte) {
		posts, err := door().Read(bytes.NewReader(body))
		var line *LineError
		if errors.As(err, &line) && (line.Line < 1 || line.Line > bytes.Count(body, []byte("\n"))+1 || line.Reason == "") {
			t.Fatalf("%v in %d lines", err, bytes.Count(body, []byte("\n"))+1)
		}
		for _, p := range posts {
			if p.ID == "" || p.Source != "n8n" || p.Title+p.Text == "" && p.Rating == nil {
				t.Fatalf("%+v", p)
			}
		}
	})
}
