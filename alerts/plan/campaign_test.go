package plan_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/alerts/plan"
	"github.com/earshot/earshot/mention"
)

// countedView counts what is read in full to find copies of one complaint.
type countedView struct {
	plan.View
	most *int
}

func (v countedView) Duplicates(ctx context.Context, watch string, simhash uint64, maxDistance int, since time.Time) ([]mention.MentionRecord, error) {
	list, err := v.View.Duplicates(ctx, watch, simhash, maxDistance, since)
	*v.most = max(*v.most, len(list))
	return list, err
}

// alike are complaints of so many people who share 70 words in a row and differ in eleven:
// near enough to be compared, and each a complaint of its own.
func alike(from, n int) (all []mention.Mention) {
	word := func(n int) string { return fmt.Sprintf("слово%c%c", 'а'+n%30, 'а'+n/30%30) }
	var common, own []string
	for i := range 70 {
		common = append(common, word(i))
	}
	for i := from; i < from+n; i++ {
		own = own[:0]
		for j := range 11 {
			own = append(own, fmt.Sprintf("w%dq%d", i, j))
		}
		all = append(all, rig.Said(rig.Forum, fmt.Sprint(i), fmt.Sprint("user", i), strings.Join(common, " ")+" "+strings.Join(own, " ")+" "+rig.Refund, -0.6))
	}
	return all
}

// TestCampaignOfNearCopies: whatever number of people complain in nearly the same words,
// each is alerted, one who complains in words of their own beside them is, too, and no complaint
// costs more than a few comparisons: the search for copies happens where clicks wait.
func TestCampaignOfNearCopies(t *testing.T) {
	people := 160
	if os.Getenv("EARSHOT_DRILL") == "full" {
		people = 4000
	} else if testing.Short() {
		people = 60
	}
	const piece = 100 // as the monitor hands them over
	r := rig.New(t, alerts.Rules{})
	most, alerted := 0, map[mention.ID]bool{}
	r.View = func(v plan.View) plan.View { return countedView{v, &most} }
	honest := rig.Said(rig.Forum, "honest", "Анна", rig.Rude, -0.6)
	for from := 0; from < people; from += piece {
		all := alike(from, min(piece, people-from))
		if from+piece >= people {
			all = append(all, honest)
		}
		began := time.Now()
		for _, a := range r.Poll(all...) {
			alerted[a.MentionID] = true
		}
		t.Logf("after %d: %v", from, time.Since(began).Round(time.Millisecond))
		for _, m := range all {
			if !alerted[rig.ID(m)] {
				t.Errorf("%s is not alerted", m.Post.ID)
			}
		}
	}
	if most > 20 {
		t.Errorf("one complaint is compared with %d others", most)
	}
}

// TestCampaignOfCopiesIsAStorm: when so many people say the same words that it is a storm, one message says so; the
// copies stay under the first one. Who says them alone, again and again, makes none.
func TestCampaignOfCopiesIsAStorm(t *testing.T) {
	for name, c := range map[string]struct {
		author func(i int) string
		storms int
	}{
		"many people": {func(i int) string { return fmt.Sprint("user", i) }, 1},
		"one":         {func(int) string { return "Олена" }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{Routes: []alerts.Route{{To: "#mentions", Notify: "@duty"}}})
			var first mention.AlertID
			storms, copies := 0, 0
			for i := range 30 {
				for _, a := range r.Poll(rig.Said(rig.Forum, fmt.Sprint(i), c.author(i), rig.Refund+" "+rig.Rude+" "+rig.Numbered(i), -0.6)) {
					switch {
					case a.Kind == mention.Burst && a.Notify == "@duty" && a.ThreadOf == "":
						storms++
					case a.Kind == mention.Duplicate && a.ThreadOf == first:
						copies++
					case i == 0:
						first = a.ID
					default:
						t.Errorf("%d: %+v", i, a)
					}
				}
				r.Now = rig.Noon.Add(time.Duration(i) * 10 * time.Second)
			}
			if storms != c.storms || copies != 29 {
				t.Errorf("%d storms, want %d; %d copies", storms, c.storms, copies)
			}
		})
	}
}
