package watchlist

import (
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/earshot/earshot/alerts/door"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/presets"
	"github.com/earshot/earshot/crawlers/push"
)

// checkSources makes every crawler once and adds what is wrong with their options.
func checkSources(cfg *config.Config, all *config.Errors) {
	probe := crawlers.Env{Log: slog.New(slog.DiscardHandler), Now: time.Now}
	tokens := map[string]string{} // of push sources, to their names
	for _, src := range cfg.Sources {
		if _, known := presets.Lookup(src.Kind); !known {
			continue // said already
		}
		crawler, err := NewCrawler(probe, src)
		if err != nil {
			all.Add(err)
		} else {
			checkAnswers(cfg, src, all)
		}
		if door, ok := crawler.(*push.Door); ok {
			token := door.Options.Token.Reveal()
			if other, taken := tokens[token]; taken {
				all.Add(src.Section.Errorf("token", "this is the token of %q too: each push source needs one of its own", other))
			}
			tokens[token] = src.Name
		}
	}
}

// checkAnswers adds what is wrong with how sources are answered.
func checkAnswers(cfg *config.Config, src config.Source, all *config.Errors) {
	probe := crawlers.Env{Log: slog.New(slog.DiscardHandler), Now: time.Now, Base: src.Base}
	if _, _, err := presets.NewAnswer(probe, src); err != nil {
		hint := ""
		if own := presets.OwnKind(src.Kind); own != "" {
			hint = "your own is read and answered as " + own
		}
		all.Add(cfg.Problem(src.Reply.Pos, "reply: "+err.Error(), hint))
	}
}

// checkDoors opens every door of a watchlist once and adds what is wrong with its address.
func checkDoors(cfg *config.Config, all *config.Errors) {
	for name, address := range cfg.Doors {
		if !address.IsSet() {
			continue // said already
		}
		err := door.Check(address.Reveal())
		var unknown *door.UnknownError
		var incomplete *door.IncompleteError
		var crowded *door.CrowdedError
		switch {
		case errors.As(err, &unknown):
			all.Add(cfg.Problem(cfg.DoorAt[name], name+": "+err.Error(), "known: "+strings.Join(door.Services(), ", ")))
		case errors.As(err, &incomplete):
			all.Add(cfg.Problem(cfg.DoorAt[name], name+": the address of this door is not complete", `write it like "`+incomplete.Example+`"`))
		case errors.As(err, &crowded):
			all.Add(cfg.Problem(cfg.DoorAt[name], name+": "+err.Error(), "make a second door of the rest"))
		}
	}
}
