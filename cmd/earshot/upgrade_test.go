package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/cmd/earshot/internal/demosites"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/internal/testkit"
)

// olds are the older programs that an update is tried from: EARSHOT_OLD names them, parted as in PATH. Each is
// built from its commit: git worktree add --detach /tmp/old COMMIT, and there go build -o /tmp/earshot-old ./cmd/earshot
func olds(t *testing.T) []string {
	list := filepath.SplitList(os.Getenv("EARSHOT_OLD"))
	if len(list) == 0 {
		t.Skip("EARSHOT_OLD names no older program")
	}
	return list
}

// TestUpgradeFrom lets older programs live through a day and be killed in the middle of it, and goes on with this
// one on what they left, and back and forth again: each complaint is told once, and what people did stays.
func TestUpgradeFrom(t *testing.T) {
	for _, old := range olds(t) {
		for _, place := range []string{"sqlite", "sqlite and redis", "postgres and redis"} {
			t.Run(filepath.Base(old)+"/"+place, func(t *testing.T) {
				u := newUpgrade(t, old, place)
				u.morning()
				u.people()
				u.cut()
				u.meanwhile()
				u.update()
				u.buttons()
				u.commands()
				u.back()
			})
		}
	}
}

// api is an interface that lists posts, the newest first.
type api struct {
	mu    sync.Mutex
	posts []map[string]any
}

func (a *api) say(author, text string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := len(a.posts) + 1
	a.posts = append(a.posts, map[string]any{"id": n, "url": fmt.Sprintf("https://api.example/r/%d", n), "who": author, "at": time.Now().UTC().Format(time.RFC3339), "text": text})
}

// ServeHTTP implements http.Handler.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if r.URL.Path != "/list" {
		http.NotFound(w, r)
		return
	}
	list := slices.Clone(a.posts)
	slices.Reverse(list)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"posts": list})
}

// upgrade is a rig with more sites, in which an older program lived.
type upgrade struct {
	*rig
	tb     *testing.T
	old    string
	pushes bool // the older one takes posts that are handed in
	board  *board
	api    *api
	p      *process
	stood  map[string]fakeslack.Message // by the word in it, as the older one left it
}

func newUpgrade(t *testing.T, old, place string) *upgrade {
	redis := ""
	if strings.Contains(place, "redis") {
		redis = redisServer(t)
	}
	u := &upgrade{rig: newRig(t, redis), tb: t, old: old, board: &board{}, api: &api{}, stood: map[string]fakeslack.Message{}}
	if strings.Contains(place, "postgres") {
		u.database = testkit.Postgres(t).URL
	}
	serve := func(h http.Handler) string {
		s := httptest.NewServer(h)
		t.Cleanup(s.Close)
		return s.URL
	}
	ill := serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	const (
		push  = "  - {push: {token: \"" + pushToken + "\"}, name: n8n, kind: review}\n"
		watch = ", watch: Romashka Bank}"
		above = ", alert_above: {review: 0.15, forum: 0.15, comment: 0.15, news: 0.15, social: 0.15}" // whatever its weights
	)
	more := fmt.Sprintf(`sources:
  - {forum: "%s/viewforum.php?f=2", name: board, every: 1s}
  - {json: "%s/list", name: api, every: 1s, list: ".posts[]", fields: {id: .id, url: .url, author: .who, time: .at, text: .text}, kind: review`+watch+`
  - {feed: "%s/feed", name: ill, every: 1s}
`, serve(u.board), serve(u.api), ill)
	list := strings.Replace(u.watchlist(), "sources:\n", more+push, 1) + "deadlines: {claim: 2h, reply: 5h, escalate_to: \"#support-leads\"}\nsentiment: {words: our-words.tsv" + above + "}\n"
	if err := os.WriteFile(filepath.Join(u.dir, "our-words.tsv"), []byte("en\tword\tzonkified\t=\t-4\tquality\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	u.write(list)
	if u.pushes = exec.Command(old, "check", "-c", u.path()).Run() == nil; !u.pushes { // it is of before these words
		u.write(strings.NewReplacer(push, "", watch, "}", above, "").Replace(list))
	}
	return u
}

// push hands a post in.
func (u *upgrade) push(id, text string) {
	u.t.Helper()
	r := &pushRig{rig: u.rig}
	address := "http://" + webAddress.FindStringSubmatch(u.p.log.String())[1] + "/api/v1/posts"
	r.address.Store(&address)
	status, answer, err := r.send(pushToken, fmt.Sprintf(`{"id":%q,"text":%q,"author":"u %s"}`, id, text, id))
	if err != nil || status != http.StatusOK {
		u.t.Errorf("handed in: %v %d %s", err, status, answer)
	}
}

func (u *upgrade) press(word, action, option, who string) {
	u.t.Helper()
	m := u.message(word)
	if _, err := u.slack.Press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: action, Option: option, User: who}); err != nil {
		u.t.Errorf("%s on %s: %v\n%s", action, word, err, m.Blocks)
	}
}

