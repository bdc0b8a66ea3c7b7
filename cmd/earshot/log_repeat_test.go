package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// TestRepeatedLines: while something is away, what is tried again each second is logged a few times and then once a minute
// with how often it was left out; what is said of something else, of another one, or by a person's doing, always.
func TestRepeatedLines(t *testing.T) {
	var out bytes.Buffer
	now := time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)
	log := slog.New(newSparing(slog.NewTextHandler(&out, nil), func() time.Time { return now }))
	queue := log.With("part", "queue")
	for second := range 180 {
		log.Warn("who delivers cannot be agreed on; trying again", "err", fmt.Errorf("refused at %d", second))
		queue.Error("jobs cannot be read", "attempt", second, "err", errors.New("refused"), "sleep_duration", time.Duration(second))
		for i := range 2 {
			log.Error("outbox cannot be read", "which", i)
		}
		log.Info("a button was pressed", "who", "Ira")
		log.Warn("source cannot be polled", "source", fmt.Sprintf("forum %d", second))
		now = now.Add(time.Second)
	}
	count := func(text string) int { return strings.Count(out.String(), text) }
	for text, want := range map[string]int{
		"who delivers": 5, "jobs cannot be read": 5, "which=0": 5, "which=1": 5, "a button": 180, "source cannot be polled": 180, // one a second: 60 a minute
		"left_out=57": 4, "left_out=59": 4,
	} {
		if got := count(text); got != want {
			t.Errorf("%s: %d lines, want %d\n%s", text, got, want, out.String())
		}
	}
	for i := range 1000 {
		log.Error("the state of a source cannot be stored", "source", i, "err", "the disk is full")
	}
	if got := count("the disk is full"); got != manyLines {
		t.Errorf("of 1000 sources whose state cannot be stored %d lines, want %d", got, manyLines)
	}
	now = now.Add(time.Hour)
	log.Warn("who delivers cannot be agreed on; trying again")
	if got := out.String()[strings.LastIndex(strings.TrimSpace(out.String()), "\n"):]; !strings.Contains(got, "left_out=59") || !strings.Contains(got, "who delivers") {
		t.Errorf("an hour later: %s", got)
	}
	log.Warn("who delivers cannot be agreed on; trying again")
	if got := count("who delivers"); got != 7 {
		t.Errorf("a new trouble is said %d times, want a second time at once", got)
	}
}
