package plan_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/mention"
)

// TestDiscussions plays each discussion of testdata/discussions and looks what became of its complaints. A
// discussion begins with a line "# name"; testdata/discussions/README.md says what stands below it.
func TestDiscussions(t *testing.T) {
	files, err := filepath.Glob("testdata/discussions/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		script, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range strings.Split("\n"+string(script), "\n# ")[1:] {
			name, lines, _ := strings.Cut(one, "\n")
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txt")+"/"+name, func(t *testing.T) {
				t.Parallel()
				play(t, strings.Split(lines, "\n"))
			})
		}
	}
}

// discussion is one that is played.
type discussion struct {
	*rig.Rig
	kind   mention.PostKind
	free   bool // anybody may have any name
	tree   bool // no thread: what answers nothing stands alone
	said   map[string]mention.Mention
	now    []mention.AnalyzedPost
	told   map[mention.ID][]string
	nobody map[string]bool // posts that name no watch
}

func play(t *testing.T, lines []string) {
	d := &discussion{kind: mention.Forum, said: map[string]mention.Mention{}, told: map[mention.ID][]string{}, nobody: map[string]bool{}}
	rules := alerts.Rules{Official: map[string][]string{rig.Bank: {"Romashka Support"}}, Profiles: map[string][]alerts.Profile{}}
	for _, line := range lines {
		parts := strings.Split(line, " | ")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		switch key, value, _ := strings.Cut(line, ": "); {
		case strings.TrimSpace(line) == "":
		case key == "official":
			for _, one := range strings.Split(value, ", ") {
				name, address, known := strings.Cut(one, " <")
				rules.Official[rig.Bank] = append(rules.Official[rig.Bank], name)
				if known {
					rules.Profiles[rig.Bank] = append(rules.Profiles[rig.Bank], alerts.Profile{Name: name, Address: strings.TrimSuffix(address, ">")})
				}
			}
		case key == "place":
			d.place(value)
		default:
			if d.Rig == nil {
				d.Rig = rig.New(t, rules)
			}
			d.step(parts)
		}
	}
}

func (d *discussion) place(value string) {
	for _, word := range strings.Fields(value) {
		switch word {
		case "free":
			d.free = true
		case "tree":
			d.tree = true
		default:
			d.kind = mention.PostKind(word)
		}
	}
}

// at is a moment of the day of the discussion, "14:05", or of a later one, "+3d14:05".
func (d *discussion) at(s string) time.Time {
	days := 0
	if rest, ok := strings.CutPrefix(s, "+"); ok {
		n, clock, _ := strings.Cut(rest, "d")
		days, s = int(n[0]-'0'), clock
		if len(n) > 1 {
			days = 10*days + int(n[1]-'0')
		}
	}
	at, err := time.Parse("15:04", s)
	if err != nil {
		d.T.Fatalf("%q is no time: %v", s, err)
	}
	return rig.Noon.Truncate(24*time.Hour).AddDate(0, 0, days).Add(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute)
}

// step plays one line.
func (d *discussion) step(parts []string) {
	d.T.Helper()
	if parts[0] == "=" {
		d.expect(parts[1:])
		return
	}
	when, joined := strings.CutPrefix(parts[0], "& ")
	clock, shown, other := strings.Cut(when, "/")
	real := d.at(clock)
	if !joined {
		d.flush()
	}
	d.Now = real.Add(time.Minute)
	verb, id, _ := strings.Cut(parts[1], " ")
	switch verb {
	case "claim":
		d.do(id, mention.Action{Verb: mention.Claim})
	case "replied":
		d.do(id, mention.Action{Verb: mention.Reply})
	case "reopen":
		d.do(id, mention.Action{Verb: mention.Reopen})
	case "dismiss":
		d.do(id, mention.Action{Verb: mention.Dismiss, Reason: mention.NotNegative})
	case "snooze":
		d.do(id, mention.Action{Verb: mention.Snooze, Until: real.Add(48 * time.Hour)})
	case "sent":
		d.sent(id, parts[2])
	case "gone":
		m := d.said[id]
		m.Post.Deleted, m.Post.Text = true, ""
		d.add(m)
	case "back":
		d.add(d.said[id])
	case "edit":
		m := d.said[id]
		d.judge(&m, parts[2])
		m.Post.Text, m.Post.Edited = parts[3], real
		d.said[id] = m
		d.add(m)
	default:
		m := d.post(parts[1], parts[2], parts[3], parts[4])
		m.Post.Published = real
		switch {
		case other && shown == "-":
			m.Post.Published = time.Time{}
		case other && shown == "d":
			m.Post.Published, m.Post.DateOnly = real.Truncate(24*time.Hour), true
		case other:
			m.Post.Published = d.at(shown)
		}
		d.said[m.Post.ID] = m
		d.add(m)
	}
}

