package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

// act does something with a case.
func act(t *testing.T, db *store.Store, m mention.Mention, a mention.Action) {
	t.Helper()
	a.At = time.Now()
	_, err := db.UpdateCase(t.Context(), m.ID, func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
		if err := c.Apply(a); err != nil {
			return nil, nil, err
		}
		return []mention.Event{{MentionID: m.ID, Kind: string(a.Verb), By: a.By, At: a.At}}, nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestCases lists while the daemon holds the database: each flag lets through what it says, and
// a list has the order of the inbox.
func TestCases(t *testing.T) {
	db, earshot := besideDaemon(t, "")
	if out, problem, code := earshot("cases"); code != exitDone || out != "nothing here: no complaint that is kept fits\n" || problem != "" {
		t.Errorf("of an empty database: %q %q %d", out, problem, code)
	}
	if out, _, code := earshot("cases", "--json"); code != exitDone || out != "" {
		t.Errorf("of an empty database for programs: %q %d", out, code)
	}
	storeFrom(t, db, "forum", "Олег")
	claimed := storeFrom(t, db, "reviews", "Марія")
	later := storeFrom(t, db, "blog", "Петро")
	no := storeFrom(t, db, "news", "Ганна")
	ira := mention.Person{ID: "slack:U1", Name: "Ira"}
	act(t, db, claimed, mention.Action{Verb: mention.Claim, By: ira})
	act(t, db, later, mention.Action{Verb: mention.Snooze, By: ira, Until: time.Now().Add(time.Hour)})
	act(t, db, no, mention.Action{Verb: mention.Dismiss, By: ira, Reason: mention.NotNegative})

	for _, c := range []struct{ flags, want string }{
		{"", "Олег Марія"},
		{"--status claimed", "Марія"},
		{"--status snoozed", "Петро"},
		{"--status dismissed", "Ганна"},
		{"--status replied", ""},
		{"--status all", "Ганна Петро Марія Олег"},
		{"--owner none", "Олег"},
		{"--owner ira", "Марія"},
		{"--owner @Ira", "Марія"},
		{"--owner slack:U1", "Марія"},
		{"--source forum", "Олег"},
		{"--author Марія", "Марія"},
		{"--text погана", "Олег Марія"},
		{"--text чудова", ""},
		{"--watch Ромашка", "Олег Марія"},
		{"--watch Барвінок", ""},
		{"--kind forum", "Олег Марія"},
		{"--kind review", ""},
		{"--severity normal", "Олег Марія"},
		{"--severity high", ""},
		{"--lang bg", ""},
		{"--topic delivery", ""},
		{"--since today", "Олег Марія"},
		{"--until yesterday", ""},
	} {
		out, problem, code := earshot(strings.Fields("cases --json " + c.flags)...)
		var got []string
		for line := range strings.Lines(out) {
			var each alerts.Listed
			if err := json.Unmarshal([]byte(line), &each); err != nil {
				t.Fatalf("%s: %v in %s", c.flags, err, line)
			}
			got = append(got, each.Author)
		}
		if strings.Join(got, " ") != c.want || code != exitDone || problem != "" {
			t.Errorf("cases %s: %q, want %q (%d %s)", c.flags, got, c.want, code, problem)
		}
	}
}

// TestCasesForPeople: a case is shown as its alert was, and who has it is said.
func TestCasesForPeople(t *testing.T) {
	db, earshot := besideDaemon(t, "language: uk\n")
	m := storeFrom(t, db, "reviews", "Олег\u202e\x1b[31m")
	act(t, db, m, mention.Action{Verb: mention.Claim, By: mention.Person{ID: "slack:U1", Name: "Ira"}})
	out, problem, code := earshot("cases")
	for _, want := range []string{"ЗВИЧАЙНИЙ", "Ромашка · reviews · Олег[31m", "«Ромашка погана»", "Ira"} {
		if !strings.Contains(out, want) || code != exitDone {
			t.Errorf("the list lacks %q (%d, %s):\n%s", want, code, problem, out)
		}
	}
	for _, wrong := range []struct{ flags, says string }{
		{"--owner Oksana", `--owner "Oksana"`},
		{"--since gestern", "gestern"},
		{"--status new", "new"},
	} {
		if out, problem, code := earshot(strings.Fields("cases " + wrong.flags)...); code != exitWrong || out != "" || !strings.Contains(problem, wrong.says) {
			t.Errorf("cases %s: %d %q %q", wrong.flags, code, out, problem)
		}
	}
	if _, problem, _ := earshot("cases", "--owner", "Oksana"); !strings.Contains(problem, "Ira") {
		t.Errorf("who has cases is not said: %s", problem)
	}
}

// TestCasesOfASnooze: moments are by the clock of the watchlist.
func TestCasesOfASnooze(t *testing.T) {
	db, earshot := besideDaemon(t, "quiet_hours: 22:00-08:00 Asia/Tokyo\n")
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	until := time.Now().Add(26 * time.Hour)
	act(t, db, storeFrom(t, db, "forum", "Олег"), mention.Action{Verb: mention.Snooze, By: mention.Person{ID: "slack:U1", Name: "Ira"}, Until: until})
	out, problem, code := earshot("cases", "--status", "snoozed")
	if want := until.In(tokyo).Format("15:04"); !strings.Contains(out, want) || !strings.Contains(out, "Ira") || code != exitDone {
		t.Errorf("the list lacks %q (%d, %s):\n%s", want, code, problem, out)
	}
}

// TestTopicAsItIsRead: a topic is found as people read it on their alerts, too; one that there is
// not is said to be none, instead of that nothing was heard about it.
func TestTopicAsItIsRead(t *testing.T) {
	for _, c := range []struct{ lang, said, want, wrong string }{
		{"bg", "", "", ""}, {"bg", "delivery", "delivery", ""}, {"bg", "Връщане на пари", "refund", ""}, {"uk", "доставка", "delivery", ""}, {"en", "Refund", "refund", ""},
		{"en", "delivry", "", `unknown topic "delivry" — did you mean "delivery"?`}, {"bg", "котки", "", `непозната тема "котки" – познати теми: account, app,`}, {"uk", "котики", "", `невідома тема "котики" — відомі теми: account, app,`},
	} {
		got, err := speaks(c.lang).topic(c.said)
		if got != c.want || (err == nil) != (c.wrong == "") || err != nil && !strings.HasPrefix(err.Error(), c.wrong) {
			t.Errorf("%s: %q is %q, %v", c.lang, c.said, got, err)
		}
	}
}
