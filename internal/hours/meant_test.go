package hours

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestHoursAsPeopleWriteThem: what is not understood says how it is written here, and that is
// understood.
func TestHoursAsPeopleWriteThem(t *testing.T) {
	for written, want := range map[string]string{
		"9-18":                            "09:00-18:00 Europe/Kyiv",
		"с 9 до 18":                       "09:00-18:00 Europe/Kyiv",
		"з 9 до 18 Київ":                  "09:00-18:00 Europe/Kyiv",
		"от 9 до 18 София":                "09:00-18:00 Europe/Sofia",
		"09.00–18.00":                     "09:00-18:00 Europe/Kyiv",
		"09:00 - 18:00 Europe/Sofia":      "09:00-18:00 Europe/Sofia",
		"пн-пт 9-18":                      "Mon-Fri 09:00-18:00 Europe/Kyiv",
		"Пн–Пт 09:00–18:00 МСК":           "Mon-Fri 09:00-18:00 Europe/Moscow",
		"пн, ср с 10 до 19 Europe/Kyiv":   "Mon,Wed 10:00-19:00 Europe/Kyiv",
		"будни 9-18":                      "Mon-Fri 09:00-18:00 Europe/Kyiv",
		"weekdays 9am-6pm Europe/London":  "Mon-Fri 09:00-18:00 Europe/London",
		"Mon-Fri 9am - 6:30pm London":     "Mon-Fri 09:00-18:30 Europe/London",
		"ежедневно с 8 до 22":             "08:00-22:00 Europe/Kyiv",
		"09:00-18:00 mon-fri Europe/Kyiv": "Mon-Fri 09:00-18:00 Europe/Kyiv",
		"09:00-18:00":                     "09:00-18:00 Europe/Kyiv",
		"Mon-Fri 09:00-18:00 Kyiv":        "Mon-Fri 09:00-18:00 Europe/Kyiv",
		"24/7":                            "always",
		"22-6":                            "22:00-06:00 Europe/Kyiv",
		"9pm-5am":                         "21:00-05:00 Europe/Kyiv",
		"10am-2am":                        "10:00-02:00 Europe/Kyiv",
		"Mon-Fri: 9:00-18:00 Kyiv":        "Mon-Fri 09:00-18:00 Europe/Kyiv",
		"пн-пт: 9:00-18:00":               "Mon-Fri 09:00-18:00 Europe/Kyiv",
		"Monday to Friday 9-18":           "Mon-Fri 09:00-18:00 Europe/Kyiv",
		"с понедельника по пятницу с 9 до 18": "Mon-Fri 09:00-18:00 Europe/Kyiv",
		"з понеділка по п'ятницю 9:00-18:00":  "Mon-Fri 09:00-18:00 Europe/Kyiv",
		"от понеделник до петък от 9 до 18":   "Mon-Fri 09:00-18:00 Europe/Kyiv",
		"понеделник - петък 9-18 ч.":          "Mon-Fri 09:00-18:00 Europe/Kyiv",
		"8:00 - 20:00 по Киеву":               "08:00-20:00 Europe/Kyiv",
		"по будням с 9 до 18 по Москве":       "Mon-Fri 09:00-18:00 Europe/Moscow",
		"круглосуточно":                       "always",
		"цілодобово":                          "always",
		"Денонощно":                           "always",
		"24x7":                                "always",
		"9-5":                                 "",
		"to Friday 9-18":                      "Fri 09:00-18:00 Europe/Kyiv",
		"по 9-18":                             "09:00-18:00 Europe/Kyiv",
		"from 9 to 5":                         "",
		"9am-5":                               "",
		"ȺȺȺ 9-18":                            "",
		"Mon-Fri 09:00-18:00 UTC+2":           "",
		"по настроению":                       "",
		"Mon-Fri 9-18, Sat 10-16":             "",
		"99-100":                              "",
		"пн-пт 9-18 Марс":                     "",
		strings.Repeat("9", 300) + "-18":      "",
		"Mon-Fri 25:00-26:00 Europe/Kyiv":     "",
		"Mon-Fri 09:00-18:00-20:00 Kyiv, Mo":  "",
	} {
		_, err := Parse(written)
		var wrong *SyntaxError
		if !errors.As(err, &wrong) {
			t.Errorf("%q: %v", written, err)
			continue
		}
		if want != "" && wrong.Hint != fmt.Sprintf("write it like %q", want) || want == "" && meant(written) != "" {
			t.Errorf("%q: said %q, want %q", written, wrong.Hint, want)
		}
		if _, err := Parse(want); want != "" && err != nil {
			t.Errorf("%q is not understood: %v", want, err)
		}
	}
}

// TestMeantZone: a zone as people call it, or with a slip of the pen.
func TestMeantZone(t *testing.T) {
	for written, want := range map[string]string{
		"Київ": "Europe/Kyiv", "Europe/Kiyv": "Europe/Kyiv", "europe/kyiv": "Europe/Kyiv", "Киeв": "Europe/Kyiv", "Sofia/Europe": "", "Europe/Sofija": "Europe/Sofia", "София": "Europe/Sofia",
		"МСК": "Europe/Moscow", "Lndon": "Europe/London", "Europe/Berlyn": "Europe/Berlin", "Istambul": "Europe/Istanbul", "NewYork": "America/New_York", "America/New_Yrok": "America/New_York",
		"Asia/Kolkatta": "Asia/Kolkata", "Australia/Lord_How": "Australia/Lord_Howe", "Africa/Casablanka": "Africa/Casablanca", "Europe/Pariss": "Europe/Paris", "Toronto": "America/Toronto",
		"Europe/Tbilisi": "Asia/Tbilisi", "Etc/Kyiv": "Europe/Kyiv", "Europe\\Kyiv": "", "PST": "", "+03:00": "",
		"": "", "Atlantis": "", "UTC+2": "", "Europe/": "", "Kharkiv": "",
	} {
		if got := MeantZone(written); got != want {
			t.Errorf("%q is meant as %q, want %q", written, got, want)
		}
	}
}

// TestEveryPlaceIsAZone that can be used, and none is one by the name of the machine's.
func TestEveryPlaceIsAZone(t *testing.T) {
	places := cities()
	if len(places) < 400 {
		t.Fatalf("%d places", len(places))
	}
	for city, zone := range places {
		if _, ok := Zone(zone); !ok {
			t.Errorf("%s: there is no zone %s", city, zone)
		}
	}
	for _, name := range []string{"", "Local", "local", "LOCAL", "../etc/passwd", "/etc/localtime"} {
		if _, ok := Zone(name); ok {
			t.Errorf("%q is a zone", name)
		}
	}
	for _, expr := range []string{"Mon-Fri 09:00-18:00 Local", "always Local"} {
		if _, err := Parse(expr); err == nil {
			t.Errorf("%q was taken: it means another time on every machine", expr)
		}
	}
}