// post is a post as its place shows it: "ID", "ID>WHAT IT ANSWERS", "ID@THREAD".
func (d *discussion) post(id, author, sign, text string) mention.Mention {
	id, thread, _ := strings.Cut(id, "@")
	id, to, _ := strings.Cut(id, ">")
	if thread == "" {
		thread = "1"
	}
	author, profile, _ := strings.Cut(author, " <")
	own := strings.HasPrefix(author, "*")
	seems := strings.HasPrefix(author, "?")
	m := rig.Said(rig.Forum, id, strings.TrimLeft(author, "*?"), text, 0)
	p := &m.Post
	p.Kind, p.FreeName, p.Own, p.SeemsOwn, p.ReplyTo, p.AuthorURL = d.kind, d.free, own, seems, to, strings.TrimSuffix(profile, ">")
	p.ThreadURL = "https://forum.example/t/" + thread
	if d.tree {
		p.ThreadURL = ""
	}
	d.judge(&m, sign)
	return m
}

// judge gives a post its score: - of a complaint, = of none, + of praise; with . it names nobody.
func (d *discussion) judge(m *mention.Mention, sign string) {
	rig.Judge(m, map[string]float64{"-": -0.6, "--": -0.95, "=": 0.1, "+": 0.8, ".": 0}[sign])
	d.nobody[m.Post.ID] = sign == "."
}

// add puts a post into the poll of its line and of the lines joined to it. What names no watch, and is by nobody of its own, is no
// mention.
func (d *discussion) add(m mention.Mention) {
	one := mention.AnalyzedPost{Post: m.Post}
	if !d.nobody[m.Post.ID] || m.Post.OwnersAnswer() || len(d.Planner.OfficialFor(m.Post)) > 0 {
		one.Mentions = []mention.Mention{m}
	}
	d.now = append(d.now, one)
}

// flush hands over what was added, and notes what is told of it.
func (d *discussion) flush() {
	d.T.Helper()
	if len(d.now) == 0 {
		return
	}
	for _, a := range d.PollPosts(d.now...) {
		if a.Kind == mention.Changed {
			details := alerts.ReadDetails(a.Payload)
			word := string(details.Change)
			if details.Change == alerts.SeemsAnswered && details.By != "" {
				word = "unclear"
			}
			d.told[a.MentionID] = append(d.told[a.MentionID], word)
		}
	}
	d.now = nil
}

func (d *discussion) do(id string, a mention.Action) {
	d.T.Helper()
	a.At = d.Now
	d.Do(d.said[id], a)
}

// sent has an answer to a post go out from here.
func (d *discussion) sent(id, text string) {
	d.T.Helper()
	m := d.said[id]
	draft := mention.SiteReply{ID: "K" + id, MentionID: rig.ID(m), Nth: 1, Status: mention.ReplyDraft, Account: "support", Text: text, By: mention.Person{ID: "slack:U1", Name: "Ira"}, MadeAt: d.Now, ApprovedAt: d.Now}
	sending := draft
	sending.Status, sending.Attempts, sending.FirstAt, sending.SendingAt = mention.ReplySending, 1, d.Now, d.Now
	if err := d.Store.AddReply(context.Background(), draft); err != nil {
		d.T.Fatal(err)
	}
	if ok, err := d.Store.ChangeReply(context.Background(), draft, sending, mention.Person{}); err != nil || !ok {
		d.T.Fatal(ok, err)
	}
	d.Do(m, mention.Action{Verb: mention.Reply, At: d.Now})
}

// expect looks at the case of a complaint: its status, since when it is answered and, behind a !, that nobody saw that; and what was
// told in its thread.
func (d *discussion) expect(want []string) {
	d.T.Helper()
	d.flush()
	m := d.said[want[0]]
	_, c := d.State(m)
	got := string(c.Status)
	if c.Status == mention.Replied {
		got += " " + c.RepliedAt.UTC().Format("15:04")
		if days := int(c.RepliedAt.Sub(d.at("00:00")) / (24 * time.Hour)); days > 0 {
			got = strings.Replace(got, " ", " +"+string(rune('0'+days))+"d", 1)
		}
		if !c.AnswerVerified {
			got += "!"
		}
	}
	if have := append([]string{got}, d.told[rig.ID(m)]...); !slices.Equal(have, want[1:]) {
		d.T.Errorf("%s by %s: %q, want %q", want[0], m.Post.Author, have, want[1:])
	}
}
