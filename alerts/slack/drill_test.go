package slack_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// drill is a storm: so many complaints, evenly over so long, while people press.
type drill struct {
	*world
	complaints int
	lasts      time.Duration
	random     *rand.Rand

	mu     sync.Mutex
	clicks []time.Duration
	lost   int // presses that Slack would show as failed
}

// drillWords are complaints in four languages; a copy changes little of one, a different
// complaint is put together from the words of all of its language.
var drillWords = map[string][]string{
	"uk": {"Третій тиждень не повертають гроші за скасоване замовлення, підтримка мовчить", "Курʼєр нагрубив і кинув пакунок під двері, телефон розбитий", "Списали комісію двічі, на гарячій лінії кажуть чекати місяць"},
	"ru": {"Вторую неделю не возвращают деньги за отменённый заказ, поддержка не отвечает", "Оператор нахамил и бросил трубку, приложение не работает с утра", "Заблокировали карту без объяснения причин, дозвониться невозможно"},
	"bg": {"Трета седмица не връщат парите за отказаната поръчка, никой не отговаря", "Служителят беше груб, а пратката пристигна счупена и отворена", "Удържаха такса два пъти и казват да чакаме още един месец"},
	"en": {"They have kept my refund for three weeks and support does not answer", "The courier was rude and left the parcel broken at the door", "I was charged twice and the hotline tells me to wait a month"},
}

var drillSources = []string{"forum.example › Скарги", "reviews.example", "t.me/example_chat"}

// post is the nth complaint: six of ten are near copies.
func (d *drill) post(n int, source string) mention.Mention {
	lang := []string{"uk", "ru", "bg", "en"}[d.random.IntN(4)]
	texts := drillWords[lang]
	text := texts[d.random.IntN(len(texts))]
	if d.random.IntN(10) < 6 {
		text += strings.Repeat("!", 1+n%3)
	} else {
		words := strings.Fields(strings.Join(texts, " "))
		d.random.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
		text = strings.Join(words[:14], " ") + fmt.Sprintf(" %s%s", strings.Repeat(string(rune('а'+n%32)), 3), strings.Repeat(string(rune('а'+n/32%32)), 3))
	}
	m := complaint(fmt.Sprint(n), text)
	m.Post.Source, m.Post.URL, m.Post.ThreadURL = source, fmt.Sprintf("https://%s/p/%d", strings.Fields(source)[0], n), ""
	m.Score.Lang, m.Score.Topics = lang, [][]string{{"refund"}, {"support"}, nil}[n%3]
	return m
}

// rain brings the complaints, a poll every half second.
func (d *drill) rain() {
	began, done := time.Now(), 0
	for i := 0; done < d.complaints; i++ {
		time.Sleep(time.Until(began.Add(time.Duration(i) * 500 * time.Millisecond)))
		share := int(float64(d.complaints) * min(1, float64(time.Since(began)+500*time.Millisecond)/float64(d.lasts)))
		var all []mention.Mention
		for ; done < share; done++ {
			all = append(all, d.post(done, drillSources[i%len(drillSources)]))
		}
		if len(all) > 0 {
			d.hear(all...)
		}
	}
}

// pressAll lets people claim what they see, twice a second, until ctx ends.
func (d *drill) pressAll(ctx context.Context) {
	random := rand.New(rand.NewPCG(2, 2))
	people := []string{ira, "U000OLEH", "U00MARIA"}
	for ctx.Err() == nil {
		time.Sleep(500 * time.Millisecond)
		var seen []fakeslack.Message
		for _, channel := range []string{"#mentions", "#billing", "#support-leads"} {
			seen = append(seen, d.fake.Messages(channel)...)
		}
		if len(seen) == 0 {
			continue
		}
		m := seen[random.IntN(len(seen))]
		took, err := d.fake.Press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "claim", User: people[random.IntN(len(people))]})
		if errors.Is(err, fakeslack.ErrNoButton) {
			continue
		}
		d.mu.Lock()
		if d.clicks = append(d.clicks, took); err != nil {
			d.lost++
		}
		d.mu.Unlock()
	}
}

// heap is what lives after a collection, in MB.
func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

