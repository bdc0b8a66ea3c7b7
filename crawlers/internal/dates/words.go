package dates

import (
	"strings"
	"time"
)

// The words dates are written with in English, Russian, Ukrainian and Bulgarian.
// Written for this project from grammar tables: nominative, genitive and the
// other cases where a site may print them, and the usual abbreviations.

// monthWords maps a month's word, lower case and without its dot, to its number.
var monthWords = words(map[int]string{
	1:  "january jan январь января январе янв січень січня січні січ януари яну ян",
	2:  "february feb февраль февраля феврале фев февр лютий лютого лютому лют февруари",
	3:  "march mar март марта марте мар березень березня березні бер берез",
	4:  "april apr апрель апреля апреле апр квітень квітня квітні кві квіт април",
	5:  "may май мая мае травень травня травні тра трав маи",
	6:  "june jun июнь июня июне июн червень червня червні чер черв юни юн",
	7:  "july jul июль июля июле июл липень липня липні лип юли юл",
	8:  "august aug август августа августе авг серпень серпня серпні сер серп",
	9:  "september sep sept сентябрь сентября сентябре сен сент вересень вересня вересні вер верес септември сеп септ",
	10: "october oct октябрь октября октябре окт жовтень жовтня жовтні жов жовт октомври",
	11: "november nov ноябрь ноября ноябре ноя нояб листопад листопада листопаді лис лист ноември ное ноем",
	12: "december dec декабрь декабря декабре дек грудень грудня грудні гру груд декември",
})

// weekdayWords maps a weekday's word to time.Weekday.
var weekdayWords = words(map[int]string{
	0: "sunday sun воскресенье вс вск неділя неділю нд неделя",
	1: "monday mon понедельник пн понеділок понеделник пон",
	2: "tuesday tue tues вторник вт вівторок",
	3: "wednesday wed среда среду ср середа середу сряда",
	4: "thursday thu thur thurs четверг чт четвер четвъртък чет",
	5: "friday fri пятница пятницу пт п'ятниця п'ятницю петък пет",
	6: "saturday sat суббота субботу сб субота суботу събота съб",
})

// dayWords maps a word that names a day to how many days before today it is.
var dayWords = words(map[int]string{
	0: "today сегодня сьогодні днес",
	1: "yesterday вчера вчора",
	2: "позавчера позавчора завчера онзи",
})

// nowWords mean this very moment.
var nowWords = words(map[int]string{0: "now just moments moment сейчас только щойно зараз сега току току-що що что"})

// agoWords mark a distance into the past, and tell the language of its units.
var agoWords = map[string]string{"ago": "en", "назад": "ru", "тому": "uk", "преди": "bg"}

// countWords are the small numbers people spell out. Minus one is a half.
var countWords = map[string]int{
	"a": 1, "an": 1, "one": 1, "two": 2, "один": 1, "одну": 1, "одна": 1, "одне": 1, "одного": 1, "един": 1, "една": 1,
	"едно": 1, "два": 2, "две": 2, "дві": 2, "half": -1, "пол": -1, "половин": -1,
}

// unit is a length of time in a relative date.
type unit int

const (
	second unit = iota + 1
	minute
	hour
	day
	week
	month
	year
	halfHour // "полчаса"
)

// unitWords holds the units of each language: "години" are hours in Ukrainian
// and years in Bulgarian, so one table would be wrong.
var unitWords = map[string]map[string]int{
	"en": words(map[int]string{
		int(second): "second seconds sec secs s", int(minute): "minute minutes min mins m", int(hour): "hour hours hr hrs h",
		int(day): "day days d", int(week): "week weeks wk wks w", int(month): "month months mo mos mon", int(year): "year years yr yrs y",
	}),
	"ru": words(map[int]string{
		int(second): "секунда секунду секунды секунд сек с", int(minute): "минута минуту минуты минут мин м хвилина хвилину хвилини хвилин хв",
		int(hour): "час часа часов ч година годину години годин", int(day): "день дня дней дн д сутки суток дні днів",
		int(week): "неделя неделю недели недель нед тиждень тижні тижнів", int(month): "месяц месяца месяцев мес місяць місяці місяців",
		int(year): "год года лет г рік роки років", int(halfHour): "полчаса",
	}),
	"uk": words(map[int]string{
		int(second): "секунда секунду секунди секунд сек с", int(minute): "хвилина хвилину хвилини хвилин хв",
		int(hour): "година годину години годин год г", int(day): "день дні днів дня дн д доба добу доби",
		int(week): "тиждень тижні тижнів тижня тиж", int(month): "місяць місяці місяців місяця міс", int(year): "рік роки років року",
		int(halfHour): "півгодини пів-години",
	}),
	"bg": words(map[int]string{
		int(second): "секунда секунди сек с", int(minute): "минута минути мин м", int(hour): "час часа часове ч",
		int(day): "ден дни дена дн д", int(week): "седмица седмици седм", int(month): "месец месеца месеци мес",
		int(year): "година години год г",
	}),
}

// zoneWords maps the zone names sites print to seconds east of Greenwich.
var zoneWords = map[string]int{
	"z": 0, "utc": 0, "gmt": 0, "ut": 0, "wet": 0, "est": -5 * 3600, "edt": -4 * 3600, "cst": -6 * 3600, "cdt": -5 * 3600,
	"mst": -7 * 3600, "mdt": -6 * 3600, "pst": -8 * 3600, "pdt": -7 * 3600, "bst": 3600, "cet": 3600, "cest": 7200,
	"eet": 7200, "eest": 10800, "msk": 10800, "мск": 10800,
}

// halfDayWords tell the half of a twelve-hour clock: 1 before noon, 2 after.
var halfDayWords = words(map[int]string{1: "am дп", 2: "pm пп"})

// fillers are words between and before the parts of a date that say nothing.
var fillers = words(map[int]string{1: "at on the of by in and about around over less than в о об у на от та и і ч час години година г р год года року рік " +
	"posted published updated edited added written created date reviewed review commented last since via " +
	"опубликовано опубликован добавлено добавлен написано написан отправлено оставлен оставлено дата отзыв отзыва изменено обновлено размещено " +
	"опубліковано додано написано дата відгук залишено змінено оновлено публикувано публикуван добавен добавено написан написано дата мнение от " +
	"st nd rd th го ого ой ви ри ти ма t около примерно близо приблизно менее менше hours ден"})

func words(table map[int]string) map[string]int {
	m := make(map[string]int, len(table)*12)
	for value, list := range table {
		for _, w := range strings.Fields(list) {
			m[w] = value
		}
	}
	return m
}

// back returns the moment n units before now; whole says it is only a day.
func (u unit) back(now time.Time, n int) (t time.Time, whole bool) {
	switch u {
	case second:
		return now.Add(-time.Duration(n) * time.Second), false
	case minute:
		return now.Add(-time.Duration(n) * time.Minute).Truncate(time.Minute), false
	case hour:
		return now.Add(-time.Duration(n) * time.Hour).Truncate(time.Minute), false
	case halfHour:
		return now.Add(-30 * time.Minute).Truncate(time.Minute), false
	case day:
		return now.AddDate(0, 0, -n), true
	case week:
		return now.AddDate(0, 0, -7*n), true
	case month:
		return now.AddDate(0, -n, 0), true
	}
	return now.AddDate(-n, 0, 0), true
}
