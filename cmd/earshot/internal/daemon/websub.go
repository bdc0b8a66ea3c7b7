package daemon

import (
	"context"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/websub"
	"github.com/earshot/earshot/monitor"
	"github.com/earshot/earshot/store"
)

// maxHubAnswer bounds what a hub says to a request, in bytes; nobody reads it.
const maxHubAnswer = 64 << 10

// newHubs makes the subscriber to feeds' hubs; nil when hubs could not reach it.
func newHubs(opt Options, client hubClient, db *store.Store, now func() time.Time, pollNow func(ctx context.Context, source string)) *websub.Subscriber {
	web := opt.Watchlist.Web
	if web.Listen == "" || web.PublicURL == "" {
		return nil
	}
	return websub.New(websub.Options{PublicURL: web.PublicURL, Hubs: client, Records: subscriptions{db}, Log: opt.Log, Now: now, PollNow: pollNow})
}

// hubOffers is the subscriber as the monitor sees it. A nil *websub.Subscriber
// would be an interface that is not nil.
func hubOffers(hubs *websub.Subscriber) monitor.Hubs {
	if hubs == nil {
		return nil
	}
	return hubs
}

// hubClient sends requests to hubs with the manners and guards of the source whose feed
// names the hub.
type hubClient struct {
	fetch  *atomic.Pointer[fetch.Client]
	config func() *config.Config
}

// Post implements websub.Hubs.
func (h hubClient) Post(ctx context.Context, source, address string, form url.Values) error {
	client := h.fetch.Load()
	for _, src := range h.config().Sources {
		if src.Name == source {
			client = client.For(watchlist.Addresses(src)...)
		}
	}
	_, err := client.Do(ctx, fetch.Request{
		URL: address, Method: http.MethodPost, Body: []byte(form.Encode()),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		API:    true, MaxBody: maxHubAnswer,
	})
	return err
}

// subscriptions are the store as the subscriber keeps its records in it.
type subscriptions struct{ db *store.Store }

// Subscriptions implements websub.Records.
func (s subscriptions) Subscriptions(ctx context.Context) ([]websub.Subscription, error) {
	rows, err := s.db.Subscriptions(ctx)
	list := make([]websub.Subscription, len(rows))
	for i, row := range rows {
		list[i] = websub.Subscription(row)
	}
	return list, err
}

// Subscription implements websub.Records.
func (s subscriptions) Subscription(ctx context.Context, id string) (websub.Subscription, bool, error) {
	row, ok, err := s.db.Subscription(ctx, id)
	return websub.Subscription(row), ok, err
}

// Offer implements websub.Records.
func (s subscriptions) Offer(ctx context.Context, sub websub.Subscription, rest time.Duration) error {
	return s.db.OfferSubscription(ctx, store.Subscription(sub), rest)
}

// Save implements websub.Records.
func (s subscriptions) Save(ctx context.Context, sub websub.Subscription) (kept bool, err error) {
	return s.db.SaveSubscription(ctx, store.Subscription(sub))
}

// Keep implements websub.Records.
func (s subscriptions) Keep(ctx context.Context, sources []string) error {
	return s.db.KeepSubscriptions(ctx, sources)
}
