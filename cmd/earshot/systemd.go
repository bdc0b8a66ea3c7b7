package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// tellSystemd says that earshot is at work, and goes on saying so until ctx ends, to a
// service manager that asked for it (Type=notify, WatchdogSec=), and then that it stops:
// a manager that did not stop it itself waits for that, too. A process whose timers do
// not run any more falls silent and is started again; a database or Slack that is away is
// no reason for that.
func tellSystemd(ctx context.Context, log *slog.Logger) {
	asked, err := daemon.SdNotify(false, daemon.SdNotifyReady)
	if err != nil {
		log.Warn("the service manager cannot be told", "err", err)
	}
	every, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		log.Warn("the watchdog's time cannot be read", "err", err)
	}
	if !asked {
		return
	}
	var due <-chan time.Time
	if every > 0 {
		ticker := time.NewTicker(every / 3)
		defer ticker.Stop()
		due = ticker.C
	}
	for {
		select {
		case <-ctx.Done():
			_, _ = daemon.SdNotify(false, daemon.SdNotifyStopping) // it sees the end, if not this
			return
		case <-due:
			_, _ = daemon.SdNotify(false, daemon.SdNotifyWatchdog) // silence is what the watchdog looks for
		}
	}
}
