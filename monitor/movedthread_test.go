package monitor

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/mention"
)

// TestComplaintInAnotherThread: threads are split and merged. The visit that finds a complaint in another thread hands it over as
// moved, once, so that answers there are known for its; what a thread shows of itself moves nothing.
func TestComplaintInAnotherThread(t *testing.T) {
	const old, other = "https://site.example/t1", "https://site.example/t2"
	for name, c := range map[string]struct {
		thread string
		change func(posts []mention.Post) []mention.Post
		moved  int
	}{
		"merged":                      {other, func(p []mention.Post) []mention.Post { return p }, 1},
		"merged, its words not shown": {other, func(p []mention.Post) []mention.Post { return p[1:] }, 1},
		"in its thread":               {old, func(p []mention.Post) []mention.Post { return p }, 0},
		"not there any more": {other, func(p []mention.Post) []mention.Post {
			p[0].Deleted, p[0].Text = true, ""
			return p
		}, 0},
		"two threads": {other, func(p []mention.Post) []mention.Post {
			p[1].ThreadURL = "https://site.example/t3"
			return p
		}, 0},
		"no thread is said": {"", func(p []mention.Post) []mention.Post { return p }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, s, d := newWorld(), newThreadSite(), &desk{}
				one := waits("a", "1", "t1")
				d.set(one)
				s.thread = func(n int, _ mention.Post) (crawlers.Batch, error) {
					b := crawlers.Batch{Next: "read", Observed: crawlers.Observation{Bytes: 1, Items: 2}}
					if n == 0 {
						complaint, answer := one.Post, post("a", "2")
						answer.Published = one.Post.Published.Add(time.Minute)
						complaint.ThreadURL, answer.ThreadURL = c.thread, c.thread
						b.Posts = c.change([]mention.Post{complaint, answer})
					}
					return b, nil
				}
				runFor(t, w.follower(d), 20*time.Minute, following("a", s))
				moved, answers := 0, 0
				for _, in := range w.intakes {
					for _, p := range in.Posts {
						if p.Post.ID == "2" {
							answers++
						}
						if p.Post.Moved {
							moved++
							if p.Post.ID != "1" || p.Post.ThreadURL != other || p.Post.Text != one.Post.Text || in.Baseline {
								t.Errorf("handed over %+v", p.Post)
							}
						}
					}
				}
				if moved != c.moved || answers != 1 {
					t.Errorf("moved %d times, want %d; %d answers", moved, c.moved, answers)
				}
			})
		})
	}
}
