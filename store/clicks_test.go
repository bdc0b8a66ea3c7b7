package store

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// testClicksPassPolls: sixty sources hand over their first polls at once, as at a start,
// and the first of them takes its time. Who presses a button waits for no more than
// those that are under way.
func testClicksPassPolls(t *testing.T, open opener) {
	s := open(t)
	ingest(t, s, intakeOf(heard(post(1), "Romashka")))
	began, goOn := make(chan struct{}), make(chan struct{})
	var first sync.Once
	var done atomic.Int64
	var polls sync.WaitGroup
	for n := range 60 {
		polls.Go(func() {
			in := intakeOf()
			in.Source = fmt.Sprint("source ", n)
			for i := range 5 {
				p := post(i)
				p.Source = in.Source
				in.Posts = append(in.Posts, heard(p, "Romashka"))
			}
			_, err := s.Ingest(background, in, func(ctx context.Context, tx *Tx, pending []*mention.PendingMention) error {
				first.Do(func() { close(began); <-goOn })
				return alertAll(ctx, tx, pending)
			})
			if err != nil {
				t.Error(err)
			}
			done.Add(1)
		})
	}
	<-began
	time.Sleep(50 * time.Millisecond) // the others queue
	var clicks sync.WaitGroup
	var behind, clicked atomic.Int64
	waited := s.write.Stats().WaitCount
	for range 5 {
		clicks.Go(func() {
			_, err := s.UpdateCase(background, mentionID(post(1), "Romashka"), func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
				c.Duplicates++
				return nil, nil, nil
			})
			if err != nil {
				t.Error(err)
			}
			behind.Store(max(behind.Load(), done.Load()))
			clicked.Add(1)
		})
	}
	testkit.Eventually(t, "the clicks queue behind, or wait for nothing", time.Minute, func() bool {
		return clicked.Load()+s.write.Stats().WaitCount-waited >= 5
	})
	close(goOn)
	clicks.Wait()
	polls.Wait()
	if n := behind.Load(); n > 20 {
		t.Errorf("a click waited for %d of 60 polls", n)
	}
}
