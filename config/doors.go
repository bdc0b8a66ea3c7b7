package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/goccy/go-yaml/ast"
)

// This file knows the other doors: ways to people who are not in Slack.

// DoorRoute begins the route of a door; its name follows.
const DoorRoute = "door:"

// inlineDoor begins a destination that is the address of a door.
const inlineDoor = "shoutrrr:"

// Fallback names the door that tells of what waits while its own channel takes nothing.
type Fallback struct {
	To    string        `yaml:"to" short:"true" required:"true" doc:"The name of a door, or \"shoutrrr:ADDRESS\"." example:"night" format:"door of a fallback"`
	After time.Duration `yaml:"after" doc:"How long the channel must have taken nothing. 10m when left out." example:"10m"`
}

// defaultFallback is long enough for the hiccups that Slack has nearly every week and
// short enough that somebody can still answer within the half hour people expect.
const defaultFallback = 10 * time.Minute

// Wait is how long the channel must have taken nothing.
func (f Fallback) Wait() time.Duration {
	if f.After == 0 {
		return defaultFallback
	}
	return f.After
}

// findDoors notes the names under doors: and webhooks: before anything else is decoded, since any
// destination may be one of them, or meant as one.
func (d *decoder) findDoors(root ast.Node) {
	if d.doors == nil {
		d.doors = map[string]bool{}
	}
	for _, top := range d.unwrappedEntries(root) {
		switch name, _ := keyName(top.Key); name {
		case "doors":
			for _, door := range d.unwrappedEntries(top.Value) {
				if name, ok := keyName(door.Key); ok {
					d.doors[name] = true
				}
			}
		case "webhooks":
			d.findHooks(top.Value)
		}
	}
}

func (d *decoder) findHooks(list ast.Node) {
	list = d.unwrap(list)
	entries, ok := list.(*ast.SequenceNode)
	if !ok {
		return
	}
	for _, hook := range entries.Values {
		for _, pair := range d.unwrappedEntries(hook) {
			if name, _ := keyName(pair.Key); name != "name" {
				continue
			}
			if s, ok := pair.Value.(*ast.StringNode); ok {
				d.hooks = append(d.hooks, s.Value)
			}
		}
	}
}

// doorOf returns the route of a destination that is a door: one under doors:, or one whose
// address stands there.
func (d *decoder) doorOf(s written, m position, f field) (route string, ok bool) {
	if d.doors[s.value] {
		return DoorRoute + s.value, true
	}
	address, inline := strings.CutPrefix(s.value, inlineDoor)
	if !inline {
		return "", false
	}
	if msg, hint := checkDoor(address); msg != "" {
		d.wrong(m, hint, "%s: this %s", f.name, msg)
		return "", true
	}
	service, _, _ := strings.Cut(address, ":")
	sum := sha256.Sum256([]byte(address))
	name := strings.ToLower(service) + "-" + hex.EncodeToString(sum[:4])
	if d.inline == nil {
		d.inline = map[string]inlined{}
	}
	if _, known := d.inline[name]; !known {
		d.inline[name] = inlined{NewSecret(address, s.origin), m.Pos}
	}
	d.hideDoor(address)
	if !s.secret {
		d.doc.notePasted(m.Pos)
	}
	return DoorRoute + name, true
}

// doorHint says what to write where a door is meant.
func (d *decoder) doorHint(s string) string {
	return d.meant(s, slices.Sorted(maps.Keys(d.doors)), "write it under doors: with its address, as in docs/doors.md")
}

// wayHint says which door or webhook is meant by what is no destination; "" for none of them.
func (d *decoder) wayHint(s string) string {
	if meant := d.near(s, d.hooks); meant != "" {
		return didYouMean("webhook:" + meant)
	}
	return d.meant(s, slices.Sorted(maps.Keys(d.doors)), "")
}

// inlined is a door whose address stands in a destination.
type inlined struct {
	address Secret
	pos     Pos
}

// leastKey is the length in bytes from which a part of a door's address that may be a name
// as well is taken for a key: those of the services have 15 and more, names of channels
// have less.
const leastKey = 15

