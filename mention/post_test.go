package mention

import (
	"encoding/hex"
	"slices"
	"strconv"
	"testing"
	"time"
)

func TestContentHash(t *testing.T) {
	p := Post{Title: "A title", Text: "some  words\nhere", Rating: &Rating{Value: 1, Best: 5}}
	same, edited, rerated := p, p, p
	same.Text = "some words here "
	edited.Text = "some other words here"
	rerated.Rating = &Rating{Value: 5, Best: 5}
	if p.ContentHash() != same.ContentHash() {
		t.Error("white space alone looks like an edit")
	}
	if p.ContentHash() == edited.ContentHash() {
		t.Error("changed words do not look like an edit")
	}
	if p.ContentHash() == rerated.ContentHash() {
		t.Error("a changed rating does not look like an edit")
	}
	if (Post{}).ContentHash() == 0 {
		t.Error("0 means unknown")
	}
}

func TestFingerprint(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 30, 15, 0, time.UTC)
	p := Post{Source: "s", ID: "1?sid=abc", Author: "a", Published: at, Text: "ok"}
	moved := p
	moved.ID = "1?sid=def"
	if p.Fingerprint() != moved.Fingerprint() || p.Fingerprint() == (PostKey{}) {
		t.Error("a post whose id changes at every fetch is not recognised")
	}
	relative := p
	relative.Published = at.Add(time.Hour)
	if p.Fingerprint() != relative.Fingerprint() {
		t.Error("\"3 hours ago\" is another post an hour later")
	}
	tomorrow, rated := p, p
	tomorrow.Published = at.Add(24 * time.Hour)
	rated.Rating = &Rating{Value: 1, Best: 5}
	if p.Fingerprint() == tomorrow.Fingerprint() || p.Fingerprint() == rated.Fingerprint() {
		t.Error("another day or another rating is another post")
	}
	if !slices.Contains(p.NearFingerprints(), tomorrow.Fingerprint()) || !slices.Contains(tomorrow.NearFingerprints(), p.Fingerprint()) {
		t.Error("the days beside are not near")
	}
	undated := Post{Source: "s", ID: "1", Text: "+1"}
	if undated.Fingerprint() != (PostKey{}) {
		t.Error("short words without a date tell nothing apart")
	}
	undated.Text = "Третій тиждень не повертають гроші"
	if undated.Fingerprint() == (PostKey{}) || undated.NearFingerprints() != nil {
		t.Error("words that tell a post apart need no day, and have none beside it")
	}
	first, second := Post{Source: "s", Own: true, ReplyTo: "1", Published: at, Text: "Дякуємо!"}, Post{Source: "s", Own: true, ReplyTo: "2", Published: at, Text: "Дякуємо!"}
	if first.Fingerprint() == second.Fingerprint() {
		t.Error("the same thanks under two reviews are one answer")
	}
}

// TestKeysAreKept: what is derived from a post is stored and asked for after every update. Were it another, all that
// stands on the sites would be new, or edited, and people would be told of it once more.
func TestKeysAreKept(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 30, 15, 0, time.UTC)
	p := Post{Source: "Відгуки", SourceKey: "k1", ID: "42", Author: "Олена", Published: at, Rating: &Rating{Value: 1.5, Best: 5}, Title: "Гроші", Text: "Третій тиждень\nне повертають"}
	undated, answer := p, p
	undated.Published = time.Time{}
	answer.SeemsOwn, answer.ReplyTo = true, "41"
	hexed := func(k PostKey) string { return hex.EncodeToString(k[:]) }
	for _, key := range []struct{ of, is, want string }{
		{"post", hexed(p.Key()), "7ac2ee026ad22fa5cc4a644b6b905424"},
		{"words", strconv.FormatUint(uint64(p.ContentHash()), 16), "f66cfb07"},
		{"words and day", hexed(p.Fingerprint()), "67a3e98a4c0e09317e7541ea81ddd5e3"},
		{"words without a day", hexed(undated.Fingerprint()), "f343e5e56a8681c5b919e2b76ef169e3"},
		{"answer", hexed(answer.Fingerprint()), "35bb292ce72892f9434849f959597dee"},
		{"mention", string(MentionID(p.Key(), "Ромашка")), "08299da90854b3ac32a052d2b8734bd1"},
		{"alert", string(NewAlertID(Complaint, "m", "#pr")), "5fbeb7c3c5951b405fb0c86ddc5dfa80"},
		{"address", strconv.FormatInt(URLKey("https://www.Forum.example/t/5?page=2#P17"), 16), "-687275500cf273e0"},
	} {
		if key.is != key.want {
			t.Errorf("%s: %s, was %s", key.of, key.is, key.want)
		}
	}
}

