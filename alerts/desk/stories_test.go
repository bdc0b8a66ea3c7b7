package desk_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/desk"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/alerts/plan"
	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// TestStories lives what is written in testdata/weeks, a folder a case, and holds the report against the
// numbers that a person counted. story.txt has a line for each thing that happened; want.txt the lines that
// the report must have. Where it has one line of a table it has all of them, in their order.
func TestStories(t *testing.T) {
	nth := 1
	if testing.Short() {
		nth = 4
	}
	stories(t, nth, func(*testing.T) string { return "" })
}

// TestStoriesInPostgres counts some of them in the other database.
func TestStoriesInPostgres(t *testing.T) {
	if testing.Short() {
		t.Skip("short: a real PostgreSQL")
	}
	server := testkit.Postgres(t)
	stories(t, 4, func(t *testing.T) string { return testkit.Database(t, server.URL) })
}

// stories tells each nth of them.
func stories(t *testing.T, nth int, database func(*testing.T) string) {
	folders, err := filepath.Glob("testdata/weeks/*/story.txt")
	if err != nil || len(folders) == 0 {
		t.Fatal("no stories: ", err)
	}
	for i := 0; i < len(folders); i += nth {
		folder := filepath.Dir(folders[i])
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			s := tell(t, database(t), linesOf(t, filepath.Join(folder, "story.txt")))
			s.holds(linesOf(t, filepath.Join(folder, "want.txt")))
		})
	}
}