func (u *upgrade) listens() {
	u.t.Helper()
	u.until(u.p, time.Minute, "Slack's socket", func() bool { return u.slack.Connections() > 0 })
}

func (u *upgrade) told(words ...string) {
	u.t.Helper()
	u.until(u.p, 2*time.Minute, fmt.Sprint("told: ", words), func() bool {
		return !slices.ContainsFunc(words, func(w string) bool { return u.count(w) == 0 })
	})
}

func (u *upgrade) shows(word, what string) {
	u.t.Helper()
	u.until(u.p, time.Minute, word+" shows "+what, func() bool { return shownMessage{u.message(word)}.has(what) })
}

// begun starts the program and waits until it works.
func (u *upgrade) begun(bin string) {
	u.t.Helper()
	u.bin = bin
	u.p = u.start("")
	u.until(u.p, 2*time.Minute, "the start", func() bool { return strings.Contains(u.p.log.String(), "watchlist in use") })
}

const rude = "The manager of Romashka Bank was rude and refused to talk to me. Dodo."

// morning is what the older program tells.
func (u *upgrade) morning() {
	now := time.Now().Truncate(time.Second)
	ago := func(minutes int) time.Time { return now.Add(-time.Duration(minutes) * time.Minute) }
	for thread := 10; thread <= 12; thread++ {
		u.board.say(thread, "starter", fmt.Sprintf("Which bank do you use, town %d?", thread), ago(300))
	}
	u.api.say("old", "Romashka Bank lost my card. Baseline complaint three.")
	u.bin = u.old
	u.baselineOf(6)
	u.begun(u.old)
	u.board.say(10, "maria", "Third week and Romashka Bank has not returned my money, support ignores me. Aardvark.", ago(30))
	u.board.say(11, "tom", "Romashka Bank blocked my card without a word and nobody answers the phone. Ibis.", ago(29))
	u.town.Publish(demosites.Post{Place: "reviews", Author: "nina", Stars: 1, Title: "Never", Text: "Romashka Bank charged me a hidden fee I never agreed to. Bumblebee."})
	u.town.Publish(demosites.Post{Place: "channel", Author: "ch", Text: "Romashka Bank app is down on payday, payments fail. Chinchilla."})
	u.town.Publish(demosites.Post{Place: "forum", Author: "egor", Text: "Romashka Bank lost my documents and blames me, liars. Elephant."})
	u.api.say("pavlo", rude)
	u.api.say("zoe", "Romashka Bank zonkified me, awful. Wolverine.")
	u.api.say("mute me", "Romashka Bank made me wait in a queue for three hours, awful service. Gnu.")
	u.told("Aardvark", "Ibis", "Bumblebee", "Chinchilla", "Dodo", "Elephant", "Wolverine", "Gnu")
	if u.pushes {
		u.push("f", "Romashka Bank refuses to refund the double charge. Ferret.")
		u.told("Ferret")
	}
}

// people is what is done about it, and a storm.
func (u *upgrade) people() {
	u.listens()
	u.press("Aardvark", "claim", "", "U0000IRA")
	u.press("Bumblebee", "claim", "", "U000OLEH")
	u.shows("Bumblebee", "Oleh")
	u.press("Bumblebee", "replied", "", "U000OLEH")
	u.press("Chinchilla", "more", "snooze", "U0000IRA") // which later ones ask for how long, and the window stays as it is
	u.press("Dodo", "more", "not_negative", "U0000IRA")
	u.press("Gnu", "more", "spam", "U0000IRA")
	u.press("Wolverine", "claim", "", "U00MARIA")
	u.shows("Wolverine", "Maria")
	u.shows("Aardvark", "Ira")
	u.board.say(11, "Romashka Support", "Dear Tom, we are sorry. We opened your card again.", time.Now().Add(-10*time.Minute))
	u.shows("Ibis", "answered publicly")
	for i := range storm {
		u.api.say(fmt.Sprintf("crowd%d", i), fmt.Sprintf("Romashka Bank app does not open since the morning, error %d at login, I cannot pay at the %s. Storm%02d.", i*7919, []string{"market", "station", "pharmacy", "cinema"}[i%4], i))
	}
	u.told("Storm00", "Storm05", "Storm11")
	time.Sleep(3 * time.Second)
}

