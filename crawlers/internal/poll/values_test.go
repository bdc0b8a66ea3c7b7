package poll

import "testing"

func TestExpand(t *testing.T) {
	v := Values{Text: map[string]string{"channel": "a b/c", "query": "гроші & co", "none": "", "server": "https://a.example", "stream": "wss://a.example/s?x=1"}}
	tests := []struct{ in, want string }{
		{"https://t.me/s/{channel}", "https://t.me/s/a%20b%2Fc"},
		{"https://t.me/s/x{?q=query}", "https://t.me/s/x?q=%D0%B3%D1%80%D0%BE%D1%88%D1%96+%26+co"},
		{"https://t.me/s/{+channel}/r", "https://t.me/s/a%20b/c/r"},
		{"https://t.me/s/x{?none}", "https://t.me/s/x"},
		{"https://t.me/s/x?a=1{&query}{&none}{&page}", "https://t.me/s/x?a=1&query=%D0%B3%D1%80%D0%BE%D1%88%D1%96+%26+co{&page}"},
		{"https://t.me/?q={channel}&x={unknown}", "https://t.me/?q=a+b%2Fc&x={unknown}"},
		{"https://t.me/{", "https://t.me/{"},
		{"{server}/api?q={query}", "https://a.example/api?q=%D0%B3%D1%80%D0%BE%D1%88%D1%96+%26+co"},
		{"{stream}?y=2{&cursor}", "wss://a.example/s?x=1&y=2{&cursor}"},
	}
	for _, test := range tests {
		if got := v.Expand(test.in); got != test.want {
			t.Errorf("expand(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

func TestLanguage(t *testing.T) {
	for said, want := range map[string]string{"uk": "uk", "UK": "uk", "EN_us": "en-us", "en-US": "en-US", "ru_RU": "ru-RU", "und": "", "English": "", "": "", "u": ""} {
		if got := Language(said); got != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
	}
}
