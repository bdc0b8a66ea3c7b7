package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

type exportCmd struct {
	watchlistFlag
	subjectFlags
	JSON bool `help:"Print JSON, for other programs."`
}

// Run prints everything that is kept of a person or a post. It only reads.
func (c *exportCmd) Run(ctx context.Context, term terminal) error {
	s := speechOf(term)
	subject, err := c.subject(s)
	if err != nil {
		return err
	}
	cfg, err := loadForStore(c.Config, term)
	if err != nil {
		return err
	}
	s = speechOf(term) // the watchlist may name the language
	db, err := openStore(ctx, store.Options{Database: cfg.Database(), ReadOnly: true})
	if err != nil {
		return err
	}
	defer db.Close()
	kept, err := db.Kept(ctx, subject)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(term.out)
	if c.JSON {
		enc := newEncoder(out)
		enc.SetIndent("", "  ")
		err = enc.Encode(exportOf(kept))
	} else {
		c.print(out, s, kept)
	}
	if err != nil {
		return err
	}
	return out.Flush()
}

// exported is export --json.
type exported struct {
	Posts    []exportedPost    `json:"posts"`
	Mentions []exportedMention `json:"mentions"`
	Events   []exportedEvent   `json:"events"`
	Lessons  []exportedLesson  `json:"lessons"`
	Replies  []exportedReply   `json:"replies"`
	Mutes    []exportedMute    `json:"mutes"`
	Repeated []string          `json:"repeated"`
}

type exportedPost struct {
	Source    string          `json:"source"`
	Kind      string          `json:"kind"`
	ID        string          `json:"id,omitempty"`
	URL       string          `json:"url,omitempty"`
	Author    string          `json:"author,omitempty"`
	Profile   string          `json:"profile,omitempty"`
	Published string          `json:"published,omitempty"`
	Precision string          `json:"precision,omitempty"` // "day" where the site gives no time
	Fetched   string          `json:"fetched,omitempty"`
	Rating    *mention.Rating `json:"rating,omitempty"`
	Title     string          `json:"title,omitempty"`
	Text      string          `json:"text,omitempty"`
}

type exportedMention struct {
	ID        string  `json:"id"`
	Watch     string  `json:"watch"`
	URL       string  `json:"url,omitempty"`
	Heard     string  `json:"heard"`
	Label     string  `json:"label"`
	Score     float64 `json:"score"`
	Complaint float64 `json:"complaint"`
	Severity  string  `json:"severity"`
	Status    string  `json:"status"`
	Owner     string  `json:"owner,omitempty"`
	Reason    string  `json:"reason,omitempty"`
}

type exportedEvent struct {
	Mention string `json:"mention"`
	Kind    string `json:"kind"`
	By      string `json:"by,omitempty"`
	At      string `json:"at"`
	Detail  string `json:"detail,omitempty"`
}

type exportedLesson struct {
	Mention string `json:"mention"`
	Title   string `json:"title,omitempty"`
	Text    string `json:"text,omitempty"`
	By      string `json:"by,omitempty"`
	At      string `json:"at"`
}

type exportedReply struct {
	Mention string `json:"mention"`
	Status  string `json:"status"`
	Account string `json:"account"`
	By      string `json:"by,omitempty"`
	At      string `json:"at"`
	URL     string `json:"url,omitempty"`
	Text    string `json:"text,omitempty"`
}

type exportedMute struct {
	Author string `json:"author"`
	Source string `json:"source"`
	By     string `json:"by,omitempty"`
	At     string `json:"at"`
	Until  string `json:"until"`
}