// hideDoor hides what is secret in the address of a door. Errors show its parts in other
// addresses than the one they were written in.
func (d *decoder) hideDoor(address string) {
	d.doc.hide(address)
	for _, part := range doorKeys(address) {
		d.doc.hide(part)
	}
}

// doorKeys are the password in the address of a door, and what looks like a key.
func doorKeys(address string) (keys []string) {
	u, err := url.Parse(address)
	if err != nil {
		return nil
	}
	var parts []string
	if pw, ok := u.User.Password(); ok {
		keys = append(keys, pw)
	} else {
		parts = append(parts, u.User.Username())
	}
	if !strings.Contains(u.Host, ".") {
		parts = append(parts, u.Host)
	}
	for _, values := range u.Query() {
		for _, value := range values {
			if !strings.ContainsAny(value, "@,.") { // no address of a person or a host
				parts = append(parts, value)
			}
		}
	}
	for _, part := range append(parts, strings.Split(u.Path, "/")...) {
		if len(part) >= leastKey {
			keys = append(keys, part)
		}
	}
	return keys
}

const doorsLike = `write it as in docs/doors.md: "telegram://…", "smtp://…"`

// checkDoor checks the address of a door as far as it is one.
func checkDoor(s string) (msg, hint string) {
	const how = doorsLike
	service, rest, ok := strings.Cut(s, "://")
	if !ok || service == "" || rest == "" || strings.ContainsFunc(s, unicode.IsSpace) {
		return "is not the address of a door", how
	}
	if u, err := url.Parse(s); err != nil || u.Host == "" {
		return "is not the address of a door", how
	}
	return "", ""
}

// maxDoorName is the longest name of a door, in runes.
const maxDoorName = 40

func checkDoorName(s string) (msg, hint string) {
	bad := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_' }
	if s == "" || s == "console" || slackID.MatchString(s) || len([]rune(s)) > maxDoorName || strings.ContainsFunc(s, bad) {
		return "cannot be the name of a door", "write a name such as night or email: letters, digits, - and _"
	}
	return "", ""
}

// checkDoors fills in the doors that stand in destinations and checks the fallbacks.
func (d *decoder) checkDoors(c *Config) {
	c.DoorAt = map[string]Pos{}
	for name, address := range c.Doors {
		c.DoorAt[name] = d.place("doors." + name).Pos
		d.hideDoor(address.Reveal())
	}
	for name, door := range d.inline {
		if c.Doors == nil {
			c.Doors = map[string]Secret{}
		}
		c.Doors[name], c.DoorAt[name] = door.address, door.pos
	}
	d.checkFallback(c.Fallback, "fallback", "")
	first := map[string]*Route{} // that names a fallback, by where it leads
	for i := range c.Routes {
		r, path := &c.Routes[i], fmt.Sprintf("routes[%d].fallback", i)
		d.checkFallback(r.Fallback, path, r.To)
		switch other := first[r.To]; {
		case r.Fallback.To == "":
		case other == nil:
			first[r.To] = r
		case other.Fallback != r.Fallback:
			d.wrong(d.place(path), "write the same fallback in both, or in one of them", "%s has another fallback in line %d", r.To, other.Pos.Line)
		}
	}
	used := c.destinations()
	for _, name := range slices.Sorted(maps.Keys(c.Doors)) {
		if !used[DoorRoute+name] {
			d.warn(d.place("doors."+name), fmt.Sprintf("write fallback: %s, or a route with to: %s", name, name), "nothing is sent to the door %q", name)
		}
	}
}

func (d *decoder) checkFallback(f Fallback, path, to string) {
	after := path + ".after"
	switch {
	case d.has(after) && f.After < time.Minute && !d.reported(d.place(after)):
		d.wrong(d.place(after), "write at least 1m", "after: what passes within a minute needs no other door")
	case to != "" && f.To == to:
		d.wrong(d.place(path), "name another door", "the fallback is where the route goes already")
	}
}