// TestStormDrill lets a storm of near copies and different complaints in four languages
// come from three sources, with Slack at its true pace and people who press. Nothing is
// lost or said twice, channels stay readable, clicks stay quick and memory flat.
// EARSHOT_DRILL=full is 5,000 complaints in 10 minutes.
func TestStormDrill(t *testing.T) {
	if testing.Short() {
		t.Skip("short: a minute in real time")
	}
	t.Parallel()
	d := &drill{complaints: 240, lasts: 30 * time.Second, random: rand.New(rand.NewPCG(1, 1))}
	full := os.Getenv("EARSHOT_DRILL") == "full"
	if full {
		d.complaints, d.lasts = 5000, 10*time.Minute
	}
	rules := alerts.Rules{Routes: []alerts.Route{{Topics: []string{"refund"}, To: "#billing"}, {Topics: []string{"support"}, To: "#support-leads"}}}
	// One message a second, and a few more at once, as Slack allows in bursts.
	d.world = newWorld(t, worldOptions{rules: rules, fake: fakeslack.Options{Limit: time.Second, Burst: 4}, inDoubt: 20 * time.Second})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var pressing sync.WaitGroup
	pressing.Go(func() { d.pressAll(ctx) })
	var early float64
	third := time.AfterFunc(d.lasts/3, func() { v := heap(); d.mu.Lock(); early = v; d.mu.Unlock() })
	defer third.Stop()
	began := time.Now()
	d.rain()
	rained := time.Since(began)
	late := heap()
	if !full {
		testkit.Eventually(t, "everything is posted", 3*time.Minute, func() bool {
			counts, err := d.store.Counts(t.Context(), time.Now())
			return err == nil && counts.Pending == 0 && counts.Posting == 0
		})
	}
	stop()
	pressing.Wait()
	d.stop() // nothing is posted while it is counted
	d.check(rained, early, late, full)
}

func (d *drill) check(rained time.Duration, early, late float64, full bool) {
	t := d.t
	// How soon all is stored is about a machine of its own, as is how quick a claim is.
	if full && rained > d.lasts+d.lasts/10 {
		t.Errorf("the complaints took %s to be stored, want %s", rained, d.lasts)
	}
	stand := d.checkChannels()
	// What stands may be in doubt, so it is counted by its id.
	waits, err := d.waiting()
	if err != nil {
		t.Fatal(err)
	}
	storms, err := d.store.Storms(t.Context(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	all := len(stand)
	for _, id := range waits {
		if stand[string(id)] == 0 {
			all++
		}
	}
	if all != d.complaints+len(storms) {
		t.Errorf("%d messages stand or wait for %d complaints and %d storm messages", all, d.complaints, len(storms))
	}
	if v := d.fake.Violations(); len(v) > 0 {
		t.Errorf("Slack was not obeyed: %.300v", v)
	}
	d.checkClicks(full)
	if late > early+40 && full {
		t.Errorf("the heap grew from %.0f to %.0f MB", early, late)
	}
	t.Logf("%d complaints in %s: %d messages stand, %d wait; heap %.0f MB after a third, %.0f MB at the end", d.complaints, rained.Round(time.Second), len(stand), all-len(stand), early, late)
}

// checkChannels: no message stands twice, and once a storm has its own message in a channel, few stand
// there beside it. It returns how often each alert stands.
func (d *drill) checkChannels() map[string]int {
	stand := map[string]int{}
	for _, channel := range []string{"#mentions", "#billing", "#support-leads", "#pr-war-room"} {
		all := d.fake.Messages(channel)
		var storm time.Time // when its message came
		for _, m := range all {
			if shows(m, "A storm about") && (storm.IsZero() || m.PostedAt.Before(storm)) {
				storm = m.PostedAt
			}
		}
		own, minutes := 0, map[int]int{}
		for _, m := range all {
			stand[m.AlertID()]++
			if m.ThreadTS != "" && m.ThreadTS != m.TS && !m.Broadcast {
				continue
			}
			own++
			if !storm.IsZero() && m.PostedAt.After(storm) {
				minutes[int(m.PostedAt.Sub(storm)/time.Minute)]++
			}
		}
		d.t.Logf("%s: %d messages, %d of them top-level, after the storm's own by minute %v", channel, len(all), own, minutes)
		for minute, n := range minutes {
			if minute > 0 && n > 3 { // the complaints of before the storm was known have their own in the first
				d.t.Errorf("%s: %d top-level messages in minute %d of the storm", channel, n, minute)
			}
		}
	}
	for id, n := range stand {
		if n != 1 || id == "" {
			d.t.Errorf("alert %q stands %d times", id, n)
		}
	}
	return stand
}

// waiting are the messages that are not known to stand in a channel.
func (d *drill) waiting() (ids []mention.AlertID, err error) {
	pending, err := d.store.DueAlerts(d.t.Context(), time.Now().Add(time.Hour), 2*d.complaints)
	if err != nil {
		return nil, err
	}
	doubted, err := d.store.InDoubt(d.t.Context(), time.Now().Add(time.Hour))
	for _, a := range append(pending, doubted...) {
		ids = append(ids, a.ID)
	}
	return ids, err
}

func (d *drill) checkClicks(full bool) {
	slices.Sort(d.clicks)
	if len(d.clicks) < 20 {
		d.t.Fatalf("only %d clicks", len(d.clicks))
	}
	p99 := d.clicks[(len(d.clicks)*99+99)/100-1]
	d.t.Logf("%d clicks: acknowledged median %s, p99 %s, most %s", len(d.clicks), d.clicks[len(d.clicks)/2], p99, d.clicks[len(d.clicks)-1])
	// How quick is a claim about a machine of its own, so only the full drill makes it.
	if full && p99 > 1500*time.Millisecond || d.lost > 0 {
		d.t.Errorf("p99 of the clicks is %s, %d were lost", p99, d.lost)
	}
}