func exportOf(k store.Kept) exported {
	out := exported{Posts: []exportedPost{}, Mentions: []exportedMention{}, Events: []exportedEvent{}, Lessons: []exportedLesson{}, Replies: []exportedReply{}, Mutes: []exportedMute{}, Repeated: append([]string{}, k.Repeated...)}
	for _, p := range k.Posts {
		out.Posts = append(out.Posts, exportedPost{p.Source, string(p.Kind), p.ID, p.URL, p.Author, p.AuthorURL, text.Stamp(p.Published), p.Precision(), text.Stamp(p.FetchedAt), p.Rating, p.Title, p.Text})
	}
	for _, r := range k.Mentions {
		m, c := r.Mention, r.Case
		out.Mentions = append(out.Mentions, exportedMention{string(m.ID), m.Watch, m.Post.URL, text.Stamp(m.HeardAt), string(m.Score.Label), m.Score.Value, m.Score.Complaint, m.Severity.String(), string(c.Status), c.Owner.Name, c.Reason})
	}
	for _, e := range k.Events {
		if e.Kind == string(mention.Assign) {
			e.Detail = text.OneLine(e.Detail) // its names stand on a line each
		}
		out.Events = append(out.Events, exportedEvent{string(e.MentionID), e.Kind, e.By.Name, text.Stamp(e.At), e.Detail})
	}
	for _, l := range k.Lessons {
		out.Lessons = append(out.Lessons, exportedLesson{string(l.MentionID), l.Title, l.Text, l.By.Name, text.Stamp(l.At)})
	}
	for _, r := range k.Replies {
		out.Replies = append(out.Replies, exportedReply{string(r.MentionID), string(r.Status), r.Account, r.By.Name, text.Stamp(r.MadeAt), r.URL, r.Text})
	}
	for _, m := range k.Mutes {
		out.Mutes = append(out.Mutes, exportedMute{m.Author, m.Source, m.By.Name, text.Stamp(m.At), text.Stamp(m.Until)})
	}
	return out
}

// print says the same for people.
func (c *exportCmd) print(out io.Writer, says speech, k store.Kept) {
	if len(k.Posts)+len(k.Mutes)+len(k.Repeated) == 0 {
		fmt.Fprintln(out, says.Text("erase.nothing", "who", c.words(says)))
		return
	}
	e := exportOf(k)
	head := func(key string, n int) { fmt.Fprintf(out, "\n%s\n", says.Text(key, "count", strconv.Itoa(n))) }
	line := func(words string) { fmt.Fprintf(out, "  %s\n", text.OneLine(words)) }
	fmt.Fprintln(out, says.Text("export.kept", "who", c.words(says)))
	head("export.posts", len(e.Posts))
	for i, p := range e.Posts {
		fmt.Fprintln(out)
		line(says.Text("export.post", "author", p.Author, "source", p.Source, "at", says.published(k.Posts[i]), "url", p.URL))
		for _, words := range []string{p.Title, p.Text} { // all that is kept, each as it is
			if words != "" {
				line(words)
			}
		}
	}
	head("export.mentions", len(e.Mentions))
	for i, m := range e.Mentions {
		status := says.Word("export.status", m.Status)
		if m.Owner != "" {
			status += ", " + m.Owner
		}
		line(says.Text("export.mention", "watch", m.Watch, "at", says.moment(k.Mentions[i].Mention.HeardAt), "label", says.label(mention.Label(m.Label)), "status", status, "url", m.URL))
	}
	head("export.audit", len(e.Events))
	for i, v := range e.Events {
		// All that is kept is said: what has no words in the language as it is stored.
		detail := cmp.Or(alerts.EventDetail(says.Lang, k.Events[i], time.UTC), v.Detail)
		line(strings.Join([]string{says.moment(k.Events[i].At), says.Word("web.event", v.Kind), v.By, detail}, " "))
	}
	head("export.lessons", len(e.Lessons))
	for i, l := range e.Lessons {
		line(says.Text("export.lesson", "at", says.moment(k.Lessons[i].At), "by", l.By, "text", strings.TrimSpace(l.Title+" "+l.Text)))
	}
	head("export.replies", len(e.Replies))
	for i, r := range e.Replies {
		line(says.Text("export.reply", "at", says.moment(k.Replies[i].MadeAt), "by", r.By, "account", r.Account, "status", says.Word("web.answer_state", r.Status), "text", r.Text, "url", r.URL))
	}
	head("export.mutes", len(e.Mutes))
	for i, m := range e.Mutes {
		line(says.Text("export.mute", "author", m.Author, "source", m.Source, "at", says.moment(k.Mutes[i].At), "until", says.moment(k.Mutes[i].Until), "by", m.By))
	}
	head("export.repeated", len(e.Repeated))
	for _, r := range e.Repeated {
		line(r)
	}
}