// storm is how many complain of one thing.
const storm = 12

// cut is trouble with Slack, and in the middle of it the machine loses power.
func (u *upgrade) cut() {
	u.slack.Break(fakeslack.Fault{Method: "chat.postMessage", Kind: fakeslack.AcceptDrop})
	u.slack.Break(fakeslack.Fault{Method: "chat.postMessage", Kind: fakeslack.RateLimit, Times: -1})
	u.town.Publish(demosites.Post{Place: "forum", Author: "jack", Text: "Romashka Bank charged me twice and refuses to refund, shame. Jackal."})
	u.told("Jackal")
	u.api.say("kolya", "Romashka Bank support hangs up, nobody solves my problem for a month. Koala.")
	time.Sleep(2500 * time.Millisecond)
	u.p.kill()
	u.slack.Heal()
	for _, word := range []string{"Aardvark", "Bumblebee", "Chinchilla", "Dodo", "Elephant", "Wolverine", "Gnu", "Ibis"} {
		u.stood[word] = u.message(word)
	}
}

// meanwhile is said while nothing runs.
func (u *upgrade) meanwhile() {
	now := time.Now()
	u.api.say("lena", "Romashka Bank closed my account without notice, disgusting. Lemur.")
	u.board.say(10, "petro", "Same here: Romashka Bank blocked my card and support does not answer for a week. Marmot.", now.Add(-time.Minute))
	u.board.say(10, "Romashka Support", "Dear Maria, we are sorry. The money is on its way.", now.Add(-30*time.Second))
	u.town.Publish(demosites.Post{Place: "news", Author: "desk", Title: "They do not answer", Text: "My sister waits for the third month. Romashka Bank has not returned my money and support ignores me. I will never come back. Narwhal."})
	u.town.Publish(demosites.Post{Place: "reviews", Author: "oleg", Stars: 1, Title: "Horror", Text: "Romashka Bank lost my transfer, a month of silence. Ocelot."})
	u.town.Publish(demosites.Post{Place: "channel", Author: "ch", Text: "Romashka Bank ATM ate my card and the hotline hangs up. Puma."})
	u.town.Publish(demosites.Post{Place: "forum", Author: "copy", Text: rude}) // Ira called it not negative
	u.town.Rewrite("Elephant", "Romashka Bank lost my documents and blames me, liars. And they were rude. Elephant.")
}

// update starts this program on what the older one left.
func (u *upgrade) update() {
	t := u.tb
	t.Helper()
	u.begun("")
	u.told("Jackal", "Koala", "Lemur", "Marmot", "Narwhal", "Ocelot", "Puma")
	if u.pushes {
		u.push("f", "Romashka Bank refuses to refund the double charge. Ferret.") // once more
	}
	time.Sleep(24 * time.Second)                         // what was in doubt is settled
	want := map[string]int{"Baseline": 0, "Elephant": 2} // and the new words of it, in its thread
	for _, word := range []string{"Aardvark", "Ibis", "Bumblebee", "Chinchilla", "Dodo", "Wolverine", "Gnu", "Jackal", "Koala", "Lemur", "Marmot", "Narwhal", "Ocelot", "Puma"} {
		want[word] = 1
	}
	for i := range storm {
		want[fmt.Sprintf("Storm%02d", i)] = 1
	}
	for word, n := range want {
		if is := u.count(word); is != n {
			t.Errorf("%s stands in Slack %d times, not %d\n%s", word, is, n, u.p.log)
		}
	}
	u.shows("Aardvark", "answered publicly")
	u.shows("Elephant", "And they")
	for word, was := range u.stood {
		if is := u.message(word); word != "Aardvark" && word != "Elephant" && string(is.Blocks) != string(was.Blocks) {
			t.Errorf("%s is drawn anew for nothing\n%s\n%s", word, was.Blocks, is.Blocks)
		}
	}
}

