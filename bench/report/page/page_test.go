package page

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/bench/report/pictures"
	"github.com/seed-0327bdf7/hesse/bench/report/story"
)

func TestPageHoldsEverything(t *testing.T) {
	s := story.Made()
	drawn, err := pictures.Draw(s)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Write(&out, s, drawn); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	if got := strings.Count(text, `src="data:image/svg`); got != len(drawn) {
		t.Errorf("%d pictures of %d", got, len(drawn))
	}
	if outside := regexp.MustCompile(`(src|href)="[^d#]|url\(`).FindString(text); outside != "" {
		t.Errorf("the page needs something else: %s", outside)
	}
	for _, want := range []string{
		"a &lt;made&gt; CPU", "mkl: not found", "other programs used 30 %", "wrong answer", "fit-gaussian", "(0.50×)", "0.3 (Zen)", "measure again",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}
