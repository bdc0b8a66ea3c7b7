package store

import (
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// deadLink is how long the other end of a connection may acknowledge nothing before the
	// connection is lost: a server whose machine died, or that a firewall cuts off, says
	// nothing any more, and the kernel's own patience is a quarter of an hour. A query that
	// takes long is no silence.
	deadLink = 15 * time.Second
	// connectIn bounds making a connection where the address has no connect_timeout: a server
	// that stands still takes one and never answers.
	connectIn = 10 * time.Second
)

// BoundSilence has connections of this configuration lost, and not waited for, when the
// other end is gone without a word. Whoever works under a lease would else keep the lease
// and do nothing.
func BoundSilence(config *pgconn.Config) {
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectIn
	}
	dialer := &net.Dialer{
		Timeout:         config.ConnectTimeout,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: deadLink / 3, Interval: deadLink / 3, Count: 3},
		Control:         unacknowledged,
	}
	config.DialFunc = dialer.DialContext
}