// Parts are hashed with their lengths: a source "a" with the id "bc" is not the
// source "ab" with the id "c".
func TestKeysDoNotRunTogether(t *testing.T) {
	if (Post{Source: "a", ID: "bc"}).Key() == (Post{Source: "ab", ID: "c"}).Key() {
		t.Error("two posts have one key")
	}
	key := Post{Source: "a", ID: "b"}.Key()
	if MentionID(key, "x") == MentionID(key, "y") {
		t.Error("two watches have one mention")
	}
	if NewAlertID(Complaint, "a", "bc") == NewAlertID(Complaint, "ab", "c") || NewAlertID(Complaint, "a") == NewAlertID(Duplicate, "a") {
		t.Error("two alerts have one id")
	}
}

func TestStars(t *testing.T) {
	for _, c := range []struct {
		rating *Rating
		want   float64
	}{{nil, 0}, {&Rating{3, 5}, 3}, {&Rating{8, 10}, 4}, {&Rating{1, 0}, 0}} {
		if got := c.rating.Stars(); got != c.want {
			t.Errorf("%+v is %g stars, want %g", c.rating, got, c.want)
		}
	}
}

func TestSeverityWords(t *testing.T) {
	for s := Low; s <= Critical; s++ {
		if back, ok := ParseSeverity(s.String()); !ok || back != s {
			t.Errorf("%s does not read back", s)
		}
	}
	if _, ok := ParseSeverity("loud"); ok {
		t.Error("loud is no severity")
	}
}

// TestPostBefore: what a site's clock, or a day of an unknown zone, leaves open is not before.
func TestPostBefore(t *testing.T) {
	then := time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC)
	for _, x := range []struct {
		ago      time.Duration
		dateOnly bool
		want     bool
	}{
		{ago: 30 * time.Second}, {ago: time.Minute}, {ago: 2 * time.Minute, want: true}, {ago: -time.Hour},
		{ago: 36 * time.Hour, dateOnly: true}, {ago: 3 * 24 * time.Hour, dateOnly: true, want: true},
	} {
		p := Post{Published: then.Add(-x.ago), DateOnly: x.dateOnly}
		if got := p.Before(then); got != x.want {
			t.Errorf("%+v: %v", x, got)
		}
	}
	if (Post{}).Before(then) {
		t.Error("nobody says when")
	}
}

// TestDayIsThatOfTheSite: a day alone is said as the site has it, on every day of the year, in all zones that
// people write in.
func TestDayIsThatOfTheSite(t *testing.T) {
	for _, name := range []string{"Pacific/Honolulu", "America/Los_Angeles", "America/New_York", "America/Santiago", "America/St_Johns", "Atlantic/Azores", "UTC", "Europe/London", "Africa/Casablanca", "Africa/Cairo",
		"Europe/Kyiv", "Europe/Moscow", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Vladivostok", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Apia", "Pacific/Chatham"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for d := range 366 {
			begins := time.Date(2028, 1, 1+d, 0, 0, 0, 0, zone)
			if begins.Hour() != 0 { // where the clock skips midnight
				begins = time.Date(2028, 1, 1+d, 1, 0, 0, 0, zone)
			}
			p := Post{Published: begins.UTC(), DateOnly: true}
			if got, want := p.Day().Format(time.DateOnly), begins.Format(time.DateOnly); got != want {
				t.Fatalf("%s in %s is said to be %s", want, name, got)
			}
		}
	}
}
