package hours

import (
	_ "embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/earshot/earshot/internal/text"
)

// dayNames are the days as people write them in the languages of the guide, by the English ones.
// What two languages write for different days is left out.
var dayNames = text.ByWord(map[string]string{
	"Mon": "пн понедельник понедельника понеділок понеділка понеделник", "Tue": "вт вторник вторника вівторок вівторка", "Wed": "ср среда среды среду середа середи середу сряда",
	"Thu": "чт четверг четверга четвер четвъртък", "Fri": "пт пятница пятницы пятницу пʼятниця пʼятниці пʼятницю п'ятниця п'ятниці п'ятницю петък",
	"Sat": "сб суббота субботы субботу субота суботи суботу", "Sun": "вс нд нед воскресенье воскресенья неділя неділі неділю неделя",
	"Mon-Fri": "будни будні будням рабочие робочі делнични weekdays", "Sat-Sun": "выходные выходным вихідні вихідним почивни weekend weekends",
	"":  "ежедневно щодня щоденно всеки каждый кожен день ден daily every day дни дні ч часа часов год с з від от from",
	"-": "по до to till through", // from one day to another; before all days, and behind them, it says nothing
})

// roundTheClock is always, as people write it.
var roundTheClock = map[string]bool{"24/7": true, "24x7": true, "круглосуточно": true, "цілодобово": true, "денонощно": true}

// zoneNames are time zones as people call them. The hours that a clock is ahead of another name no
// zone: they change in spring, and zones do not.
var zoneNames = text.ByWord(map[string]string{
	"Europe/Kyiv": "kyiv kiev киев київ киева киеву києва києвом", "Europe/Sofia": "sofia софия софии софія софії", "Europe/Moscow": "moscow msk москва москве мск",
	"Europe/London": "london лондон", "Europe/Berlin": "berlin берлин берлін", "Europe/Warsaw": "warsaw варшава", "Europe/Istanbul": "istanbul стамбул",
	"America/New_York": "new_york newyork",
})

//go:embed zones.txt
var placesFile string

// cities are the zones by what people know them by: their cities, and what else they are called.
var cities = sync.OnceValue(func() map[string]string {
	all := maps.Clone(zoneNames)
	for line := range strings.Lines(placesFile) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for _, zone := range strings.Fields(line) {
			if city := cityOf(zone); all[city] == "" {
				all[city] = zone
			}
		}
	}
	return all
})

func cityOf(zone string) string { return strings.ToLower(zone[strings.LastIndexByte(zone, '/')+1:]) }

// MeantZone is the time zone that was probably meant by a name that is none, or "".
func MeantZone(name string) string {
	return cities()[text.Nearest(cityOf(name), slices.Sorted(maps.Keys(cities())))]
}

// ZoneHint is what to write in place of a name that is no time zone.
func ZoneHint(name string) string {
	if zone := MeantZone(name); zone != "" {
		return fmt.Sprintf("did you mean %q?", zone)
	}
	return `write a name such as "Europe/Kyiv"`
}

var (
	// fromTo is from one time to another: "с 9 до 18", "9am - 6pm", "09.00–18.00".
	fromTo = regexp.MustCompile(`(?:^| )(?:с |з |від |от |from )?(\d{1,2})(?:[:.](\d\d))? ?(am|pm)? ?(?:-| до | to | till )+ ?(\d{1,2})(?:[:.](\d\d))? ?(am|pm)?(?: |,|$)`)
	// wordOrSign parts an expression: names of zones keep their slash.
	wordOrSign = regexp.MustCompile(`[\pL'ʼ/_+]+|[\d:-]+|,`)
)

// meant is how Parse reads hours that are written as people write them elsewhere, with an example
// of a zone where none is named; "" when it cannot be told.
func meant(expr string) string {
	s := strings.NewReplacer("–", "-", "—", "-", "\u00a0", " ", ";", ",").Replace(strings.TrimSpace(expr))
	lower := strings.ToLower(s)
	if roundTheClock[lower] {
		return "always"
	}
	if len(lower) != len(s) || len(s) > 100 { // places in one are those in the other
		return ""
	}
	found := fromTo.FindStringSubmatchIndex(lower)
	if found == nil {
		return ""
	}
	part := func(i int) string {
		if found[2*i] < 0 {
			return ""
		}
		return lower[found[2*i]:found[2*i+1]]
	}
	from, to := written(part(1), part(2), part(3)), written(part(4), part(5), part(6))
	if to < from && from < "12:00" && part(6) == "" { // from 9 to 5
		return ""
	}
	days, zone := "", ""
	for _, word := range wordOrSign.FindAllString(s[:found[0]]+" "+s[found[1]:], -1) {
		name := strings.ToLower(word)
		switch known, isDay := dayNames[name]; {
		case isDay:
			days += known
		case word == "-" || word == ",":
			days += word
		case word == ":": // behind the days
		case zoneNames[name] != "":
			zone = zoneNames[name]
		case isZone(word):
			zone = word
		default:
			day, ok := weekday(word)
			if !ok {
				return ""
			}
			days += day.String()[:3]
		}
	}
	if zone == "" {
		zone = "Europe/Kyiv"
	}
	out := strings.TrimSpace(strings.Trim(days, ",- ") + " " + from + "-" + to + " " + zone)
	if _, err := parse(out); err != nil {
		return ""
	}
	return out
}

// written is a time of day as a watchlist has it.
func written(hour, minute, half string) string {
	if minute == "" {
		minute = "00"
	}
	h := 0
	for _, digit := range hour {
		h = h*10 + int(digit-'0')
	}
	switch {
	case half == "pm" && h < 12:
		h += 12
	case half == "am" && h == 12:
		h = 0
	}
	return fmt.Sprintf("%02d:%s", h, minute)
}