// linesOf are the lines of a file without empty ones and remarks.
func linesOf(t *testing.T, file string) (lines []string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// story is what happens to some posts, by the clock of a zone.
type story struct {
	*rig.Rig
	zone          *time.Location
	since, until  string
	watch, source string
	deadline      alerts.Deadline
	desk          *desk.Desk
	deadlines     *desk.Deadlines
	posts         map[string][]mention.Mention // one a watch
	wakes         []time.Time
	away          bool // the channel
	started       bool
	database      string
	people        map[string]mention.Person
	line          string
	year          int
	month         time.Month
}

// tell lives a story.
func tell(t *testing.T, database string, lines []string) *story {
	t.Helper()
	s := &story{zone: time.UTC, posts: map[string][]mention.Mention{}, people: map[string]mention.Person{}, database: database, year: 2026, month: time.November, since: "2026-11-16", until: "2026-11-22"}
	s.Rig = &rig.Rig{T: t}
	for _, s.line = range lines {
		if !s.setting(strings.Fields(s.line)) {
			s.begin()
			s.event(strings.Fields(s.line))
		}
	}
	return s
}

// setting reads a line of how things are, as long as nothing has happened.
func (s *story) setting(words []string) bool {
	var err error
	rest := strings.Join(words[1:], " ")
	switch words[0] {
	case "zone":
		s.zone, err = time.LoadLocation(rest)
	case "month":
		var at time.Time
		at, err = time.Parse("2006-01", rest)
		s.year, s.month = at.Year(), at.Month()
	case "period":
		s.since, s.until = words[1], words[2]
	case "only":
		s.watch, s.source = strings.TrimPrefix(rest, "watch="), strings.TrimPrefix(rest, "source=")
		if s.watch == rest {
			s.watch = ""
		}
		if s.source == rest {
			s.source = ""
		}
	case "reply":
		s.deadline.Reply, err = time.ParseDuration(rest)
	case "hours":
		s.deadline.Hours, err = hours.Parse(rest)
	default:
		return false
	}
	if err != nil || s.started {
		s.T.Fatalf("%s: %v", s.line, err)
	}
	return true
}

// begin starts earshot, before the first event.
func (s *story) begin() {
	if s.started {
		return
	}
	s.started = true
	deadlines := map[mention.Severity]alerts.Deadline{}
	for severity := mention.Low; severity <= mention.Critical; severity++ {
		deadlines[severity] = s.deadline
	}
	rules := alerts.Rules{Zone: s.zone, Deadlines: deadlines, Official: map[string][]string{}, Profiles: map[string][]alerts.Profile{}}
	for _, watch := range []string{rig.Bank, "App"} {
		rules.Official[watch] = []string{"Support"}
		rules.Profiles[watch] = []alerts.Profile{{Name: "Support", Address: "https://forum.example/u/1"}}
	}
	s.Rig = rig.NewIn(s.T, rules, s.database)
	s.Now = time.Time{}
	s.restart()
}

// restart forgets what a process knows.
func (s *story) restart() {
	now := func() time.Time { return s.Now }
	s.Planner = plan.NewPlanner(*s.Planner.Rules())
	s.desk = desk.NewDesk(s.Store, nil, now, func() {})
	s.deadlines = desk.NewDeadlines(desk.DeadlineOptions{Cases: s.Store, Rules: s.Planner.Rules, Log: slog.New(slog.DiscardHandler), Now: now, Changed: func() {}})
}

// at reads 16/10:05, 10:05 of the day before it, 2026-11-16/10:05, or a day alone.
func (s *story) at(word string, day time.Time) time.Time {
	s.T.Helper()
	date, clock, ok := strings.Cut(word, "/")
	if !ok && strings.Contains(word, ":") {
		date, clock = day.In(s.zone).Format(time.DateOnly), word
	}
	if len(date) <= 2 {
		date = fmt.Sprintf("%d-%02d-%s", s.year, s.month, date)
	}
	if clock == "" {
		clock = "00:00"
	}
	if strings.Count(clock, ":") == 1 {
		clock += ":00"
	}
	at, err := time.ParseInLocation("2006-01-02 15:04:05", date+" "+clock, s.zone)
	if err != nil {
		s.T.Fatalf("%s: %v", s.line, err)
	}
	return at
}

// goes lets the time go by: the deadlines look often at first, and when a snooze ends.
func (s *story) goes(till time.Time) {
	s.T.Helper()
	if s.Now.IsZero() {
		s.Now = till
	}
	if till.Before(s.Now) {
		s.T.Fatalf("%s: it is %s", s.line, s.Now)
	}
	stops := []time.Time{till}
	for _, at := range s.wakes {
		if at.After(s.Now) && at.Before(till) {
			stops = append(stops, at)
		}
	}
	step := 5 * time.Minute
	for at := s.Now.Add(step); at.Before(till); at = at.Add(step) {
		if stops = append(stops, at); len(stops) > 12 {
			step = 6 * time.Hour
		}
	}
	slices.SortFunc(stops, time.Time.Compare)
	for _, s.Now = range stops {
		if err := s.deadlines.Step(s.T.Context()); err != nil {
			s.T.Fatal(err)
		}
		if !s.away {
			s.Shown()
		}
	}
}

// event is one line of what happened: a moment, what, to which post, and more.
func (s *story) event(words []string) {
	s.T.Helper()
	when := s.at(words[0], s.Now)
	s.goes(when)
	what, id := words[1], ""
	if len(words) > 2 {
		id = words[2]
	}
	more := words[min(3, len(words)):]
	switch what {
	case "now":
	case "restart":
		s.restart()
	case "channel":
		s.away = id == "away"
	case "heard":
		s.hear(id, more)
	case "edit", "gone", "back":
		s.change(what, id, more)
	case "answer", "withdraw":
		s.answers(what == "withdraw", id, more)
	default:
		s.press(mention.Verb(what), id, more)
	}
	s.goes(when)
}

// attributes are words as name=value; what has no name is set.
func attributes(words []string) map[string]string {
	all := map[string]string{}
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		all[name] = strings.ReplaceAll(value, "_", " ")
	}
	return all
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

// hear polls a post: by= its author, in= its source, watch= one or more, published= or day=, topics=, lang=,
// same= a post whose words it has, praise.
func (s *story) hear(id string, more []string) {
	a := attributes(more)
	var words []string
	for _, r := range or(a["same"], id) + "abcdefgh" {
		words = append(words, rig.Numbered(int(r)%300), rig.Numbered((int(r)*7+int(id[0]))%300))
	}
	if a["same"] != "" {
		words = strings.Fields(s.posts[a["same"]][0].Post.Text)
	}
	score := -0.7
	if _, praise := a["praise"]; praise {
		score = 0.7
	}
	m := rig.Said(or(a["in"], rig.Forum), id, or(a["by"], "author "+id), strings.Join(words, " "), score)
	if _, nobody := a["by"]; nobody && a["by"] == "" {
		m.Post.Author = ""
	}
	m.Post.ThreadURL = "https://" + m.Post.Source + "/t/" + id
	m.Score.Lang = or(a["lang"], "uk")
	if a["topics"] != "" {
		m.Score.Topics = strings.Split(a["topics"], ",")
	}
	if a["published"] != "" {
		m.Post.Published = s.at(a["published"], s.Now)
	}
	if a["day"] != "" {
		m.Post.Published, m.Post.DateOnly = s.at(a["day"], s.Now), true
	}
	for _, watch := range strings.Split(or(a["watch"], rig.Bank), ",") {
		m.Watch = watch
		s.posts[id] = append(s.posts[id], m)
	}
	s.polled(s.posts[id])
}

// polled is a poll of one post that does not move the clock.
func (s *story) polled(all []mention.Mention) {
	now := s.Now
	s.PollPost(all...)
	s.Now = now
	if !s.away {
		s.Shown()
	}
}

// change is what becomes of a post on its site: edit worse, edit praise, gone, back.
func (s *story) change(what, id string, more []string) {
	all := slices.Clone(s.posts[id])
	for i := range all {
		m := &all[i]
		switch what {
		case "edit":
			rig.Judge(m, map[string]float64{"worse": -0.9, "praise": 0.7}[more[0]])
			m.Post.Edited, m.Post.Text = s.Now, m.Post.Text+" "+rig.Numbered(250+len(m.Post.Text)%40)+" "+rig.Numbered(200+len(m.Post.Text)%40)
			s.posts[id][i] = *m
		case "gone":
			m.Post.Deleted, m.Post.Text = true, ""
		}
	}
	s.polled(all)
}

// answers puts the company's answer under a post, or takes it away.
func (s *story) answers(gone bool, id string, more []string) {
	to := s.posts[id][0]
	a := rig.Said(to.Post.Source, "re-"+id, "Support", "Перепрошуємо, вже все вирішили, дякуємо за звернення "+id, 0.5)
	a.Watch = to.Watch
	a.Post.ThreadURL, a.Post.AuthorURL, a.Post.ReplyTo, a.Post.Published = to.Post.ThreadURL, "https://forum.example/u/1", to.Post.ID, s.Now
	if at := attributes(more)["published"]; at != "" {
		a.Post.Published = s.at(at, s.Now)
	}
	if gone {
		a.Post.Deleted, a.Post.Text = true, ""
	}
	s.polled([]mention.Mention{a})
}

// press lets a person press a button: claim a Ira; a post of two watches is named a@App.
func (s *story) press(verb mention.Verb, id string, more []string) {
	s.T.Helper()
	id, watch, named := strings.Cut(id, "@")
	i := 0
	if named {
		i = slices.IndexFunc(s.posts[id], func(m mention.Mention) bool { return m.Watch == watch })
	}
	mid := rig.ID(s.posts[id][i])
	_, c, err := s.Store.Mention(s.T.Context(), mid)
	if err != nil {
		s.T.Fatal(s.line, err)
	}
	who := func(name string) mention.Person { return mention.Person{ID: "slack:" + name, Name: name} }
	act := mention.Action{Verb: verb, By: who(more[0]), From: c.Owner.ID}
	if long, ok := map[mention.Verb]mention.Verb{"takeover": mention.TakeOver, "reply": mention.Reply}[verb]; ok {
		act.Verb = long
	}
	switch verb {
	case mention.Assign:
		act.To = who(more[1])
	case mention.Dismiss:
		act.Reason = strings.Join(more[1:], " ")
	case mention.Snooze:
		act.Until = s.at(more[1], s.Now)
		s.wakes = append(s.wakes, act.Until)
	}
	if _, err := s.desk.Do(s.T.Context(), mid, act); err != nil {
		s.T.Fatal(s.line, ": ", err)
	}
}

// holds compares the report with what was counted by hand.
func (s *story) holds(want []string) {
	s.T.Helper()
	got := s.said()
	tables := map[string][]string{}
	for _, line := range want {
		word, _, _ := strings.Cut(line, " ")
		tables[word] = append(tables[word], line)
	}
	for word, lines := range tables {
		var is []string
		for _, line := range got {
			if first, _, _ := strings.Cut(line, " "); first == word {
				is = append(is, line)
			}
		}
		if !slices.Equal(is, lines) {
			s.T.Errorf("%s: the report says\n  %s\nand by hand it is\n  %s", word, strings.Join(is, "\n  "), strings.Join(lines, "\n  "))
		}
	}
}

// said is everything that the report says, a line each.
func (s *story) said() []string {
	since, until, err := report.Period(s.since, s.until, s.Now, s.zone)
	if err != nil {
		s.T.Fatal(err)
	}
	scope := report.Scope{Since: since, Until: until, Zone: s.zone, Watch: s.watch, Source: s.source, Now: s.Now}
	if s.deadline.Reply > 0 {
		scope.Reply = s.Planner.Rules().ReplyWithin
	}
	cases, err := s.Store.Times(s.T.Context(), scope.Begin(), until)
	if err != nil {
		s.T.Fatal(err)
	}
	now, before := report.Compare(cases, scope)
	listed, err := s.Store.Count(s.T.Context(), mention.Query{Alerted: true, Watch: s.watch, Source: s.source, Since: since, Until: until}, 1000)
	if err != nil || listed != now.Heard {
		s.T.Errorf("the report has %d complaints, the list of its days %d: %v", now.Heard, listed, err)
	}
	var b strings.Builder
	sayReport(&b, now, before)
	longest, all, err := alerts.LongestWaiting(context.Background(), s.Store.List, mention.Query{Unanswered: true, Alerted: true}, 50)
	if err != nil {
		s.T.Fatal(err)
	}
	fmt.Fprintf(&b, "waiting %d", all)
	for _, e := range longest {
		fmt.Fprint(&b, " ", e.Mention.Post.ID)
	}
	counts, err := s.Store.Counts(s.T.Context(), s.Now)
	if err != nil {
		s.T.Fatal(err)
	}
	fmt.Fprintf(&b, "\nmetric open %d claimed %d\n", counts.Open, counts.Claimed)
	for _, list := range mention.Lists {
		var q mention.Query
		q.Choose(list)
		n, err := s.Store.Count(s.T.Context(), q, 1000)
		if err != nil {
			s.T.Fatal(err)
		}
		fmt.Fprintf(&b, "list-%s %d\n", list, n)
	}
	return strings.Split(strings.TrimSpace(b.String()), "\n")
}

func sayReport(b io.Writer, now, before report.Report) {
	fmt.Fprintf(b, "heard %d\nanswered %d\nproved %d\ndismissed %d\nunanswered %d\nbefore heard %d answered %d\n", now.Heard, now.Answered, now.Proved, now.Dismissed, now.Unanswered, before.Heard, before.Answered)
	fmt.Fprintf(b, "hear %s\nclaim %s\nanswer %s\noverall %s\nkept %d of %d\n", sayWaits(now.Hear), sayWaits(now.Claim), sayWaits(now.Answer), sayWaits(now.Overall), now.Kept.InTime, now.Kept.Of)
	for _, r := range now.Places {
		fmt.Fprintf(b, "place %s %d answered %d dismissed %d, %s\n", r.Name, r.Complaints, r.Answered, r.Dismissed, sayWaits(r.Overall))
	}
	for _, r := range now.Topics {
		fmt.Fprintf(b, "topic %s %d answered %d before %d\n", r.Name, r.Complaints, r.Answered, r.Before)
	}
	for _, r := range now.Watches {
		fmt.Fprintf(b, "watch %s %d answered %d\n", r.Name, r.Complaints, r.Answered)
	}
	for _, r := range now.People {
		fmt.Fprintf(b, "person %s %d answered %d, %s\n", r.Name, r.Complaints, r.Answered, sayWaits(r.Overall))
	}
	for _, r := range now.Langs {
		fmt.Fprintf(b, "lang %s %d\n", r.Name, r.Complaints)
	}
	for _, r := range now.Hours {
		if r.Complaints > 0 {
			fmt.Fprintf(b, "hour %s %d answered %d\n", r.Name, r.Complaints, r.Answered)
		}
	}
	for _, a := range now.Authors {
		fmt.Fprintf(b, "author %s at %s %d answered %d\n", a.Name, a.Source, a.Complaints, a.Answered)
	}
	fmt.Fprintf(b, "days %d\n", len(now.Days))
	for _, d := range now.Days {
		if d.Heard > 0 {
			fmt.Fprintf(b, "day %s %d answered %d\n", d.Date, d.Heard, d.Answered)
		}
	}
}

// sayWaits says the middle, the slow end and of how many: 5m 1h10m of 3.
func sayWaits(s report.Spread) string {
	if s.Of == 0 {
		return "none"
	}
	short := func(d time.Duration) string {
		out := d.String()
		if strings.HasSuffix(out, "m0s") {
			out = strings.TrimSuffix(out, "0s")
		}
		if strings.HasSuffix(out, "h0m") {
			out = strings.TrimSuffix(out, "0m")
		}
		return out
	}
	return fmt.Sprintf("%s %s of %d", short(s.Median), short(s.P90), s.Of)
}
