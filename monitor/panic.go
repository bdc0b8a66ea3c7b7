package monitor

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/mention"
)

// panicError is a panic as the failure of one task: a page that makes a parser fail
// must cost its source a poll and nobody else anything.
type panicError struct {
	what  any
	stack string
}

func (e *panicError) Error() string {
	return fmt.Sprintf("earshot's own fault: %v; please report it", e.what)
}

// caught turns a panic under way into an error.
func caught(err **panicError) {
	if what := recover(); what != nil {
		*err = &panicError{what, string(debug.Stack())}
	}
}

// readSafely asks a crawler that may panic.
func readSafely(ctx context.Context, read func(ctx context.Context) (crawlers.Batch, error)) (batch crawlers.Batch, err error) {
	var broken *panicError
	func() {
		defer caught(&broken)
		batch, err = read(ctx)
	}()
	if broken != nil {
		return crawlers.Batch{}, broken
	}
	return batch, err
}

// analyzeSafely analyzes a post with an analyzer that may panic.
func analyzeSafely(a Analyzer, post mention.Post) (mentions []mention.Mention, err *panicError) {
	defer caught(&err)
	return a.Analyze(post), nil
}
