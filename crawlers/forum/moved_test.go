package forum

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// A moderator splits a thread, merges it into another one or moves it: the post is not
// gone, the board still finds it by its number.
func TestFindsMovedThread(t *testing.T) {
	for name, move := range map[string]func(b *board){
		"split": func(b *board) {
			b.threads[9] = slices.Clone(b.threads[7][4:])
			b.threads[7] = b.threads[7][:4]
		},
		"merged": func(b *board) {
			b.add(9, 30, "another thread")
			b.threads[9] = append(b.threads[9], b.threads[7]...)
			delete(b.threads, 7)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBoard(t)
			b.finds = true
			for i := 1; i <= 7; i++ {
				b.add(7, i, fmt.Sprintf("post %d", i))
			}
			f := b.reader(boardAt + "/viewforum.php?f=2").f
			// An address that names the place in the thread and not the post.
			at := mention.Post{ID: "5", URL: boardAt + "/viewtopic.php?t=7&start=3#p5", ThreadURL: boardAt + "/viewtopic.php?t=7"}
			batch, err := f.Thread(context.Background(), at, "")
			if err != nil || len(batch.Posts) != 4 {
				t.Fatalf("%d posts, %v, want the second page on", len(batch.Posts), err)
			}
			move(b)
			b.add(9, 8, "an answer")
			batch, err = f.Thread(context.Background(), at, batch.Next)
			if err != nil {
				t.Fatal(err)
			}
			answered := false
			for _, p := range batch.Posts {
				if p.Deleted {
					t.Errorf("post %s is said to be deleted", p.ID)
				}
				answered = answered || p.Text == "an answer"
			}
			if !answered {
				t.Errorf("the answer in the new thread is not found: %+v", batch.Posts)
			}

			// From now on that is where it is looked for.
			b.asked = nil
			b.add(9, 10, "another answer")
			batch, err = f.Thread(context.Background(), at, batch.Next)
			if err != nil || len(batch.Posts) != 1 || batch.Posts[0].Text != "another answer" {
				t.Errorf("%+v, %v: want the second answer", batch.Posts, err)
			}
			for _, key := range b.asked {
				if key == "/viewtopic.php?t=7&start=3" {
					t.Error("the old place is asked again")
				}
			}

			// And it may be deleted there.
			for t := range b.threads {
				b.threads[t] = slices.DeleteFunc(b.threads[t], func(p boardPost) bool { return p.id == 5 })
			}
			batch, err = f.Thread(context.Background(), at, batch.Next)
			if err != nil || !slices.ContainsFunc(batch.Posts, func(p mention.Post) bool { return p.Deleted && p.ID == "5" }) {
				t.Errorf("%+v, %v: want the deletion", batch.Posts, err)
			}
		})
	}
}

// Where the finder's answer cannot be had nothing is said to be deleted.
func TestFinderOutOfOrder(t *testing.T) {
	b := newBoard(t)
	for i := 1; i <= 3; i++ {
		b.add(7, i, fmt.Sprintf("post %d", i))
	}
	f := b.reader(boardAt + "/viewforum.php?f=2").f
	at := mention.Post{ID: "2", URL: boardAt + "/viewtopic.php?t=7#p2", ThreadURL: boardAt + "/viewtopic.php?t=7"}
	first, err := f.Thread(context.Background(), at, "")
	if err != nil {
		t.Fatal(err)
	}
	b.threads[7] = slices.Delete(b.threads[7], 1, 2)
	b.fail["/viewtopic.php?p=2"] = &fetch.StatusError{Status: 502, URL: "x"}
	if batch, err := f.Thread(context.Background(), at, first.Next); err == nil || len(batch.Posts) > 0 || batch.Next != first.Next {
		t.Errorf("%+v, %v: want the error, and the cursor of before", batch, err)
	}
}
