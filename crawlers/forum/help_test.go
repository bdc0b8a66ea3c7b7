package forum

import (
	"context"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// readAt is when the pages of these tests are read.
var readAt = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

type fetcherFunc func(context.Context, fetch.Request) (*fetch.Response, error)

func (f fetcherFunc) Do(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	return f(ctx, r)
}

func testEnv(f crawlers.Fetcher) crawlers.Env {
	return crawlers.Env{Fetch: f, Now: func() time.Time { return readAt }, Source: "test", PostKind: mention.Forum, Zone: time.UTC}
}