// buttons presses those of messages that the older program posted.
func (u *upgrade) buttons() {
	t := u.tb
	u.listens()
	was := u.stood["Elephant"]
	if _, err := u.slack.Press(fakeslack.Click{Channel: was.Channel, TS: was.TS, Action: "claim", User: "U000OLEH", Value: claimValue(t, was)}); err != nil {
		t.Errorf("an old button: %v", err)
	}
	u.shows("Elephant", "Oleh")
	u.press("Dodo", "reopen", "", "U0000IRA")
	u.press("Bumblebee", "reopen", "", "U0000IRA")
	u.press("Wolverine", "release", "", "U00MARIA")
	for _, word := range []string{"Dodo", "Bumblebee", "Wolverine"} {
		u.shows(word, `"action_id":"claim"`)
	}
}

// commands are those that read the database beside the program.
func (u *upgrade) commands() {
	all := map[string][]string{"And they were rude": {"cases"}, "nobody has it": {"report", "--since", "2h"}, "Aardvark": {"export", "--author", "maria"}}
	if u.database == "" {
		all["checked and complete"] = []string{"backup", filepath.Join(u.dir, "copy.db")}
	}
	for want, args := range all {
		out, err := exec.Command(binary(u.t), append(args, "-c", u.path())...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), want) {
			u.t.Errorf("%s: %v, want %q in\n%s", args, err, want, out)
		}
	}
}

// back is a step back to the older program, which may be refused, and forth again.
func (u *upgrade) back() {
	t := u.tb
	u.p.stop()
	before := len(u.slack.Messages(""))
	u.bin = u.old
	u.p = u.start("")
	came := 1
	select {
	case <-u.p.exited:
		if !strings.Contains(u.p.log.String(), "upgrade earshot") {
			t.Errorf("it ends and does not say why: %v\n%s", u.p.err, u.p.log)
		}
	case <-time.After(10 * time.Second):
		u.api.say("quinn", "Romashka Bank lost my salary, nobody answers. Quail.")
		u.told("Quail")
		came++
		u.p.stop()
	}
	u.begun("")
	u.api.say("rita", "Romashka Bank refuses to give my money back, shameless. Raven.")
	u.told("Raven")
	time.Sleep(3 * time.Second)
	if news := u.slack.Messages("")[before:]; len(news) != came {
		t.Errorf("%d messages back and forth, want %d\n%v\n%s", len(news), came, news, u.p.log)
	}
	u.p.stop()
	if v := u.slack.Violations(); len(v) > 0 {
		t.Errorf("Slack's rules were broken: %v", v)
	}
}

// TestUpgradeBeside updates one replica while another is still the older program, which for a while has all for
// itself again.
func TestUpgradeBeside(t *testing.T) {
	for _, old := range olds(t) {
		t.Run(filepath.Base(old), func(t *testing.T) {
			r := newRig(t, redisServer(t))
			r.database, r.bin = testkit.Postgres(t).URL, old
			r.write(r.watchlist())
			r.baseline()
			other := *r
			other.dir, other.bin = t.TempDir(), ""
			other.write(r.watchlist())
			said := 0
			talk := func(d time.Duration) {
				for began := time.Now(); time.Since(began) < d; time.Sleep(700 * time.Millisecond) {
					r.say(said, said+1)
					said++
				}
			}
			was := r.start("")
			talk(5 * time.Second)
			is := other.start("")
			talk(25 * time.Second)
			r.heardWithin(is, said, time.Minute)
			r.until(is, time.Minute, "both at Slack's socket", func() bool { return r.slack.Connections() > 1 })
			m := r.message(drillWord(1))
			if _, err := r.slack.Press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "claim", User: "U0000IRA"}); err != nil {
				t.Error(err)
			}
			r.until(is, time.Minute, "the claim", func() bool { return shownMessage{r.message(drillWord(1))}.has("Ira") })
			is.kill()
			talk(8 * time.Second)
			r.heardWithin(was, said, 2*time.Minute)
			is = other.start("")
			talk(5 * time.Second)
			was.stop()
			talk(5 * time.Second)
			r.heardWithin(is, said, time.Minute)
			time.Sleep(5 * time.Second)
			r.tally(is, said)
			is.stop()
		})
	}
}
