package web

import (
	"context"
	"encoding/hex"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

// TestMe: what I have and answered, how I want my pages, and where I am signed in; nothing
// of anybody else.
func TestMe(t *testing.T) {
	w := newWorld(t)
	mine, other := w.say("Олена К.", "Не повертають гроші"), w.say("Дмитро", "Заблокували картку")
	done := w.say("maria", "Money not returned")
	for id, who := range map[mention.ID]string{mine: "Ira", done: "Ira", other: "Oleh"} {
		w.ask("POST", "/case/"+string(id)+"/claim", who, url.Values{})
	}
	w.ask("POST", "/case/"+string(done)+"/replied", "Ira", url.Values{})
	now := time.Now()
	for n, p := range []string{"web:Ira", "web:Ira", "web:Oleh"} {
		if err := w.store.AddSession(t.Context(), mention.Session{Hash: [32]byte{byte(n + 1)}, Way: "slack", Person: mention.Person{ID: p}, MadeAt: now, SeenAt: now}); err != nil {
			t.Fatal(err)
		}
	}
	_, body := w.ask("GET", "/me", "Ira", nil)
	for _, want := range []string{"/case/" + string(mine), "/case/" + string(done), "this browser", hex.EncodeToString([]byte{2, 0}), "100% (1\u00a0of 1)"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	for _, never := range []string{string(other), `value="` + hex.EncodeToString([]byte{1, 0, 0}), `value="` + hex.EncodeToString([]byte{3, 0, 0})} {
		if strings.Contains(body, never) {
			t.Errorf("the page has %q", never)
		}
	}
	if _, body := w.ask("GET", "/me", "", nil); !strings.Contains(body, "Nothing waits for you.") || !strings.Contains(body, "sign out there") {
		t.Error("who has nothing and no session is not told so")
	}

	if res, _ := w.ask("POST", "/me", "Ira", url.Values{"lang": {"bg"}, "zone": {" europe/sofia"}}); res.Header.Get("Location") != "/me?saved=1" {
		t.Errorf("saved: %d %s", res.StatusCode, res.Header.Get("Location"))
	}
	if _, body := w.ask("GET", "/me?saved=1", "Ira", nil); !strings.Contains(body, `value="bg" selected`) || !strings.Contains(body, `value="Europe/Sofia"`) || !strings.Contains(body, "Saved.") {
		t.Error("what was chosen is not shown")
	}
	for _, form := range []url.Values{{"lang": {"xx"}}, {"zone": {"Local"}}, {"zone": {"../etc/passwd"}}, {"zone": {"Mars/North"}}} {
		if res, _ := w.ask("POST", "/me", "Ira", form); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%v: %d", form, res.StatusCode)
		}
	}
	if _, body := w.ask("POST", "/me", "Ira", url.Values{"zone": {"Asia/Kolkatta"}}); !strings.Contains(body, "Did you mean Asia/Kolkata?") {
		t.Errorf("a slip of the pen: %s", body)
	}
	if p, err := w.store.Preference(t.Context(), "web:Ira"); err != nil || p.Lang != "bg" || p.Zone != "Europe/Sofia" {
		t.Errorf("%+v %v", p, err)
	}
	if res, _ := w.ask("POST", "/me", "Ira", url.Values{"lang": {"uk"}}, "Sec-Fetch-Site", "cross-site"); res.StatusCode != http.StatusForbidden {
		t.Errorf("another site's form: %d", res.StatusCode)
	}
}

// TestZoneName: a team whose watchlist names no time zone is in that of its machine, which the page
// does not call Local: the same page refuses that.
func TestZoneName(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	kyiv, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	if got := zoneName(kyiv, now); got != "Europe/Kyiv" {
		t.Errorf("a named zone: %q", got)
	}
	if got := zoneName(time.Local, now); got == "Local" || got == "" {
		t.Errorf("the zone of the machine: %q", got)
	}
}

// TestMeHasWhatItsLinkLists: what somebody has is the beginning of the list that the link leads to; what is snoozed
// is in neither, and a link of its own leads to it.
func TestMeHasWhatItsLinkLists(t *testing.T) {
	w := newWorld(t)
	for n, author := range []string{"Олена К.", "Дмитро", "maria"} {
		id := w.say(author, "Не повертають гроші "+strings.Repeat("!", n))
		w.ask("POST", "/case/"+string(id)+"/claim", "Ira", url.Values{})
		if n == 1 {
			w.ask("POST", "/case/"+string(id)+"/snooze", "Ira", url.Values{"until": {"tomorrow"}})
		}
	}
	linked := regexp.MustCompile(`href="/case/([^"?]+)`)
	cases := func(page string) (ids []string) {
		for _, m := range linked.FindAllStringSubmatch(page, -1) {
			if !slices.Contains(ids, m[1]) {
				ids = append(ids, m[1])
			}
		}
		return ids
	}
	_, me := w.ask("GET", "/me", "Ira", nil)
	has, _, _ := strings.Cut(me, "h-did")
	_, list := w.ask("GET", "/inbox?status=claimed&owner=me", "Ira", nil)
	if got, want := cases(has), cases(list); !slices.Equal(got, want) || len(got) != 2 {
		t.Errorf("the page has %q, its list %q", got, want)
	}
	asleep := "/inbox?status=snoozed&amp;owner=me"
	if !strings.Contains(has, asleep+`">Snoozed: 1<`) {
		t.Error("no way to what is snoozed")
	}
	if _, body := w.ask("GET", "/me", "Oleh", nil); strings.Contains(body, asleep) {
		t.Error("nothing is snoozed, and a link leads to it")
	}
	if _, list := w.ask("GET", "/inbox?status=snoozed&owner=me", "Ira", nil); len(cases(list)) != 1 {
		t.Errorf("snoozed: %q", cases(list))
	}
	w.inbox.opt.Cases = countless{w.store}
	if _, me := w.ask("GET", "/me", "Ira", nil); !strings.Contains(me, ">Snoozed: 1000&#43;<") {
		t.Errorf("more than are counted are said to be so many: %s", regexp.MustCompile(`>Snoozed:[^<]*<`).FindString(me))
	}
}

// countless has more cases of each list than anybody counts.
type countless struct{ Cases }

func (countless) Count(_ context.Context, _ mention.Query, atMost int) (int, error) {
	return atMost, nil
}
